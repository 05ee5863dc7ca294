package batch

import (
	"encoding/json"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestAppendJSON(t *testing.T) {
	get := Item{ID: "1", Method: "GET"}
	typed := func(contentType, body string) Answer {
		return Answer{Status: 200, Fields: [][2]string{{"Content-Type", contentType}}, Body: []byte(body)}
	}
	for _, row := range []struct {
		name   string
		item   Item
		answer Answer
		want   string
	}{
		{"JSON as it stands", get, typed("application/json; charset=utf-8", ` {"n":12345678901234567890, "x":1.0,"x":1E5, "s":"\u00e9"} `),
			`{"id":"1","status":200,"headers":{"Content-Type":"application/json; charset=utf-8"},"body": {"n":12345678901234567890, "x":1.0,"x":1E5, "s":"\u00e9"} }`},
		{"a JSON suffix", get, typed("Application/Problem+JSON", `[]`),
			`{"id":"1","status":200,"headers":{"Content-Type":"Application/Problem+JSON"},"body":[]}`},
		{"JSON that is none", get, typed("application/json", `{"a":`),
			`{"id":"1","status":200,"headers":{"Content-Type":"application/json","Content-Transfer-Encoding":"base64"},"body":"eyJhIjo="}`},
		{"two values are no JSON", get, typed("application/json", `{}{}`),
			`{"id":"1","status":200,"headers":{"Content-Type":"application/json","Content-Transfer-Encoding":"base64"},"body":"e317fQ=="}`},
		{"JSON in Latin-1", get, typed("application/json", "\"\xe9\""),
			`{"id":"1","status":200,"headers":{"Content-Type":"application/json","Content-Transfer-Encoding":"base64"},"body":"Iuki"}`},
		{"known JSON is not looked at again", get, Answer{Status: 200, Fields: [][2]string{{"Content-Type", "application/json"}}, Body: []byte("trusted"), JSON: true},
			`{"id":"1","status":200,"headers":{"Content-Type":"application/json"},"body":trusted}`},
		{"known JSON of a text type is text", get, Answer{Status: 200, Fields: [][2]string{{"Content-Type", "text/plain"}}, Body: []byte("1"), JSON: true},
			`{"id":"1","status":200,"headers":{"Content-Type":"text/plain"},"body":"1"}`},
		{"text", get, typed("text/html", "<p class=\"a\">é\n"),
			`{"id":"1","status":200,"headers":{"Content-Type":"text/html"},"body":"<p class=\"a\">é\n"}`},
		{"text in Latin-1", get, typed("text/plain; charset=iso-8859-1", "\xe9"),
			`{"id":"1","status":200,"headers":{"Content-Type":"text/plain; charset=iso-8859-1","Content-Transfer-Encoding":"base64"},"body":"6Q=="}`},
		{"text in Latin-1 that looks like UTF-8", get, typed("text/plain; charset=iso-8859-1", "\xc3\xa9"),
			`{"id":"1","status":200,"headers":{"Content-Type":"text/plain; charset=iso-8859-1","Content-Transfer-Encoding":"base64"},"body":"w6k="}`},
		{"text in Latin-1 that is ASCII", get, typed("text/plain; charset=iso-8859-1", "e"),
			`{"id":"1","status":200,"headers":{"Content-Type":"text/plain; charset=iso-8859-1"},"body":"e"}`},
		{"other types", get, typed("image/png", "\x00\xff"),
			`{"id":"1","status":200,"headers":{"Content-Type":"image/png","Content-Transfer-Encoding":"base64"},"body":"AP8="}`},
		{"no type", get, Answer{Status: 200, Body: []byte("{}")},
			`{"id":"1","status":200,"headers":{"Content-Transfer-Encoding":"base64"},"body":"e30="}`},
		{"a coding that the origin chose all the same", get,
			Answer{Status: 200, Fields: [][2]string{{"Content-Type", "text/plain"}, {"Content-Encoding", "rot13"}}, Body: []byte("abc")},
			`{"id":"1","status":200,"headers":{"Content-Type":"text/plain","Content-Encoding":"rot13","Content-Transfer-Encoding":"base64"},"body":"YWJj"}`},

		{"several lines of one name", get, Answer{Status: 204, Fields: [][2]string{{"Vary", "Accept"}, {"Set-Cookie", "a=1"}, {"vary", "Origin"}, {"set-cookie", "b=2"}}},
			`{"id":"1","status":204,"headers":{"Vary":"Accept, Origin","Set-Cookie":["a=1","b=2"]}}`},
		{"one cookie is a list too", get, Answer{Status: 204, Fields: [][2]string{{"Set-Cookie", "a=1"}}},
			`{"id":"1","status":204,"headers":{"Set-Cookie":["a=1"]}}`},
		{"fields of the connection are not shown", get, Answer{Status: 404, Fields: [][2]string{
			{"Connection", "close"}, {"Keep-Alive", "1"}, {"Transfer-Encoding", "chunked"}, {"Trailer", "X"}, {"Upgrade", "h2c"},
			{"Content-Length", "0"}, {"Content-Transfer-Encoding", "8bit"}, {"not a token", "x"}, {"Proxy-Status", "afterburner"}, {"ETag", `"a"`}}},
			`{"id":"1","status":404,"headers":{"Proxy-Status":"afterburner","ETag":"\"a\""}}`},
		{"a value that is not UTF-8", get, Answer{Status: 204, Fields: [][2]string{{"X", "caf\xe9"}}},
			`{"id":"1","status":204,"headers":{"X":"caf` + "\ufffd" + `"}}`},

		{"an id that is a number", Item{ID: "1.50e2", Number: true, Method: "GET"}, Answer{Status: 200}, `{"id":1.50e2,"status":200,"headers":{}}`},
		{"an id with signs", Item{ID: "a\"\n", Method: "GET"}, Answer{Status: 200}, `{"id":"a\"\n","status":200,"headers":{}}`},
		{"9110 9.3.2 HEAD has no body", Item{ID: "1", Method: "HEAD"}, typed("application/json", "{}"), `{"id":"1","status":200,"headers":{"Content-Type":"application/json"}}`},
		{"9110 15.4.5 nor has a 304", get, Answer{Status: 304, Fields: [][2]string{{"ETag", `"a"`}}, Body: []byte("x")}, `{"id":"1","status":304,"headers":{"ETag":"\"a\""}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := string(AppendJSON([]byte("before "), []Item{row.item}, []Answer{row.answer}))
			want := `before {"responses":[` + row.want + `]}`
			if got != want {
				t.Errorf("AppendJSON gives\n%s, want\n%s", got, want)
			}
		})
	}
}

func TestAppendJSONKeepsTheOrder(t *testing.T) {
	items := []Item{{ID: "b", Method: "GET"}, {ID: "2", Number: true, Method: "GET"}}
	answers := []Answer{{Status: 200}, {Status: 404}}
	got := string(AppendJSON(nil, items, answers))
	want := `{"responses":[{"id":"b","status":200,"headers":{}},{"id":2,"status":404,"headers":{}}]}`
	if got != want {
		t.Errorf("AppendJSON gives\n%s, want\n%s", got, want)
	}
	if got := string(AppendJSON(nil, nil, nil)); got != `{"responses":[]}` {
		t.Errorf("AppendJSON of nothing gives %s", got)
	}
}

func FuzzAssemble(f *testing.F) {
	f.Add("1", "GET", 200, "Content-Type", "application/json", []byte(`{"a":1}`))
	f.Add("\xff", "HEAD", 304, "Content-Type", "text/plain; charset=x", []byte("\x00\x80"))
	f.Add(`"`, "POST", 0, "Set-Cookie", "a\"\n\xff", []byte(`{"a":`))
	f.Add("", "", -1, "content-type", "+json", []byte(` [1,{"a":1,"a":2}] `))
	f.Fuzz(func(t *testing.T, id, method string, status int, name, value string, body []byte) {
		items := []Item{{ID: id, Method: method}, {ID: "7", Number: true, Method: method}}
		answer := Answer{Status: status, Fields: [][2]string{{name, value}, {"Set-Cookie", value}, {name, "x"}}, Body: body}
		got := AppendJSON(nil, items, []Answer{answer, answer})
		if !jsontext.Value(got).IsValid(jsontext.AllowDuplicateNames(true)) {
			t.Fatalf("AppendJSON gives no JSON: %s", got)
		}
		var back struct {
			Responses []struct {
				Status  int
				Headers map[string]any
				Body    json.RawMessage
			}
		}
		if err := json.Unmarshal(got, &back); err != nil || len(back.Responses) != 2 || back.Responses[1].Status != status {
			t.Fatalf("AppendJSON gives %s (%v)", got, err)
		}
		checkBody(t, back.Responses[0].Headers, back.Responses[0].Body, body)
	})
}

// checkBody holds an embedded body against the bytes it was made of.
func checkBody(t *testing.T, headers map[string]any, embedded json.RawMessage, body []byte) {
	if embedded == nil {
		return
	}
	var form any
	if err := json.Unmarshal(embedded, &form); err != nil {
		t.Fatalf("the body is %s: %v", embedded, err)
	}
	if headers["Content-Transfer-Encoding"] == "base64" {
		var plain []byte
		if err := json.Unmarshal(embedded, &plain); err != nil || string(plain) != string(body) {
			t.Fatalf("base64 gives %q, want %q (%v)", plain, body, err)
		}
		return
	}
	if text, ok := form.(string); ok && text != string(body) && !jsontext.Value(body).IsValid() {
		t.Fatalf("text gives %q, want %q", text, body)
	}
}
