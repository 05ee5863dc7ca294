package proxy

import (
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/config"
)

func TestAmbiguousPath(t *testing.T) {
	r := routes(t, "/public/", "/admin", "/admin/", "/files/{name}", "/tree/{rest...}", "GET /tree/x/y", "/w/{a}/{b}")
	for _, row := range []struct{ name, path, want string }{
		{"%2F is no separator, but would be one for another", "/files/a%2Fb", "ambiguous"},
		{"%2f below a remainder changes nothing", "/tree/a%2fb", "/tree/{rest...} [a%2fb]"},
		{"%2F that leads to a narrower route", "/tree/x%2Fy", "ambiguous"},
		{"dot segments out of the route", "/public/../admin", "ambiguous"},
		{"dot segments within the route", "/public/x/../y", "/public/"},
		{"dot segments to where no route is", "/public/../other", "ambiguous"},
		{"dot segments from where no route is", "/other/../admin", "ambiguous"},
		{"dot segments where no route is either way", "/other/../another", "404"},
		{"a dot at the end", "/admin/.", "/admin/"},
		{"a dot at the end that cuts the segment", "/files/.", "ambiguous"},
		{"more steps up than there are", "/public/../../../admin", "ambiguous"},
		{"encoded dots", "/public/%2e%2E/admin", "ambiguous"},
		{"an encoded slash and dots", "/public/..%2fadmin", "ambiguous"},
		{"encoded twice", "/public/%252e%252e/admin", "ambiguous"},
		{"encoded seven times", "/public/%25252525252525" + "2e./admin", "ambiguous"},
		{"encoded too often, whatever it is", "/public/%" + strings.Repeat("25", 8) + "41", "ambiguous"},
		{"encoded as often as is read", "/public/%" + strings.Repeat("25", 6) + "41", "/public/"},
		{"two slashes", "//admin", "ambiguous"},
		{"two slashes within the route", "/public//x", "/public/"},
		{"two slashes at the end", "/admin//", "/admin/"},
		{"two slashes are no value of a wildcard", "/w//x", "404"},
		{"two slashes and dots, merged first", "/public//../admin/", "ambiguous"},
		{"two slashes and dots, dots first", "/admin/x//../../public/", "ambiguous"},
		{"a server that decodes once is led astray, one that goes on is not", "/public/%2e%2e/admin/%252e%252e/public/x", "ambiguous"},
		{"RFC 3986 section 2.1: %zz is no escape", "/public/%zz", "ambiguous"},
		{"a percent sign at the end", "/public/%", "ambiguous"},
		{"half an escape", "/public/%4", "ambiguous"},
		{"a percent sign that was encoded", "/public/100%25", "/public/"},
		{"what looks like an escape after decoding", "/public/%25zz", "/public/"},
		{"an unneeded escape", "/%61dmin", "/admin"},
		{"three dots are a name", "/files/...", "/files/{name} [...]"},
		{"an encoded query mark", "/files/a%3Fb", "/files/{name} [a%3Fb]"},
	} {
		if got := ask(r, "GET "+row.path); got != row.want {
			t.Errorf("%s: %s → %s, want %s", row.name, row.path, got, row.want)
		}
	}
}

func TestAmbiguousPathWithOneRoute(t *testing.T) {
	r := routes(t, "/")
	for _, path := range []string{"/a%2Fb", "/a/../b", "//a", "/%252e%252e/", "/a/./b//", "/.."} {
		if got := ask(r, "GET "+path); got != "/" {
			t.Errorf("%s → %s, want / (no other route can be meant)", path, got)
		}
	}
	if got := ask(r, "GET /%"); got != "ambiguous" {
		t.Errorf("/%% → %s, want ambiguous", got)
	}
}

func TestAmbiguousPathByMethod(t *testing.T) {
	r := routes(t, "GET /a/", "POST /b")
	if got := ask(r, "POST /a/../b"); got != "ambiguous" {
		t.Errorf("POST /a/../b → %s, want ambiguous: one reading is a 405", got)
	}
	if got := ask(r, "PUT /a/../b"); got != "405 GET, HEAD" {
		t.Errorf("PUT /a/../b → %s, want a 405: it is one in each reading", got)
	}
}

func TestRemoveDots(t *testing.T) {
	for _, row := range []struct{ path, want string }{
		{"/a/b/c/./../../g", "/a/g"}, // the example of RFC 3986 section 5.2.4
		{"/a/..", "/"},
		{"/a/b/..", "/a/"},
		{"/a/.", "/a/"},
		{"/.", "/"},
		{"/..", "/"},
		{"/../../a", "/a"},
		{"/a//../b", "/a/b"},
		{"/a/...", "/a/..."},
		{"/a/.b/..c", "/a/.b/..c"},
		{"/a/b/", "/a/b/"},
	} {
		if got := removeDots(row.path); got != row.want {
			t.Errorf("removeDots(%q) = %q, want %q", row.path, got, row.want)
		}
	}
}

func TestReadings(t *testing.T) {
	got, ok := readings("/a//../%2562")
	want := []reading{{"/%2562", true}, {"/a/%2562", true}, {"/%62", false}, {"/a/%62", false}, {"/b", false}, {"/a/b", false}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("readings = %v, %t; want %v", got, ok, want)
	}
}

func TestPathSet(t *testing.T) {
	set := newPathSet([]*config.Pattern{pattern(t, "/products/"), pattern(t, "GET h.example/products/"), pattern(t, "/users/{id}")})
	for path, want := range map[string]bool{
		"/products/":              true,
		"/products/1/reviews":     true,
		"/products":               false,
		"/users/1":                true,
		"/users/1/":               false,
		"/users/a%20b":            true,
		"/users/a%2Fb":            false,
		"/products/../admin":      false,
		"/products/%2e%2e/admin":  false,
		"/products/%252e%252e/x":  false,
		"/x/../products/1":        false,
		"/products/../users/1":    true,
		"/products//1":            true,
		"//products/1":            false,
		"/products/%zz":           false,
		"/%70roducts/1":           true,
		"http://evil.example/":    false,
		"":                        false,
		"products/1":              false,
		"/products/1%00":          true,
		"/products/a/../../admin": false,
	} {
		if got := set.contains(path); got != want {
			t.Errorf("contains(%q) = %t, want %t", path, got, want)
		}
	}
	if newPathSet(nil).contains("/") {
		t.Error("an empty set contains /")
	}
}

func rewriterFor(tb testing.TB, path, rewrite string) *rewriter {
	tb.Helper()
	parts, err := config.ParseRewrite(rewrite, pattern(tb, path))
	if err != nil {
		tb.Fatalf("%s → %s: %v", path, rewrite, err)
	}
	return newRewriter(parts)
}

func TestRewrite(t *testing.T) {
	const refused = "refused"
	for _, row := range []struct{ name, path, rewrite, request, want string }{
		{"one value", "/products/{id}", "/v1/products/{id}", "/products/1", "/v1/products/1"},
		{"nothing is decoded", "/p/{id}", "/v1/{id}", "/p/a%20b%25", "/v1/a%20b%25"},
		{"the remainder", "/api/{rest...}", "/{rest...}", "/api/a/b%2Fc", "/a/b%2Fc"},
		{"the remainder of a trailing slash", "/api/", "/v1/", "/api/a/b", "/v1/a/b"},
		{"an empty remainder", "/api/", "/v1/", "/api/", "/v1/"},
		{"names and a trailing slash", "/{t}/api/", "/{t}/v1/", "/x/api/y/", "/x/v1/y/"},
		{"two values change places", "/{a}/{b}", "/{b}-{a}", "/1/2", "/2-1"},
		{"empty segments are kept", "/api/", "/v1/", "/api/a//b", "/v1/a//b"},
		{"a name with dots in front", "/api/", "/v1/", "/api/.hidden/..x", "/v1/.hidden/..x"},
		{"out of the upstream's part", "/{rest...}", "/v1/{rest...}", "/../admin", refused},
		{"the same, encoded", "/{rest...}", "/v1/{rest...}", "/%2e%2e/admin", refused},
		{"the same, encoded twice", "/{rest...}", "/v1/{rest...}", "/%252e%252e/admin", refused},
		{"two values make a dot segment", "/{a}/{b}/", "/{a}{b}/x", "/././", refused},
		{"the first segment as a host", "/api/{rest...}", "/{rest...}", "/api//evil.example/", refused},
		{"the same, encoded", "/api/{rest...}", "/{rest...}", "/api/%2Fevil.example/", refused},
	} {
		r := routes(t, row.path)
		var p params
		if _, result := r.match("", "GET", row.request, &p); result != matched && row.want != refused {
			t.Errorf("%s: %s: result %v, want matched", row.name, row.request, result)
			continue
		}
		got, ok := rewriterFor(t, row.path, row.rewrite).append([]byte("GET "), &p)
		if !ok {
			got = append(got, refused...)
		}
		if string(got) != "GET "+row.want {
			t.Errorf("%s: %s → %s, want GET %s", row.name, row.request, got, row.want)
		}
	}
}

// cleaned is written in another way than the code under test: the path decoded
// until it is stable, without dot segments, its slashes merged.
func cleaned(path string) string {
	escape := regexp.MustCompile("%[0-9A-Fa-f]{2}")
	for escape.MatchString(path) {
		path = escape.ReplaceAllStringFunc(path, func(s string) string {
			decoded, _ := url.PathUnescape(s)
			return decoded
		})
	}
	var kept []string
	parts := strings.Split(path, "/")[1:]
	for i, part := range parts {
		last := i == len(parts)-1
		switch {
		case part == "..":
			kept = kept[:max(0, len(kept)-1)]
		case part != "." && (part != "" || last):
			kept = append(kept, part)
		}
		if last && (part == "." || part == "..") {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

func FuzzMatch(f *testing.F) {
	r := routes(f, "/", "/public/", "/admin", "/files/{name}", "/tree/{rest...}", "GET /tree/x/y", "/w/{a}/{b}", "h.example/{x}", "*.example/a/")
	set := newPathSet([]*config.Pattern{pattern(f, "/public/"), pattern(f, "/files/{name}")})
	for _, path := range []string{"/", "/public/%2e%2e/admin", "/tree/x%2fy", "//admin", "/a/./b/end", "/%25%32%65", "/%", "*", "/a/..", "/x//../y"} {
		f.Add("h.example", "GET", path)
	}
	f.Fuzz(func(t *testing.T, field, method, path string) {
		host := hostname(field)
		var p, unused params
		route, result := r.match(host, method, path, &p)
		set.contains(path)
		r.allow(host, path)
		if result != matched {
			return
		}
		for _, value := range p.all() {
			if !strings.Contains(path, value) {
				t.Fatalf("%q: the value %q is not in the path", path, value)
			}
		}
		other := strings.ReplaceAll(cleaned(path), "%", "%25")
		if again, r2 := r.match(host, method, other, &unused); r2 != matched || again != route {
			t.Fatalf("%q → %s, but read as %q → %s (%d)", path, route, other, again, r2)
		}
		if set.contains(path) && !set.contains(other) {
			t.Fatalf("%q is allowed, but %q is not", path, other)
		}
	})
}
