package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestParsePatternPath(t *testing.T) {
	lit := func(text string) Segment { return Segment{Literal: text} }
	wild := func(name string) Segment { return Segment{Wild: true, Name: name} }
	rest := func(name string) Segment { return Segment{Wild: true, Multi: true, Name: name} }
	for _, row := range []struct {
		name, path string
		segments   []Segment
		names      []string
	}{
		{"the root takes everything", "/", []Segment{rest("")}, nil},
		{"{$} is the root alone", "/{$}", []Segment{lit("/")}, nil},
		{"a literal", "/batch", []Segment{lit("batch")}, nil},
		{"a trailing slash takes everything below", "/a/", []Segment{lit("a"), rest("")}, nil},
		{"a trailing slash alone", "/a/{$}", []Segment{lit("a"), lit("/")}, nil},
		{"{name} is one segment", "/products/{id}", []Segment{lit("products"), wild("id")}, []string{"id"}},
		{"two names in order", "/{a}/x/{b}", []Segment{wild("a"), lit("x"), wild("b")}, []string{"a", "b"}},
		{"{rest...} is the remainder", "/f/{rest...}", []Segment{lit("f"), rest("rest")}, []string{"rest"}},
		{"names are Go identifiers", "/{größe_1}", []Segment{wild("größe_1")}, []string{"größe_1"}},
		{"a literal is decoded once", "/caf%C3%A9/100%25", []Segment{lit("café"), lit("100%")}, nil},
		{"a literal may be written plainly", "/a b", []Segment{lit("a b")}, nil},
		{"dots that are no dot segment", "/.well-known/...", []Segment{lit(".well-known"), lit("...")}, nil},
	} {
		p, err := ParsePattern("", row.path, nil)
		if err != nil {
			t.Errorf("%s: ParsePattern(%q): %v", row.name, row.path, err)
			continue
		}
		want := &Pattern{Segments: row.segments, path: row.path, names: row.names}
		if !reflect.DeepEqual(p, want) {
			t.Errorf("%s: ParsePattern(%q) = %+v, want %+v", row.name, row.path, p, want)
		}
		if p.String() != row.path {
			t.Errorf("%s: String() = %q, want the path as written, %q", row.name, p, row.path)
		}
	}
}

func TestParsePatternHostAndMethods(t *testing.T) {
	for _, row := range []struct {
		name, host string
		methods    []string
		wantHost   string
		want       []string
		implied    bool
	}{
		{"no host, no methods: any, all", "", nil, "", nil, false},
		{"a host in capitals", "API.Example.COM", nil, "api.example.com", nil, false},
		{"the dot of the root", "api.example.com.", nil, "api.example.com", nil, false},
		{"a wildcard", "*.Example.com", nil, "*.example.com", nil, false},
		{"an IPv4 address", "127.0.0.1", nil, "127.0.0.1", nil, false},
		{"an IPv6 address", "[2001:DB8::1]", nil, "[2001:db8::1]", nil, false},
		{"a service name with _", "_a.svc", nil, "_a.svc", nil, false},
		{"GET takes HEAD along", "", []string{"GET", "POST"}, "", []string{"GET", "POST", "HEAD"}, true},
		{"GET and HEAD as listed", "", []string{"HEAD", "GET"}, "", []string{"HEAD", "GET"}, false},
		{"a method of one's own", "", []string{"PURGE", "m-search"}, "", []string{"PURGE", "m-search"}, false},
	} {
		p, err := ParsePattern(row.host, "/", row.methods)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if p.Host != row.wantHost || !reflect.DeepEqual(p.Methods, row.want) || p.HeadImplied != row.implied {
			t.Errorf("%s: host %q, methods %q, implied %t; want %q, %q, %t", row.name,
				p.Host, p.Methods, p.HeadImplied, row.wantHost, row.want, row.implied)
		}
	}
}

func TestParsePatternFaults(t *testing.T) {
	path := func(p string) [3]string { return [3]string{"", p, ""} }
	host := func(h string) [3]string { return [3]string{h, "/", ""} }
	methods := func(list string) [3]string { return [3]string{"", "/", list} }
	long := strings.Repeat("abcdefghi.", 26) + "de"
	for _, row := range []struct {
		name string
		in   [3]string // host, path, methods with commas
		want string
	}{
		{"no path", path(""), `path: a path is missing; write "/" to take everything`},
		{"no slash", path("products/{id}"), `path: "products/{id}" does not start with /; write /products/{id}`},
		{"two slashes", path("/a//b"), `path: "/a//b": // holds an empty segment, which no request can safely match; write a single /`},
		{"a dot segment", path("/a/../b"), `path: "/a/../b": ".." is a dot segment, which no request can safely match; write the path without it`},
		{"an encoded dot segment", path("/a/%2E"), `path: "/a/%2E": "%2E" is a dot segment, which no request can safely match; write the path without it`},
		{"an encoded slash", path("/a%2fb"), `path: "/a%2fb": "a%2fb" holds an encoded slash, which no request can safely match; use a wildcard`},
		{"encoded twice", path("/%2541"), `path: "/%2541": "%2541" is percent-encoded twice, which no request can safely match; encode it once`},
		{"a bad escape", path("/100%"), `path: "/100%": "100%" has a bad percent-encoding; write %25 for a percent sign`},
		{"a query", path("/p?ids={ids}"), `path: "/p?ids={ids}": a pattern has no query; leave out the ?, or write %3F for one in the path`},
		{"a fragment", path("/p#a"), `path: "/p#a": a path has no #; write %23`},
		{"a control character", path("/p\n"), `path: "/p\n" holds a control character or is no UTF-8; write such bytes as %XX`},
		{"not UTF-8", path("/\xff"), `path: "/\xff" holds a control character or is no UTF-8; write such bytes as %XX`},
		{"part of a segment", path("/{id}.json"), `path: "/{id}.json": "{id}.json": a wildcard is one whole segment in one pair of braces, like /{id}/; write %7B or %7D for a brace that is meant`},
		{"a brace not closed", path("/{id/x"), `path: "/{id/x": "{id": a wildcard is one whole segment in one pair of braces, like /{id}/; write %7B or %7D for a brace that is meant`},
		{"a brace not opened", path("/id}"), `path: "/id}": "id}": a wildcard is one whole segment in one pair of braces, like /{id}/; write %7B or %7D for a brace that is meant`},
		{"braces in braces", path("/{{id}}"), `path: "/{{id}}": "{{id}}": a wildcard is one whole segment in one pair of braces, like /{id}/; write %7B or %7D for a brace that is meant`},
		{"no name", path("/{}"), `path: "/{}": {} has no name; write {id} or {rest...}`},
		{"a remainder without a name", path("/{...}"), `path: "/{...}": {...} has no name; write {id} or {rest...}`},
		{"a bad name", path("/{product-id}"), `path: "/{product-id}": {product-id}: "product-id" is no name; use letters, digits and _, beginning with a letter`},
		{"a name with a digit first", path("/{1}"), `path: "/{1}": {1}: "1" is no name; use letters, digits and _, beginning with a letter`},
		{"a remainder in the middle", path("/{rest...}/x"), `path: "/{rest...}/x": {rest...} is not at the end; move it there, or use {name} for one segment`},
		{"the end in the middle", path("/{$}/"), `path: "/{$}/": {$} is not at the end; move it there, or use {name} for one segment`},
		{"a name twice", path("/{id}/{id}"), `path: "/{id}/{id}": {id} is there twice; give each wildcard its own name`},
		{"more names than a router keeps", path("/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n}/{o}/{p}/{q}"),
			`path: "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n}/{o}/{p}/{q}": 17 wildcards are more than 16; end the path with {rest...}`},

		{"any host, spelt out", host("*"), `host: "*": leave host out to take any host`},
		{"a URL", host("http://a.example"), `host: "http://a.example" is more than a host; write the name alone, the path belongs in path`},
		{"a port", host("a.example:8080"), `host: "a.example:8080": a host is matched without its port; leave out the : and what follows`},
		{"a star in the middle", host("a.*.example"), `host: "a.*.example": a * stands only for the whole beginning; write *.example.com`},
		{"a star in a label", host("*a.example"), `host: "*a.example": a * stands only for the whole beginning; write *.example.com`},
		{"an empty label", host("a..example"), `host: "a..example": "" is no part of a host name; use letters, digits and -, for other scripts the xn-- form`},
		{"another script", host("bücher.example"), `host: "bücher.example": "bücher" is no part of a host name; use letters, digits and -, for other scripts the xn-- form`},
		{"no IPv6", host("[127.0.0.1]"), `host: "[127.0.0.1]" is no IPv6 address in brackets; write it like [2001:db8::1]`},
		{"IPv6 with a port", host("[::1]:80"), `host: "[::1]:80" is no IPv6 address in brackets; write it like [2001:db8::1]`},
		{"longer than the DNS allows", host(long), `host: "` + long + `" is longer than the 253 bytes of a DNS name; shorten it`},

		{"a small method", methods("get"), `methods: "get": methods are case-sensitive; write GET`},
		{"no token", methods("GET,A B"), `methods: "A B" is no method; write one like GET`},
		{"a method twice", methods("PUT,PUT"), `methods: PUT is there twice; write it once`},

		{"all at once", [3]string{"*", "", "get"}, `host: "*": leave host out to take any host; path: a path is missing; write "/" to take everything; methods: "get": methods are case-sensitive; write GET`},
	} {
		var list []string
		if row.in[2] != "" {
			list = strings.Split(row.in[2], ",")
		}
		p, err := ParsePattern(row.in[0], row.in[1], list)
		if err == nil {
			t.Errorf("%s: ParsePattern(%q) = %+v, want the fault %s", row.name, row.in, p, row.want)
			continue
		}
		if err.Error() != row.want || p != nil {
			t.Errorf("%s:\n got %v\nwant %s", row.name, err, row.want)
		}
		var faults PatternFaults
		if !errors.As(err, &faults) || len(faults) == 0 {
			t.Errorf("%s: the error is a %T, want PatternFaults", row.name, err)
		}
	}
}

func FuzzParsePattern(f *testing.F) {
	for _, path := range []string{"/", "/{$}", "/a/{b}/{c...}", "/%2e%2e/", "/{", "//", "/a%2541", "/\x00"} {
		f.Add("*.example.com", path, "GET,PUT")
	}
	f.Add("[::1]", "/a", "get")
	f.Fuzz(func(t *testing.T, host, path, methods string) {
		p, err := ParsePattern(host, path, strings.Split(methods, ","))
		if err != nil {
			if p != nil || err.Error() == "" {
				t.Fatalf("ParsePattern(%q, %q) = %v, %q", host, path, p, err)
			}
			return
		}
		again, err := ParsePattern(p.Host, p.String(), p.Methods)
		if err != nil || !reflect.DeepEqual(again.Segments, p.Segments) || again.Host != p.Host {
			t.Fatalf("ParsePattern(%q, %q) read again: %+v, %v; want %+v", host, path, again, err, p)
		}
		if len(p.Names()) > MaxPatternNames {
			t.Fatalf("%q has %d names", path, len(p.Names()))
		}
		if conflicts := Conflicts([]*Pattern{p, p}); len(conflicts) != 1 {
			t.Fatalf("%q does not conflict with itself: %v", path, conflicts)
		}
	})
}
