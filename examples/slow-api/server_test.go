package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

var small = shape{seed: 1, products: 60}

// ask sends a request; fields are "Name: value".
func ask(api http.Handler, method, target, body string, fields ...string) *http.Response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func newTestStore(t *testing.T, s shape) *store {
	t.Helper()
	db, err := openStore(t.Context(), filepath.Join(t.TempDir(), "shop.db"), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.close)
	return db
}

func newTestAPI(t *testing.T) http.Handler { return newServer(newTestStore(t, small), io.Discard) }

func TestTheSameRequestGetsTheSameBytes(t *testing.T) {
	one, two := newTestAPI(t), newTestAPI(t)
	other := newServer(newTestStore(t, shape{seed: 2, products: 60}), io.Discard)
	for _, target := range []string{
		"/products", "/products?category=3&page=1", "/products/7", "/products?ids=1,2,3", "/products/7/reviews",
		"/rankings/3", "/search?q=oak", "/me", "/me/orders", "/cart",
	} {
		auth, cookie := "Authorization: Bearer user-7", "Cookie: session=user-7"
		first := text(t, ask(one, "GET", target, "", auth, cookie))
		again := text(t, ask(one, "GET", target, "", auth, cookie))
		if first != again || first != text(t, ask(two, "GET", target, "", auth, cookie)) {
			t.Errorf("%s: the bytes differ", target)
		}
		if first == text(t, ask(other, "GET", target, "", auth, cookie)) {
			t.Errorf("%s: another seed makes the same data: %s", target, first)
		}
	}
}

func TestHeads(t *testing.T) {
	api := newTestAPI(t)
	const auth, cookie = "Authorization: Bearer user-7", "Cookie: session=user-7"
	rows := []struct {
		target, field string
		status        int
		caching       string
		etag          bool
	}{
		{"/products/1", "", 200, "public, max-age=120", true},
		{"/products?category=1", "", 200, "public, max-age=120", false},
		{"/products?ids=1,2", "", 200, "public, max-age=120", false},
		{"/categories", "", 200, "max-age=300", true},
		{"/rankings/1", "", 200, "max-age=300", false},
		{"/products/1/reviews", "", 200, "", false},
		{"/search?q=oak", "", 200, "", false},
		{"/me", auth, 200, "private, max-age=10", false},
		{"/me/orders", auth, 200, "", false},
		{"/cart", cookie, 200, "", false},
		{"/me", "", 401, "", false},
		{"/me", "Authorization: Bearer user-9999", 401, "", false},
		{"/me", "Authorization: Basic user-7", 401, "", false},
		{"/me", cookie, 401, "", false},
		{"/cart", auth, 401, "", false},
		{"/products/9999", "", 404, "", false},
		{"/products/x", "", 404, "", false},
		{"/products/9999/reviews", "", 404, "", false},
		{"/rankings/21", "", 404, "", false},
		{"/nowhere", "", 404, "", false},
		{"/products?page=-1", "", 400, "", false},
		{"/products?category=21", "", 400, "", false},
		{"/products?ids=1,x", "", 400, "", false},
		{"/search", "", 400, "", false},
	}
	for _, row := range rows {
		got := ask(api, "GET", row.target, "", row.field)
		if got.StatusCode != row.status || got.Header.Get("Cache-Control") != row.caching ||
			(got.Header.Get("ETag") != "") != row.etag {
			t.Errorf("GET %s %s: %d %v, want %d, Cache-Control %q, an ETag: %v",
				row.target, row.field, got.StatusCode, got.Header, row.status, row.caching, row.etag)
		}
	}
}

func TestAPersonalAnswerNamesItsUser(t *testing.T) {
	api := newTestAPI(t)
	for _, row := range []struct{ target, field string }{
		{"/me", "Authorization: Bearer user-7"},
		{"/me/orders", "Authorization: Bearer user-7"},
		{"/cart", "Cookie: theme=dark; session=user-7"},
	} {
		var answer struct{ User user }
		body := text(t, ask(api, "GET", row.target, "", row.field))
		if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.User.ID != 7 || answer.User.Name == "" {
			t.Errorf("GET %s with %s: user %+v, %v", row.target, row.field, answer.User, err)
		}
	}
}

func TestAnIDListHoldsTheSingleProducts(t *testing.T) {
	api := newTestAPI(t)
	var list struct{ Data []json.RawMessage }
	body := text(t, ask(api, "GET", "/products?ids=3,1,9999,3", ""))
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Data) != 2 {
		t.Fatalf("ids=3,1,9999,3 has %d products, want 3 and 1 alone", len(list.Data))
	}
	for i, target := range []string{"/products/3", "/products/1"} {
		var single, item any
		if err := json.Unmarshal([]byte(text(t, ask(api, "GET", target, ""))), &single); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(list.Data[i], &item); err != nil {
			t.Fatal(err)
		}
		if got, want := mustJSON(t, item), mustJSON(t, single); got != want {
			t.Errorf("item %d is %s, but GET %s is %s", i, got, target, want)
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAnETagSavesTheBody(t *testing.T) {
	api := newTestAPI(t)
	tag := ask(api, "GET", "/products/1", "").Header.Get("ETag")
	for _, row := range []struct {
		ifNoneMatch string
		status      int
	}{{tag, 304}, {"W/" + tag, 304}, {`"other", ` + tag, 304}, {"*", 304}, {`"other"`, 200}, {"", 200}} {
		got := ask(api, "GET", "/products/1", "", "If-None-Match: "+row.ifNoneMatch)
		if got.StatusCode != row.status || got.Header.Get("ETag") != tag {
			t.Errorf("If-None-Match %q: %d with ETag %s, want %d with %s",
				row.ifNoneMatch, got.StatusCode, got.Header.Get("ETag"), row.status, tag)
		}
	}
}

func TestWritesShow(t *testing.T) {
	api := newTestAPI(t)
	const auth = "Authorization: Bearer user-7"
	rows := []struct {
		target, body, field string
		status              int
	}{
		{"/products/1/reviews", `{"rating":5,"text":"as good as new"}`, auth, 201},
		{"/orders", `{"product_id":1,"quantity":2}`, auth, 201},
		{"/products/1/reviews", `{"rating":5,"text":"as good as new"}`, "", 401},
		{"/products/1/reviews", `{"rating":6}`, auth, 400},
		{"/products/1/reviews", `{`, auth, 400},
		{"/products/9999/reviews", `{"rating":5}`, auth, 404},
		{"/orders", `{"product_id":1}`, auth, 400},
		{"/orders", `{"product_id":9999,"quantity":1}`, auth, 404},
		{"/orders", `{"product_id":1,"quantity":2}`, "", 401},
	}
	before := text(t, ask(api, "GET", "/me/orders", "", auth))
	for _, row := range rows {
		if got := ask(api, "POST", row.target, row.body, row.field); got.StatusCode != row.status {
			t.Errorf("POST %s %s: %d, want %d", row.target, row.body, got.StatusCode, row.status)
		}
	}
	if got := text(t, ask(api, "GET", "/products/1/reviews", "")); strings.Count(got, "as good as new") != 1 {
		t.Errorf("the review shows %d times, want once: %s", strings.Count(got, "as good as new"), got)
	}
	after := text(t, ask(api, "GET", "/me/orders", "", auth))
	if strings.Count(after, `"product_id"`) != strings.Count(before, `"product_id"`)+1 {
		t.Errorf("one order more, want it in the list:\n%s\n%s", before, after)
	}
}

func TestStatsCountWhatReachesTheAPI(t *testing.T) {
	api := newTestAPI(t)
	for _, target := range []string{"/products/1", "/me", "/nowhere", "/healthz", "/stats"} {
		ask(api, "GET", target, "")
	}
	if got, want := text(t, ask(api, "GET", "/stats", "")), "{\n    \"requests\": 3\n}\n"; got != want {
		t.Errorf("GET /stats = %q, want %q", got, want)
	}
}
