//go:build !race

package proxy

import "testing"

func TestRouterDoesNotAllocate(t *testing.T) {
	r := routes(t, "/", "GET *.example.com/products/{id}", "/files/{rest...}", "POST /products/{id}")
	rewrite := rewriterFor(t, "/files/{rest...}", "/v1/{rest...}")
	var p params
	dst := make([]byte, 0, 64)
	n := testing.AllocsPerRun(1000, func() {
		if _, result := r.match(hostname("api.example.com:8080"), "GET", "/products/1", &p); result != matched {
			t.Fatalf("/products/1: result %v, want matched", result)
		}
		if _, result := r.match("b.test", "GET", "/files/a/b.js", &p); result != matched {
			t.Fatalf("/files/a/b.js: result %v, want matched", result)
		}
		if _, ok := rewrite.append(dst, &p); !ok {
			t.Fatal("the rewrite refuses a/b.js")
		}
	})
	if n != 0 {
		t.Errorf("a match allocates %v times, want 0", n)
	}
}
