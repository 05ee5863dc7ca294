package main

import (
	"strings"
	"testing"
)

func TestPurge(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, everything)
	fetch := func(path, want string) {
		t.Helper()
		got := ask(t, "GET", p.url+path, "").Header.Get("Cache-Status")
		if !strings.HasPrefix(got, "afterburner; "+want) {
			t.Errorf("GET %s has Cache-Status: %s, want %s", path, got, want)
		}
	}
	fill := func() {
		for _, path := range []string{"/products/1", "/products/2"} {
			askUntilHit(t, p.url+path)
		}
	}
	for _, row := range []struct{ name, body, one, two string }{
		{"a path, of every host", `{"url":"/products/1"}`, "fwd=", "hit"},
		{"an absolute URL", `{"url":"` + p.url + `/products/1"}`, "fwd=", "hit"},
		{"its key rules hold", `{"url":"/products/1?utm_source=mail"}`, "fwd=", "hit"},
		{"another host's", `{"url":"http://other.example/products/1"}`, "hit", "hit"},
		{"a prefix", `{"prefix":"/products/1"}`, "fwd=", "hit"},
		{"an absolute prefix", `{"prefix":"` + p.url + `/"}`, "fwd=", "fwd="},
		{"another host's prefix", `{"prefix":"http://other.example/"}`, "hit", "hit"},
		{"a tag that nothing carries", `{"tag":"product:1"}`, "hit", "hit"},
		{"softly", `{"url":"/products/2","soft":true}`, "hit", "fwd=stale; "},
		{"all, softly", `{"all":true,"soft":true}`, "fwd=stale; ", "fwd=stale; "},
		{"all", `{"all":true}`, "fwd=", "fwd="},
	} {
		fill()
		got := ask(t, "POST", p.admin+"/api/purge", row.body)
		if got.StatusCode != 200 || !strings.HasPrefix(got.body, `{"purged":true,`) {
			t.Errorf("%s: purge = %s %s, want 200 and purged", row.name, got.Status, got.body)
		}
		fetch("/products/1", row.one)
		fetch("/products/2", row.two)
	}
}

func TestPurgeRefusals(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, everything)
	for _, row := range []struct {
		name, body string
		fields     []string
		status     int
		problem    string
	}{
		{"one that names nothing", `{}`, nil, 400, "invalid_purge"},
		{"a prefix that no URL begins with", `{"prefix":"/a b"}`, nil, 400, "purge_refused"},
		{"no JSON", `{"all":true}`, []string{"Content-Type", "text/plain"}, 415, "unsupported_media_type"},
		{"a page of another site", `{"all":true}`, []string{"Sec-Fetch-Site", "cross-site"}, 403, "cross_site"},
	} {
		got := ask(t, "POST", p.admin+"/api/purge", row.body, row.fields...)
		if got.StatusCode != row.status || !strings.Contains(got.body, row.problem) ||
			got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %s, want %d %s", row.name, got.Status, got.body, row.status, row.problem)
		}
	}
}

func TestAdminToken(t *testing.T) {
	api := newOrigin(t)
	file := strings.ReplaceAll(`admin: { token: "${ADMIN_TOKEN:-secret}" }`+oneRoute, "{API}", api.URL)
	p := start(t, map[string]string{"afterburner.yaml": file}, "--admin", "0.0.0.0:0")
	admin := strings.Replace(p.admin, "[::]", "127.0.0.1", 1)
	for _, row := range []struct {
		path   string
		fields []string
		status int
	}{
		{"/healthz", nil, 200},
		{"/readyz", nil, 200},
		{"/metrics", nil, 401},
		{"/metrics", []string{"Authorization", "Bearer guess"}, 401},
		{"/metrics", []string{"Authorization", "Bearer secret"}, 200},
	} {
		if got := ask(t, "GET", admin+row.path, "", row.fields...); got.StatusCode != row.status {
			t.Errorf("GET %s with %v = %s, want %d", row.path, row.fields, got.Status, row.status)
		}
	}
	if strings.Contains(p.stderr.String()+p.stdout.String(), "secret") {
		t.Error("the token stands in an output")
	}
}
