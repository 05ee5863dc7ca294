package config

import (
	"reflect"
	"testing"
)

func TestParseRewrite(t *testing.T) {
	text := func(s string) RewritePart { return RewritePart{Text: s, Param: -1} }
	value := func(i int) RewritePart { return RewritePart{Param: i} }
	for _, row := range []struct {
		name, path, rewrite string
		want                []RewritePart
	}{
		{"text alone", "/a", "/v1/a", []RewritePart{text("/v1/a")}},
		{"one segment", "/products/{id}", "/v1/products/{id}", []RewritePart{text("/v1/products/"), value(0)}},
		{"another order, twice", "/{a}/{b}", "/{b}/{a}/{b}", []RewritePart{text("/"), value(1), text("/"), value(0), text("/"), value(1)}},
		{"within a segment", "/p/{id}", "/p-{id}.json", []RewritePart{text("/p-"), value(0), text(".json")}},
		{"the remainder by name", "/api/{rest...}", "/v1/{rest...}", []RewritePart{text("/v1/"), value(0)}},
		{"the remainder without dots", "/api/{rest...}", "/v1/{rest}", []RewritePart{text("/v1/"), value(0)}},
		{"a trailing slash takes everything below along", "/{t}/", "/v1/{t}/", []RewritePart{text("/v1/"), value(0), text("/"), value(1)}},
		{"no trailing slash: all go to one place", "/old/", "/gone", []RewritePart{text("/gone")}},
		{"escapes stay as written", "/a", "/a%20b", []RewritePart{text("/a%20b")}},
	} {
		p, err := ParsePattern("", row.path, nil)
		if err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		got, err := ParseRewrite(row.rewrite, p)
		if err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: ParseRewrite(%q) = %v, %v; want %v", row.name, row.rewrite, got, err, row.want)
		}
	}
}

func TestParseRewriteFaults(t *testing.T) {
	for _, row := range []struct{ name, rewrite, want string }{
		{"no slash", "v1/{id}", `"v1/{id}" does not start with /; write /v1/{id}`},
		{"empty", "", `"" does not start with /; write /`},
		{"a name that is not there", "/{di}", `"/{di}": {di} is not in the path /p/{id}/; use one of its wildcards or add it there`},
		{"no name", "/{}", `"/{}": {} is not in the path /p/{id}/; use one of its wildcards or add it there`},
		{"one segment as a remainder", "/{id...}", `"/{id...}": {id...}: the path /p/{id}/ has one segment there; write {id}`},
		{"not closed", "/{id", `"/{id": a { is not closed; write {name}, or %7B for a brace that is meant`},
		{"not opened", "/id}", `"/id}": "}" may not stand in a path; write %7D`},
		{"a query", "/a?b={id}", `"/a?b={id}": the query is kept as the client sent it; leave out the ?`},
		{"RFC 9112 section 3: a space ends the target", "/a b", `"/a b": " " may not stand in a path; write %20`},
		{"RFC 9112 section 11.1: a line break ends the request line", "/a\r\nX: y", `"/a\r\nX: y": "\r" may not stand in a path; write %0D`},
		{"another script", "/é", `"/é": "\xc3" may not stand in a path; write %C3`},
		{"a bad escape", "/100%", `"/100%" has a bad percent-encoding; write %25 for a percent sign`},
		{"an escape that a value would complete", "/%{id}", `"/%{id}" has a bad percent-encoding; write %25 for a percent sign`},
		{"a dot segment", "/a/%2e./b", `"/a/%2e./b" has a dot segment; write the path without it`},
		{"two slashes", "//host/{id}", `"//host/{id}" has an empty segment; write a single /`},
	} {
		p, err := ParsePattern("", "/p/{id}/", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseRewrite(row.rewrite, p)
		if err == nil || err.Error() != row.want {
			t.Errorf("%s: ParseRewrite(%q) = %v, %v\nwant %s", row.name, row.rewrite, got, err, row.want)
		}
	}
}
