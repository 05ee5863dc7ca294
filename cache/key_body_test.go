package cache

import (
	"strings"
	"testing"
)

func TestAppendBody(t *testing.T) {
	url := string((*KeyRules)(nil).Append(nil, "http", "a", "/search", nil))
	ruled := string(NewKeyRules(QueryRules{}, []string{"X-Tenant"}, nil).Append(nil, "http", "a", "/search", nil))
	rows := []struct {
		name   string
		key    string
		method string
		fields Fields
		body   string
	}{
		{"a body", url, "POST", nil, "lamp"},
		{"another body", url, "POST", nil, "lamps"},
		{"no body", url, "POST", nil, ""},
		{"another method", url, "QUERY", nil, "lamp"},
		{"a type", url, "POST", wire("Content-Type: text/plain"), "lamp"},
		{"the type as a coding", url, "POST", wire("Content-Encoding: text/plain"), "lamp"},
		{"the type twice", url, "POST", wire("Content-Type: text/plain", "Content-Type: text/plain"), "lamp"},
		{"a coding", url, "POST", wire("Content-Encoding: gzip"), "lamp"},
		{"a language", url, "POST", wire("Content-Language: de"), "lamp"},
		{"a body that begins like the fields", url, "POST", nil, "\x00\x00\x00lamp"},
		{"key rules", ruled, "POST", nil, "lamp"},
	}
	seen := map[string]string{url: "a GET", ruled: "a GET with rules"}
	for _, row := range rows {
		key := string(AppendBody([]byte(row.key), row.method, row.fields, []byte(row.body)))
		if before, found := seen[key]; found {
			t.Errorf("%s has the key of %s", row.name, before)
		}
		seen[key] = row.name
		if scheme, host, target := URLOf(key); scheme != "http" || host != "a" || target != "/search" {
			t.Errorf("%s: URLOf(%q) = %q, %q, %q, want what a purge of the URL names", row.name, key, scheme, host, target)
		}
		if again := string(AppendBody([]byte(row.key), row.method, row.fields, []byte(row.body))); again != key {
			t.Errorf("%s has two keys", row.name)
		}
	}
	one := AppendBody(nil, "POST", wire("content-type: text/plain", "Accept: */*"), []byte("lamp"))
	if two := AppendBody(nil, "POST", wire("Content-Type: text/plain "), []byte("lamp")); string(one) != string(two) {
		t.Errorf("%q and %q should be one key", one, two)
	}
	if !strings.HasPrefix(string(one), "\x00POST ") {
		t.Errorf("the key's part is %q, which could be the hash of key rules", one)
	}
}

func TestPassesByMethod(t *testing.T) {
	keyed := &Policy{BodyMethods: []string{"POST"}}
	rows := []struct {
		name   string
		pol    *Policy
		method string
		fields Fields
		want   Reason
	}{
		{"9.3.3 POST that is keyed", keyed, "POST", nil, ""},
		{"POST that is not", &Policy{}, "POST", nil, Method},
		{"another method than the keyed", keyed, "QUERY", nil, Method},
		{"13.1.2 If-None-Match, which would be a 412", keyed, "POST", wire(`If-None-Match: "a"`), Conditional},
		{"13.1.3 If-Modified-Since, which means nothing", keyed, "POST", wire("If-Modified-Since: x"), ""},
		{"If-None-Match of a GET", keyed, "GET", wire(`If-None-Match: "a"`), ""},
		{"mode off", &Policy{Mode: Off, BodyMethods: []string{"POST"}}, "POST", nil, ModeOff},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := Passes(&Request{Method: row.method, Fields: row.fields}, row.pol); got != row.want {
				t.Errorf("Passes(%s %q) = %q, want %q", row.method, row.fields, got, row.want)
			}
		})
	}
}
