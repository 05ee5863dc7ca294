package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestCompare(t *testing.T) {
	mine := request{path: "/me", user: 7, status: 200}
	open := request{path: "/p", status: 200}
	answer := func(status int, contentType, body string) response {
		return response{status: status, contentType: contentType, body: []byte(body)}
	}
	seven := answer(200, "application/json", `{"user":{"id":7}}`)
	eight := answer(200, "application/json", `{"user":{"id":8}}`)
	refused := answer(401, "application/json", `{}`)
	broken := response{err: errors.New("connection reset")}
	rows := []struct {
		name            string
		asked           request
		direct, gateway response
		want            string
	}{
		{"the same", open, eight, eight, ""},
		{"the user's own", mine, seven, seven, ""},
		{"refused both ways", mine, refused, refused, ""},
		{"no answer directly", open, broken, eight, "/p directly: connection reset"},
		{"no answer through the gateway", open, eight, broken, "/p through the gateway: connection reset"},
		{"another status", open, refused, eight, "/p: status 401 directly, 200 through the gateway"},
		{"another type", open, answer(200, "text/plain", ""), answer(200, "text/html", ""),
			`/p: Content-Type "text/plain" directly, "text/html" through the gateway`},
		{"another body", open, answer(200, "a/b", "abc"), answer(200, "a/b", "ab"), "/p: the bodies differ (3 and 2 bytes)"},
		{"another user's, both ways", mine, eight, eight, "/me for user 7: the answer is user 8's"},
	}
	for _, row := range rows {
		if got := compare(row.asked, row.direct, row.gateway); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestSameJSON(t *testing.T) {
	rows := []struct {
		a, b string
		want bool
	}{
		{`{ "a": 1 }`, `{"a":1}`, true},
		{`{"a":1}`, `{"a":2}`, false},
		{`{"a":1}`, `{"a":`, false},
		{`x`, `x`, false},
	}
	for _, row := range rows {
		if got := sameJSON([]byte(row.a), []byte(row.b)); got != row.want {
			t.Errorf("sameJSON(%s, %s) = %v, want %v", row.a, row.b, got, row.want)
		}
	}
}

func TestDecode(t *testing.T) {
	var zipped, brotlied bytes.Buffer
	g, b := gzip.NewWriter(&zipped), brotli.NewWriter(&brotlied)
	g.Write([]byte("whole"))
	b.Write([]byte("whole"))
	if err := errors.Join(g.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	for coding, body := range map[string][]byte{"": []byte("whole"), "gzip": zipped.Bytes(), "br": brotlied.Bytes()} {
		if got, err := decode(coding, body); err != nil || string(got) != "whole" {
			t.Errorf("decode %q: %q, %v", coding, got, err)
		}
	}
	for coding, body := range map[string][]byte{
		"zstd": nil, "gzip": zipped.Bytes()[:zipped.Len()-1], "br": brotlied.Bytes()[:brotlied.Len()-1],
	} {
		if got, err := decode(coding, body); err == nil {
			t.Errorf("decode %q of a body cut short: %q, want an error", coding, got)
		}
	}
}

func TestCacheStatus(t *testing.T) {
	rows := []struct {
		values         []string
		hit, collapsed bool
	}{
		{nil, false, false},
		{[]string{"afterburner; hit; ttl=23"}, true, false},
		{[]string{"origin; hit, afterburner; fwd=uri-miss; stored"}, false, false},
		{[]string{"origin; hit", "afterburner; fwd=uri-miss; collapsed"}, false, true},
		{[]string{"afterburner; fwd=bypass; detail=hit"}, false, false},
		{[]string{"not; a, (list"}, false, false},
	}
	for _, row := range rows {
		if hit, collapsed := cacheStatus(row.values); hit != row.hit || collapsed != row.collapsed {
			t.Errorf("%q: hit %v, collapsed %v; want %v, %v", row.values, hit, collapsed, row.hit, row.collapsed)
		}
	}
}
