package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestPurgeIsPassedOn(t *testing.T) {
	rows := []struct {
		name, body string
		want       Purge
		kind       string
	}{
		{"a path", `{"url":"/products/7?a=b"}`, Purge{URL: "/products/7?a=b"}, "url"},
		{"an absolute url", `{"url":"https://api.example.com/p"}`, Purge{URL: "https://api.example.com/p"}, "url"},
		{"a prefix", `{"prefix":"/products/"}`, Purge{Prefix: "/products/"}, "prefix"},
		{"a tag", `{"tag":"product:7"}`, Purge{Tag: "product:7"}, "tag"},
		{"all", ` { "all" : true } `, Purge{All: true}, "all"},
		{"all, softly", `{"soft":true,"all":true}`, Purge{All: true, Soft: true}, "all"},
		{"false is as good as absent", `{"url":"/a","all":false,"soft":false}`, Purge{URL: "/a"}, "url"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			g := &gateway{}
			h := New(Options{Gateway: g, Metrics: metrics()})
			got := answer(h, request(t, "POST /api/purge\nContent-Type: application/json; charset=utf-8\n\n"+row.body))
			want := "200\nContent-Type: application/json\n\n" + fmt.Sprintf(`{"purged":true,"scope":"local","kind":"%s"}`, row.kind) + "\n"
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if !reflect.DeepEqual(g.purges, []Purge{row.want}) {
				t.Errorf("purges = %+v, want %+v", g.purges, row.want)
			}
		})
	}
}

func TestPurgesThatAreRefused(t *testing.T) {
	invalid := func(detail string) string {
		return problemText(400, "", "invalid_purge", "Invalid purge", "Cannot read the purge: "+detail+".")
	}
	noType := problemText(415, "Accept: application/json\n", "unsupported_media_type", "Unsupported media type",
		"Send the purge with Content-Type: application/json.")
	const typed = "\nContent-Type: application/json"
	rows := []struct{ name, rest, want string }{
		{"no Content-Type", "\n\n" + `{"all":true}`, noType},
		{"a form", "\nContent-Type: application/x-www-form-urlencoded\n\nall=true", noType},
		{"text that is JSON", "\nContent-Type: text/plain\n\n" + `{"all":true}`, noType},
		{"no media type", "\nContent-Type: ;\n\n" + `{"all":true}`, noType},
		{"no body", typed, invalid("it is not one JSON value in UTF-8")},
		{"half a body", typed + "\n\n" + `{"all":tr`, invalid("it is not one JSON value in UTF-8")},
		{"trailing data", typed + "\n\n" + `{"all":true}{}`, invalid("it is not one JSON value in UTF-8")},
		{"not UTF-8", typed + "\n\n" + `{"url":"/` + "\xff" + `"}`, invalid("it is not one JSON value in UTF-8")},
		{"a list", typed + "\n\n" + `[{"all":true}]`, invalid("it is not a JSON object")},
		{"null", typed + "\n\n" + `null`, invalid("it is not a JSON object")},
		{"an unknown key", typed + "\n\n" + `{"urls":"/a"}`, invalid(`\"urls\" is unknown; it takes url, prefix, tag, all and soft`)},
		{"a key in another case", typed + "\n\n" + `{"URL":"/a"}`, invalid(`\"URL\" is unknown; it takes url, prefix, tag, all and soft`)},
		{"a key twice", typed + "\n\n" + `{"url":"/a","url":"/b"}`, invalid(`\"url\" stands twice`)},
		{"a wrong type for url", typed + "\n\n" + `{"url":["/a"]}`, invalid(`\"url\" must be a string`)},
		{"null for url", typed + "\n\n" + `{"url":null}`, invalid(`\"url\" must be a string`)},
		{"a wrong type for all", typed + "\n\n" + `{"all":"true"}`, invalid(`\"all\" must be true or false`)},
		{"a number for soft", typed + "\n\n" + `{"all":true,"soft":1}`, invalid(`\"soft\" must be true or false`)},
		{"nothing named", typed + "\n\n" + `{}`, invalid("it names nothing; give url, prefix, tag or all")},
		{"all is false", typed + "\n\n" + `{"all":false}`, invalid("it names nothing; give url, prefix, tag or all")},
		{"soft alone", typed + "\n\n" + `{"soft":true}`, invalid("it names nothing; give url, prefix, tag or all")},
		{"an empty url", typed + "\n\n" + `{"url":""}`, invalid(`\"url\" is empty`)},
		{"two selectors", typed + "\n\n" + `{"url":"/a","all":true}`, invalid("it names url and all; give one of them")},
		{"three selectors", typed + "\n\n" + `{"url":"/a","tag":"t","prefix":"/"}`, invalid("it names url and prefix and tag; give one of them")},
		{"a relative url", typed + "\n\n" + `{"url":"products/7"}`, invalid(`\"url\" must begin with http://, https:// or /`)},
		{"another scheme", typed + "\n\n" + `{"url":"ftp://a/b"}`, invalid(`\"url\" must begin with http://, https:// or /`)},
		{"a prefix without a host", typed + "\n\n" + `{"prefix":"http:///a"}`, invalid(`\"prefix\" must begin with http://, https:// or /`)},
		{"too large", typed + "\n\n" + `{"url":"/` + strings.Repeat("a", 64<<10) + `"}`,
			problemText(413, "", "body_too_large", "Body too large", "A purge has at most 65536 bytes.")},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			g := &gateway{}
			h := New(Options{Gateway: g, Metrics: metrics()})
			if got := answer(h, request(t, "POST /api/purge"+row.rest)); got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
			if len(g.purges) != 0 {
				t.Errorf("purges = %+v", g.purges)
			}
		})
	}
}

func TestWhatTheGatewaySaysOfAPurge(t *testing.T) {
	refusal := &Refusal{400, "purging by tag is not supported by this version"}
	refused := problemText(400, "", "purge_refused", "Purge refused", refusal.Detail)
	failed := problemText(500, "", "purge_failed", "Purge failed", "The purge failed; the gateway's log says why.")
	rows := []struct {
		name    string
		gateway gateway
		want    string
	}{
		{"a count", gateway{result: PurgeResult{Count: 3}},
			"200\nContent-Type: application/json\n\n" + `{"purged":true,"scope":"local","kind":"tag","count":3}` + "\n"},
		{"a refusal", gateway{err: refusal}, refused},
		{"a wrapped refusal", gateway{err: fmt.Errorf("purge: %w", refusal)}, refused},
		{"a refusal that is no error status", gateway{err: &Refusal{200, "x"}}, failed},
		{"an error", gateway{err: errors.New("inner secret")}, failed},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			h := New(Options{Gateway: &row.gateway, Metrics: metrics()})
			got := answer(h, request(t, "POST /api/purge\nContent-Type: application/json\n\n"+`{"tag":"t"}`))
			if got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
		})
	}
	if got := refusal.Error(); got != "refused (400): purging by tag is not supported by this version" {
		t.Errorf("Error = %s", got)
	}
}

func FuzzParsePurge(f *testing.F) {
	for _, s := range []string{`{"url":"/a"}`, `{"all":true,"soft":false}`, `{"tag":"\ud800"}`, `{"url":{"url":"/a"}}`,
		`{"a":`, `[]`, "", `{"url":"http://h/a","url":1}`, strings.Repeat("[", 1000)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := parsePurge(body)
		if err != nil {
			return
		}
		if len(p.selectors()) != 1 || p.Kind() == "" {
			t.Fatalf("%q names %v", body, p.selectors())
		}
		// What is taken means the same to everybody.
		var plain Purge
		if err := json.Unmarshal(body, &plain); err != nil || plain != p {
			t.Fatalf("%q is %+v here and %+v to encoding/json (%v)", body, p, plain, err)
		}
	})
}
