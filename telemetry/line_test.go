package telemetry

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var moment = time.Date(2026, 11, 24, 10, 43, 0, 123456789, time.FixedZone("", 3600))

func TestLinesAsWritten(t *testing.T) {
	full := Line{
		Time: moment, Method: "GET", Path: "/products/7", Route: "/products/{id}", Status: 200,
		Cache: CacheMiss, Reason: "no_store", Duration: 1234567 * time.Nanosecond,
		BytesIn: 3, BytesOut: 512, Upstream: "api", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736",
	}
	rows := []struct {
		name, json, text string
		line             Line
	}{
		{
			"every field",
			`{"time":"2026-11-24T09:43:00.123Z","method":"GET","path":"/products/7","route":"/products/{id}","status":200,` +
				`"cache":"miss","reason":"no_store","duration_ms":1.234,"bytes_in":3,"bytes_out":512,"upstream":"api",` +
				`"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`,
			`10:43:00.123 200 GET /products/7 miss 1.234ms in=3 out=512 reason=no_store route=/products/{id} upstream=api trace=4bf92f3577b34da6a3ce929d0e0e4736`,
			full,
		},
		{
			"the client left before an answer",
			`{"time":"2026-11-24T09:43:00.123Z","method":"GET","path":"/","route":"","status":0,` +
				`"cache":"none","reason":"","duration_ms":0.000,"bytes_in":0,"bytes_out":0,"upstream":"","trace_id":""}`,
			`10:43:00.123 0 GET / none 0.000ms in=0 out=0`,
			Line{Time: moment, Method: "GET", Path: "/", Duration: -time.Second},
		},
		{
			"a query and a fragment carry secrets",
			`{"time":"2026-11-24T09:43:00.123Z","method":"GET","path":"/login","route":"","status":0,` +
				`"cache":"none","reason":"","duration_ms":0.009,"bytes_in":0,"bytes_out":0,"upstream":"","trace_id":""}`,
			`10:43:00.123 0 GET /login none 0.009ms in=0 out=0`,
			Line{Time: moment, Method: "GET", Path: "/login?token=s3cret#x?y", Duration: 9999 * time.Nanosecond},
		},
		{
			"hostile bytes",
			`{"time":"2026-11-24T09:43:00.123Z","method":"G\"T","path":"/a\u000a\u001b[2J\\\ufffd\u007f\u009b\u2028 é€😀","route":"","status":0,` +
				`"cache":"none","reason":"","duration_ms":60000.000,"bytes_in":0,"bytes_out":0,"upstream":"","trace_id":""}`,
			`10:43:00.123 0 "G\"T" "/a\n\x1b[2J\\\xff\x7f\u009b\u2028 é€😀" none 60000.000ms in=0 out=0`,
			Line{Time: moment, Method: `G"T`, Path: "/a\n\x1b[2J\\\xff\x7f\u009b\u2028 é€😀", Duration: time.Minute},
		},
		{
			"a path that forges a field",
			`{"time":"2026-11-24T09:43:00.123Z","method":"GET","path":"/ hit\",\"status\":200","route":"","status":0,` +
				`"cache":"none","reason":"","duration_ms":0.000,"bytes_in":0,"bytes_out":0,"upstream":"","trace_id":""}`,
			`10:43:00.123 0 GET "/ hit\",\"status\":200" none 0.000ms in=0 out=0`,
			Line{Time: moment, Method: "GET", Path: `/ hit","status":200`},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := string(row.line.appendJSON(nil)); got != row.json+"\n" {
				t.Errorf("JSON\n got %s\nwant %s", got, row.json)
			}
			if got := string(row.line.appendText(nil)); got != row.text+"\n" {
				t.Errorf("text\n got %s\nwant %s", got, row.text)
			}
		})
	}
}

func TestLongStringsAreCutAtARune(t *testing.T) {
	rows := []struct{ name, in, want string }{
		{"as long as allowed", strings.Repeat("a", 2048), strings.Repeat("a", 2048)},
		{"one more", strings.Repeat("a", 2049), strings.Repeat("a", 2048)},
		{"a rune across the end", strings.Repeat("a", 2046) + "€€", strings.Repeat("a", 2046)},
		{"a rune up to the end", strings.Repeat("a", 2045) + "€€", strings.Repeat("a", 2045) + "€"},
	}
	for _, row := range rows {
		if got := clip(row.in); got != row.want {
			t.Errorf("%s: %d bytes left, want %d", row.name, len(got), len(row.want))
		}
	}
	if got := clip(strings.Repeat("\x80", 5000)); len(got) < 2044 || len(got) > 2048 {
		t.Errorf("bytes that start no rune: %d left", len(got))
	}
}

func FuzzAppendJSONString(f *testing.F) {
	for _, s := range []string{"", "/a", "\"\\\x00\x1f\x7f", "é€😀\u2028\u2029\u0085", "\xff\xc3\x28", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := appendJSONString([]byte("x"), s)[1:]
		var got string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q gives %s: %v", s, b, err)
		}
		// What is not UTF-8 becomes U+FFFD a byte, as converting to runes does.
		if want := string([]rune(s)); got != want {
			t.Fatalf("%q gives %q, want %q", s, got, want)
		}
		for _, r := range string(b) {
			if r < ' ' || r >= 0x7f && r <= 0x9f {
				t.Fatalf("%q leaves a control in %q", s, b)
			}
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add("GET", "/a?b", "/a", "no_store")
	f.Add("\x00", "/\x1b[2J\n", "\xff", "\"\\")
	f.Fuzz(func(t *testing.T, method, path, route, reason string) {
		l := Line{Time: moment, Method: method, Path: path, Route: route, Reason: reason}
		line := l.appendJSON(nil)
		if !json.Valid(line) || strings.Count(string(line), "\n") != 1 {
			t.Fatalf("no JSON line: %q", line)
		}
		text := string(l.appendText(nil))
		if !utf8.ValidString(text) || strings.Count(text, "\n") != 1 || strings.ContainsAny(text, "\x1b\r\x00\x7f\u009b\u2028\u202e") {
			t.Fatalf("no text line: %q", text)
		}
	})
}
