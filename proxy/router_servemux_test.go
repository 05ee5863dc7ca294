package proxy

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/config"
)

// label is a handler that knows its pattern; ServeMux's own redirects are none.
type label string

func (label) ServeHTTP(http.ResponseWriter, *http.Request) {}

// Where a path is not odd and no route lists methods, our router is ServeMux
// without its redirects.
func TestRouterAgreesWithServeMux(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	found := 0
	for range 1500 {
		mux, ours := randomRoutes(r)
		for range 40 {
			host, path := randomHost(r), randomRequestPath(r)
			want, wantValues, redirects := askServeMux(mux, host, path)
			if redirects {
				continue
			}
			var p params
			got, result := ours.match(host, "GET", path, &p)
			if result == ambiguousPath || got != want {
				t.Fatalf("%s%s → %q (%d), ServeMux says %q", host, path, got, result, want)
			}
			if result != matched {
				continue
			}
			found++
			for i, value := range p.all() {
				if decoded, _ := url.PathUnescape(value); decoded != wantValues[i] {
					t.Fatalf("%s%s → %q, value %d is %q, ServeMux says %q", host, path, got, i, value, wantValues[i])
				}
			}
		}
	}
	if found < 10000 {
		t.Errorf("%d of 60000 requests found a route: the corpus is too thin", found)
	}
}

func randomRoutes(r *rand.Rand) (*http.ServeMux, *router[string]) {
	mux := http.NewServeMux()
	var patterns []*config.Pattern
	var entries []routerEntry[string]
	for range 12 {
		line := randomHost(r) + randomPattern(r)
		slash := strings.IndexByte(line, '/')
		p, err := config.ParsePattern(line[:slash], line[slash:], nil)
		if err != nil {
			panic(err)
		}
		if len(config.Conflicts(append(patterns[:len(patterns):len(patterns)], p))) > 0 {
			continue
		}
		patterns = append(patterns, p)
		entries = append(entries, routerEntry[string]{p, line})
		mux.Handle(line, label(line))
	}
	return mux, newRouter(entries)
}

func randomHost(r *rand.Rand) string { return []string{"", "h.example", "i.example"}[r.IntN(3)] }

func randomPattern(r *rand.Rand) string {
	path := ""
	for i := range 1 + r.IntN(4) {
		path += "/" + []string{"a", "b", "c", fmt.Sprintf("{w%d}", i)}[r.IntN(4)]
	}
	path += []string{"", "", "/", "/{$}", "/{rest...}"}[r.IntN(5)]
	if r.IntN(20) == 0 {
		return "/"
	}
	return path
}

func randomRequestPath(r *rand.Rand) string {
	path := ""
	for range 1 + r.IntN(5) {
		path += "/" + []string{"a", "b", "c", "%61", "x%20y"}[r.IntN(5)]
	}
	return path + []string{"", "/"}[r.IntN(2)]
}

func askServeMux(mux *http.ServeMux, host, path string) (route string, values []string, redirects bool) {
	u, err := url.ParseRequestURI(path)
	if err != nil {
		panic(err)
	}
	request := &http.Request{Method: "GET", Host: host, URL: u}
	handler, line := mux.Handler(request)
	if _, ours := handler.(label); !ours {
		return "", nil, line != ""
	}
	mux.ServeHTTP(nil, request) // fills the path values
	slash := strings.IndexByte(line, '/')
	p, err := config.ParsePattern(line[:slash], line[slash:], nil)
	if err != nil {
		panic(err)
	}
	for _, name := range p.Names() {
		values = append(values, request.PathValue(name))
	}
	return line, values, false
}
