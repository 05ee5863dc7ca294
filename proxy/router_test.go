package proxy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/config"
)

// routes builds a router from lines "METHOD,METHOD host/path"; each leads to
// its own line.
func routes(tb testing.TB, lines ...string) *router[string] {
	tb.Helper()
	var entries []routerEntry[string]
	var patterns []*config.Pattern
	for _, line := range lines {
		p := pattern(tb, line)
		patterns = append(patterns, p)
		entries = append(entries, routerEntry[string]{p, line})
	}
	if conflicts := config.Conflicts(patterns); len(conflicts) > 0 {
		tb.Fatalf("the routes of a test must not conflict: %v", conflicts)
	}
	return newRouter(entries)
}

func pattern(tb testing.TB, line string) *config.Pattern {
	tb.Helper()
	methods, rest, found := strings.Cut(line, " ")
	if !found {
		methods, rest = "", line
	}
	var list []string
	if methods != "" {
		list = strings.Split(methods, ",")
	}
	slash := strings.IndexByte(rest, '/')
	p, err := config.ParsePattern(rest[:slash], rest[slash:], list)
	if err != nil {
		tb.Fatalf("%s: %v", line, err)
	}
	return p
}

// ask is "METHOD host/path"; the answer is the route and the values, or why not.
func ask(r *router[string], line string) string {
	method, rest, _ := strings.Cut(line, " ")
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		slash = len(rest)
	}
	var p params
	route, result := r.match(rest[:slash], method, rest[slash:], &p)
	switch result {
	case notFound:
		return "404"
	case methodNotAllowed:
		return "405 " + r.allow(rest[:slash], rest[slash:])
	case ambiguousPath:
		return "ambiguous"
	}
	for _, value := range p.all() {
		route += " [" + value + "]"
	}
	return route
}

func TestRouterPaths(t *testing.T) {
	r := routes(t, "/{$}", "/products/{id}", "GET /products/", "/products/new", "/files/{path...}",
		"/a/b/z", "/a/{x}/c", "/a/{x}/{y}/d", "/{lang}", "/caf%C3%A9", "/100%25", "/.well-known/x")
	for _, row := range []struct{ name, request, want string }{
		{"{$} is the root alone", "GET /", "/{$}"},
		{"a path without a route", "GET /other/path", "404"},
		{"a literal before a wildcard", "GET /products/new", "/products/new"},
		{"a wildcard before the remainder", "GET /products/1", "/products/{id} [1]"},
		{"a trailing slash takes everything below", "GET /products/1/reviews", "GET /products/"},
		{"a trailing slash takes itself", "GET /products/", "GET /products/"},
		{"a wildcard is not nothing", "GET /a//c", "404"},
		{"nothing redirects to the trailing slash", "GET /files", "/{lang} [files]"},
		{"{rest...} is the remainder", "GET /files/a/b.txt", "/files/{path...} [a/b.txt]"},
		{"{rest...} may be nothing", "GET /files/", "/files/{path...} []"},
		{"back from a literal to a wildcard", "GET /a/b/c", "/a/{x}/c [b]"},
		{"the literal way to its end", "GET /a/b/z", "/a/b/z"},
		{"back from deeper down", "GET /a/b/z/d", "/a/{x}/{y}/d [b] [z]"},
		{"a wildcard first", "GET /de", "/{lang} [de]"},
		{"a trailing slash is another path", "GET /de/", "404"},
		{"case counts", "GET /products/New", "/products/{id} [New]"},
		{"a literal is compared decoded", "GET /caf%c3%a9", "/caf%C3%A9"},
		{"a letter may be escaped", "GET /%70roducts/n%65w", "/products/new"},
		{"an encoded percent sign", "GET /100%25", "/100%25"},
		{"a value stays as it was sent", "GET /products/a%20b", "/products/{id} [a%20b]"},
		{"a value with an encoded percent sign", "GET /products/50%25", "/products/{id} [50%25]"},
		{"a dot in front is no dot segment", "GET /.well-known/x", "/.well-known/x"},
		{"the asterisk form", "OPTIONS *", "404"},
		{"no path", "GET ", "404"},
	} {
		if got := ask(r, row.request); got != row.want {
			t.Errorf("%s: %s → %s, want %s", row.name, row.request, got, row.want)
		}
	}
}

func TestRouterMethods(t *testing.T) {
	r := routes(t, "GET /", "POST /items", "/items/{id}", "PUT,DELETE /items/{id}", "GET /v", "HEAD /v",
		"PATCH /a/{x}", "POST api.example/items", "QUERY *.example/items")
	for _, row := range []struct{ name, request, want string }{
		{"GET takes HEAD along", "HEAD /x", "GET /"},
		{"a listed HEAD is before one that GET brings", "HEAD /v", "HEAD /v"},
		{"and GET stays", "GET /v", "GET /v"},
		{"a route with methods before one without", "PUT /items/1", "PUT,DELETE /items/{id} [1]"},
		{"the one without takes the others", "POST /items/1", "/items/{id} [1]"},
		{"a broader path takes what the narrow one does not", "GET /items", "GET /"},
		{"methods are case-sensitive", "post /items", "405 GET, HEAD, POST"},
		{"405 names what all fitting routes take", "DELETE /items", "405 GET, HEAD, POST"},
		{"405 names what all fitting hosts take", "DELETE api.example/items", "405 GET, HEAD, POST, QUERY"},
		{"another host adds nothing", "DELETE b.example/items", "405 GET, HEAD, POST, QUERY"},
		{"405 behind a wildcard", "POST /a/1", "405 GET, HEAD, PATCH"},
	} {
		if got := ask(r, row.request); got != row.want {
			t.Errorf("%s: %s → %s, want %s", row.name, row.request, got, row.want)
		}
	}
}

func TestRouterHosts(t *testing.T) {
	r := routes(t, "/", "/any", "a.example/", "*.example/w", "*.b.example/w", "*.b.example/w2", "c.b.example/exact",
		"GET a.example/m", "POST *.example/m", "[::1]/v6")
	long := strings.Repeat("a.", 150) + "example"
	for _, row := range []struct{ name, request, want string }{
		{"exact before any", "GET a.example/x", "a.example/"},
		{"another host", "GET z.test/x", "/"},
		{"no host", "GET /any", "/any"},
		{"the exact host before a narrower path of any", "GET a.example/any", "a.example/"},
		{"a wildcard takes one label", "GET x.example/w", "*.example/w"},
		{"a wildcard takes more labels", "GET x.y.example/w", "*.example/w"},
		{"a wildcard does not take its own end", "GET example/w", "/"},
		{"a wildcard takes no empty label", "GET .example/w", "/"},
		{"the longest wildcard", "GET x.b.example/w", "*.b.example/w"},
		{"on to the shorter wildcard, then to any", "GET x.b.example/none", "/"},
		{"from the exact host on to its wildcard", "GET c.b.example/w2", "*.b.example/w2"},
		{"from the exact host on to the shorter wildcard", "GET c.b.example/w", "*.b.example/w"},
		{"the exact host's own", "GET c.b.example/exact", "c.b.example/exact"},
		{"the method decides within a host first", "POST a.example/m", "a.example/"},
		{"on to the wildcard for its method", "POST x.example/m", "POST *.example/m"},
		{"an IPv6 address", "GET [::1]/v6", "[::1]/v6"},
		{"longer than a name can be", "GET " + long + "/w", "/"},
	} {
		if got := ask(r, row.request); got != row.want {
			t.Errorf("%s: %s → %s, want %s", row.name, row.request, got, row.want)
		}
	}
}

func TestRouterValuesBelongToTheChosenRoute(t *testing.T) {
	r := routes(t, "GET /{a}/{b}/c/", "POST /{x}/{y...}", "GET /{d}/{rest...}")
	for request, want := range map[string]string{
		"GET /1/2/c/3":  "GET /{a}/{b}/c/ [1] [2]",
		"POST /1/2/c/3": "POST /{x}/{y...} [1] [2/c/3]",
		"GET /1/2/d":    "GET /{d}/{rest...} [1] [2/d]",
	} {
		if got := ask(r, request); got != want {
			t.Errorf("%s → %s, want %s", request, got, want)
		}
	}
}

func TestRouterWithAsManyNamesAsThereCanBe(t *testing.T) {
	line, path, want := "", "", ""
	for i := range config.MaxPatternNames {
		line += fmt.Sprintf("/{w%d}", i)
		path += fmt.Sprintf("/%d", i)
		want += fmt.Sprintf(" [%d]", i)
	}
	r := routes(t, line+"/")
	if got := ask(r, "GET "+path+"/rest"); got != line+"/"+want {
		t.Errorf("%s/rest → %s, want %s", path, got, line+"/"+want)
	}
}

func TestHostname(t *testing.T) {
	for _, row := range []struct{ name, field, want string }{
		{"a name", "api.example.com", "api.example.com"},
		{"with a port", "api.example.com:8080", "api.example.com"},
		{"with an empty port (RFC 9110 section 4.2.3)", "api.example.com:", "api.example.com"},
		{"in capitals", "API.Example.com:80", "api.example.com"},
		{"with the dot of the root", "api.example.com.:80", "api.example.com"},
		{"an IPv6 address", "[2001:DB8::1]", "[2001:db8::1]"},
		{"an IPv6 address with a port", "[::1]:8080", "[::1]"},
		{"a bracket that is not closed", "[::1", "[::1"},
		{"nothing", "", ""},
		{"the Kelvin sign is no k", "\u212aube", "\u212aube"},
	} {
		if got := hostname(row.field); got != row.want {
			t.Errorf("%s: hostname(%q) = %q, want %q", row.name, row.field, got, row.want)
		}
	}
}

func TestRouterEmpty(t *testing.T) {
	var p params
	value, result := newRouter[*int](nil).match("a.example", "GET", "/", &p)
	if value != nil || result != notFound || !reflect.DeepEqual(p, params{}) {
		t.Errorf("match = %v, %v, %v; want nothing found", value, result, p)
	}
}

func benchmarkRouter(b *testing.B, n int) {
	lines := []string{"/api/v1/products/{id}"}
	for i := 1; i < n; i++ {
		lines = append(lines, fmt.Sprintf([]string{"/api/v1/s%d/{id}", "/s%d/items", "GET h%d.example/", "*.w%d.example/x/{y}/"}[i%4], i))
	}
	r := routes(b, lines...)
	var p params
	b.ReportAllocs()
	for b.Loop() {
		if _, result := r.match("api.example.com", "GET", "/api/v1/products/12345", &p); result != matched {
			b.Fatalf("result %v, want matched", result)
		}
	}
}

// A path with an escape is read a second time.
func BenchmarkRouterEscaped(b *testing.B) {
	r := routes(b, "/api/v1/products/{id}", "/")
	var p params
	b.ReportAllocs()
	for b.Loop() {
		if _, result := r.match("api.example.com", "GET", "/api/v1/products/a%20b", &p); result != matched {
			b.Fatalf("result %v, want matched", result)
		}
	}
}

func BenchmarkRouter1(b *testing.B)     { benchmarkRouter(b, 1) }
func BenchmarkRouter10000(b *testing.B) { benchmarkRouter(b, 10000) }
