package batch

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

var limits = Limits{MaxItems: 3, MaxBody: 64 << 10}

func TestParseJSON(t *testing.T) {
	contentJSON := [2]string{"Content-Type", "application/json"}
	for _, row := range []struct {
		name, batch string
		want        []Item
	}{
		{"the smallest item", `{"requests":[{"id":"1","url":"/a"}]}`,
			[]Item{{ID: "1", Method: "GET", URL: "/a"}}},
		{"everything, in another order",
			`{"requests":[{"body":{"n":12345678901234567890, "x":1.0},"headers":{"X-A":" b\t","x-list":["1","2"]},"url":"/a?b=%2F&c","method":"PATCH","id":7}]}`,
			[]Item{{
				ID: "7", Number: true, Method: "PATCH", URL: "/a?b=%2F&c",
				Fields: [][2]string{{"X-A", "b"}, {"x-list", "1"}, {"x-list", "2"}, contentJSON},
				Body:   []byte(`{"n":12345678901234567890, "x":1.0}`),
			}}},
		{"members that are not of the format are ignored",
			`{"@context":"x","requests":[{"id":"1","url":"/a","note":{"a":[1]}}],"more":[[]]}`,
			[]Item{{ID: "1", Method: "GET", URL: "/a"}}},
		{"null is absent", `{"requests":[{"id":"1","url":"/a","method":null,"headers":null,"body":null}]}`,
			[]Item{{ID: "1", Method: "GET", URL: "/a"}}},
		{"a method of its own, as sent", `{"requests":[{"id":"1","url":"/a","method":"purge"}]}`,
			[]Item{{ID: "1", Method: "purge", URL: "/a"}}},
		{"a number keeps its digits", `{"requests":[{"id":1.50e2,"url":"/a"}]}`,
			[]Item{{ID: "1.50e2", Number: true, Method: "GET", URL: "/a"}}},
		{"escapes", `{"requests":[{"id":"\u00e9\n","url":"\/a"}]}`,
			[]Item{{ID: "é\n", Method: "GET", URL: "/a"}}},
		{"fields of the connection and of the gateway are left out",
			`{"requests":[{"id":"1","url":"/a","headers":{"Host":"h","X-Forwarded-For":"1.2.3.4","x_forwarded_proto":"https","Forwarded":"for=x",
			"Connection":"close","Keep-Alive":"1","TE":"trailers","Trailer":"X","Transfer-Encoding":"chunked","Transfer_Encoding":"chunked","Upgrade":"h2c",
			"Proxy-Authorization":"x","Content-Length":"9","Range":"bytes=0-1","If-Range":"x","Expect":"100-continue","Accept-Encoding":"br",
			"CDN-Loop":"afterburner","Via":"1.1 x","Accept":"text/plain","If-None-Match":"\"a\""}}]}`,
			[]Item{{ID: "1", Method: "GET", URL: "/a", Fields: [][2]string{{"Accept", "text/plain"}, {"If-None-Match", `"a"`}}}}},
		{"a body of text is the text", `{"requests":[{"id":"1","url":"/a","method":"POST","headers":{"content-type":"text/plain; charset=utf-8"},"body":"a\n\"é\""}]}`,
			[]Item{{ID: "1", Method: "POST", URL: "/a", Fields: [][2]string{{"content-type", "text/plain; charset=utf-8"}}, Body: []byte("a\n\"é\"")}}},
		{"so is a form", `{"requests":[{"id":"1","url":"/a","method":"POST","headers":{"Content-Type":"application/x-www-form-urlencoded"},"body":"a=1&b=2"}]}`,
			[]Item{{ID: "1", Method: "POST", URL: "/a", Fields: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}, Body: []byte("a=1&b=2")}}},
		{"a string is JSON without a type", `{"requests":[{"id":"1","url":"/a","method":"POST","body":"a\u0020b"}]}`,
			[]Item{{ID: "1", Method: "POST", URL: "/a", Fields: [][2]string{contentJSON}, Body: []byte(`"a\u0020b"`)}}},
		{"a JSON suffix", `{"requests":[{"id":"1","url":"/a","method":"PATCH","headers":{"Content-Type":"application/merge-patch+json"},"body":{"a":null}}]}`,
			[]Item{{ID: "1", Method: "PATCH", URL: "/a", Fields: [][2]string{{"Content-Type", "application/merge-patch+json"}}, Body: []byte(`{"a":null}`)}}},
		{"base64", `{"requests":[{"id":"1","url":"/a","method":"PUT","headers":{"Content-Type":"image/png","content-transfer-encoding":"BASE64"},"body":"AP8="}]}`,
			[]Item{{ID: "1", Method: "PUT", URL: "/a", Fields: [][2]string{{"Content-Type", "image/png"}}, Body: []byte{0, 255}}}},
		{"the limit of items", `{"requests":[{"id":1,"url":"/a"},{"id":"2","url":"/a"},{"id":3,"url":"/a"}]} `,
			[]Item{{ID: "1", Number: true, Method: "GET", URL: "/a"}, {ID: "2", Method: "GET", URL: "/a"}, {ID: "3", Number: true, Method: "GET", URL: "/a"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := ParseJSON([]byte(row.batch), limits)
			if err != nil {
				t.Fatalf("ParseJSON: %v", err)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("ParseJSON gives\n%+v, want\n%+v", got, row.want)
			}
		})
	}
}

func TestParseJSONRefusals(t *testing.T) {
	item := func(members string) string { return `{"requests":[{"id":"0","url":"/"},{` + members + `}]}` }
	long := strings.Repeat("a", 9<<10)
	for _, row := range []struct {
		name, batch string
		status      int
		want        string
	}{
		{"nothing", ``, 400, `malformed JSON at byte 0: it ends too early`},
		{"cut off", `{"requests":[{"id":"1"`, 400, `malformed JSON at byte 22: it ends too early`},
		{"not JSON", `id=1`, 400, `malformed JSON at byte 0: invalid character 'i' at start of value`},
		{"a comma too many", `{"requests":[{"id":"1","url":"/a",}]}`, 400, `malformed JSON at byte 33: invalid character ',' at start of value`},
		{"two batches", `{"requests":[{"id":"1","url":"/a"}]} {}`, 400, `malformed JSON at byte 38: something follows the batch`},
		{"rubbish behind", `{"requests":[{"id":"1","url":"/a"}]}]`, 400, `malformed JSON at byte 36: invalid character ']' at start of value`},
		{"a member twice", item(`"id":"1","url":"/a","url":"/b"`), 400, `malformed JSON at byte 55: member "url" stands twice`},
		{"a member twice in a body", item(`"id":"1","url":"/a","body":{"admin":false,"admin":true}`), 400, `malformed JSON at byte 77: member "admin" stands twice`},
		{"requests twice", `{"requests":[{"id":"1","url":"/a"}],"requests":[]}`, 400, `malformed JSON at byte 36: member "requests" stands twice`},
		{"not UTF-8", item("\"id\":\"\xff\",\"url\":\"/a\""), 400, `malformed JSON at byte 41: invalid UTF-8`},
		{"half a character", item(`"id":"\ud800","url":"/a"`), 400, "malformed JSON at byte 41: invalid surrogate pair `\\ud800\",\"url` in string"},
		{"very deep", `{"requests":[{"id":1,"url":"/","body":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}]}`, 400, `malformed JSON at byte 10035: exceeded max depth`},

		{"a list", `[{"id":"1","url":"/a"}]`, 400, `the batch is not an object`},
		{"no requests", `{"request":[]}`, 400, `the batch has no items: "requests" is missing or empty`},
		{"an empty list", `{"requests":[]}`, 400, `the batch has no items: "requests" is missing or empty`},
		{"requests is no list", `{"requests":{"id":"1","url":"/a"}}`, 400, `"requests" is not a list`},
		{"an item too many", `{"requests":[{"id":1,"url":"/"},{"id":2,"url":"/"},{"id":3,"url":"/"},{"id":4}]}`, 413, `the batch has more than the 3 items allowed`},
		{"a byte too many", strings.Repeat(" ", 64<<10) + "{", 413, `the batch has 65537 bytes, more than the 65536 allowed`},
		{"an item is no object", `{"requests":["/a"]}`, 400, `requests[0]: the item is not an object`},

		{"no id", item(`"url":"/a"`), 400, `requests[1]: id is missing`},
		{"an id of null", item(`"id":null,"url":"/a"`), 400, `requests[1]: id is missing`},
		{"an empty id", item(`"id":"","url":"/a"`), 400, `requests[1]: id is empty`},
		{"a long id", item(`"id":"` + long + `","url":"/a"`), 400, `requests[1]: id is longer than 256 bytes`},
		{"an id of true", item(`"id":true,"url":"/a"`), 400, `requests[1]: id is neither a string nor a number`},
		{"an id twice", item(`"id":"0","url":"/a"`), 400, `requests[1] (id "0"): the id is that of requests[0] too`},
		{"an id twice, once as a number", item(`"id":0,"url":"/a"`), 400, `requests[1] (id "0"): the id is that of requests[0] too`},

		{"a method of another type", item(`"id":"1","url":"/a","method":1`), 400, `requests[1] (id "1"): method is not a string`},
		{"a method that is no token", item(`"id":"1","url":"/a","method":"GET /b"`), 400, `requests[1] (id "1"): method "GET /b" is not a token`},
		{"an empty method", item(`"id":"1","url":"/a","method":""`), 400, `requests[1] (id "1"): method "" is not a token`},
		{"a tunnel", item(`"id":"1","url":"/a","method":"CONNECT"`), 400, `requests[1] (id "1"): method CONNECT cannot be part of a batch`},

		{"no url", item(`"id":"1"`), 400, `requests[1] (id "1"): url is missing`},
		{"a url of another type", item(`"id":"1","url":1`), 400, `requests[1] (id "1"): url is not a string`},
		{"another host", item(`"id":"1","url":"http://evil.example/a"`), 400, `requests[1] (id "1"): url "http://evil.example/a" does not begin with one "/"; write the path alone, without scheme and host`},
		{"another host without a scheme", item(`"id":"1","url":"//evil.example/a"`), 400, `requests[1] (id "1"): url "//evil.example/a" does not begin with one "/"; write the path alone, without scheme and host`},
		{"a relative url", item(`"id":"1","url":"a"`), 400, `requests[1] (id "1"): url "a" does not begin with one "/"; write the path alone, without scheme and host`},
		{"an empty url", item(`"id":"1","url":""`), 400, `requests[1] (id "1"): url "" does not begin with one "/"; write the path alone, without scheme and host`},
		{"a fragment", item(`"id":"1","url":"/a#b"`), 400, `requests[1] (id "1"): url "/a#b" has a fragment`},
		{"a second request in the url", item(`"id":"1","url":"/a HTTP/1.1\r\nX: y"`), 400, `requests[1] (id "1"): url "/a HTTP/1.1\r\nX: y" holds a character that must be percent-encoded`},
		{"a letter beyond ASCII", item(`"id":"1","url":"/é"`), 400, `requests[1] (id "1"): url "/é" holds a character that must be percent-encoded`},
		{"a long url", item(`"id":"1","url":"/` + long + `"`), 400, `requests[1] (id "1"): url is longer than 8192 bytes`},

		{"headers of another type", item(`"id":"1","url":"/a","headers":[]`), 400, `requests[1] (id "1"): headers is not an object`},
		{"a name that is no token", item(`"id":"1","url":"/a","headers":{"X Y":"1"}`), 400, `requests[1] (id "1"): headers: the name "X Y" is not a token`},
		{"a value of another type", item(`"id":"1","url":"/a","headers":{"X":1}`), 400, `requests[1] (id "1"): headers: the value of X is neither a string nor a list of strings`},
		{"a list of another type", item(`"id":"1","url":"/a","headers":{"X":["1",2]}`), 400, `requests[1] (id "1"): headers: the value of X is neither a string nor a list of strings`},
		{"a line end in a value", item(`"id":"1","url":"/a","headers":{"X":"1\r\nY: 2"}`), 400, `requests[1] (id "1"): headers: the value of X holds a control character`},
		{"NUL in a value of a list", item(`"id":"1","url":"/a","headers":{"X":["1","\u0000"]}`), 400, `requests[1] (id "1"): headers: the value of X holds a control character`},
		{"two types", item(`"id":"1","url":"/a","headers":{"Content-Type":"text/plain","content-type":"a/b"},"body":"x"`), 400, `requests[1] (id "1"): headers: Content-Type and Content-Transfer-Encoding may stand once`},

		{"an object as text", item(`"id":"1","url":"/a","headers":{"Content-Type":"text/plain"},"body":{}`), 400, `requests[1] (id "1"): body of type "text/plain" is not a string`},
		{"an object as base64", item(`"id":"1","url":"/a","headers":{"Content-Transfer-Encoding":"base64"},"body":{}`), 400, `requests[1] (id "1"): body in base64 is not a string`},
		{"not base64", item(`"id":"1","url":"/a","headers":{"Content-Transfer-Encoding":"base64"},"body":"AP8"`), 400, `requests[1] (id "1"): body is not base64 with padding`},
		{"another transfer encoding", item(`"id":"1","url":"/a","headers":{"Content-Transfer-Encoding":"8bit"},"body":"x"`), 400, `requests[1] (id "1"): headers: Content-Transfer-Encoding "8bit" is not supported; leave it out or write base64`},

		{"OData 19.1 dependsOn", item(`"id":"1","url":"/a","dependsOn":["0"]`), 400, `requests[1] (id "1"): dependsOn is not supported`},
		{"OData 19.1 atomicityGroup", item(`"atomicityGroup":"g","id":"1","url":"/a"`), 400, `requests[1] (id "1"): atomicityGroup is not supported`},
		{"OData 19.1 if", item(`"if":"$0 eq 1","id":"1","url":"/a"`), 400, `requests[1] (id "1"): if is not supported`},
	} {
		t.Run(row.name, func(t *testing.T) {
			items, err := ParseJSON([]byte(row.batch), limits)
			var fault *Error
			if !errors.As(err, &fault) {
				t.Fatalf("ParseJSON accepts %+v (%v)", items, err)
			}
			if fault.Error() != row.want || fault.Status != row.status {
				t.Errorf("ParseJSON refuses with %d\n%s, want %d\n%s", fault.Status, fault, row.status, row.want)
			}
		})
	}
}

// Items outlive the request's buffer, which the server uses again.
func TestItemsHoldNothingOfTheRequest(t *testing.T) {
	body := []byte(`{"requests":[{"id":"1","url":"/a","method":"POST","headers":{"X":"y"},"body":[1,2]}]}`)
	items, err := ParseJSON(body, limits)
	if err != nil {
		t.Fatal(err)
	}
	for i := range body {
		body[i] = '#'
	}
	want := []Item{{ID: "1", Method: "POST", URL: "/a", Fields: [][2]string{{"X", "y"}, {"Content-Type", "application/json"}}, Body: []byte("[1,2]")}}
	if !reflect.DeepEqual(items, want) {
		t.Errorf("the items are now %+v, want %+v", items, want)
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"requests":[{"id":"1","url":"/a"}]}`,
		`{"requests":[{"id":1,"url":"/a?b","method":"POST","headers":{"A":["b"],"Content-Type":"text/plain"},"body":"x"}]}`,
		`{"requests":[{"id":1e3,"url":"/","headers":{"content-transfer-encoding":"base64"},"body":"AA=="},{"id":null}]}`,
		`{"requests":[{"id":"\ud83d\ude00","url":"//x","dependsOn":[]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := ParseJSON(body, limits)
		var fault *Error
		if err != nil && (!errors.As(err, &fault) || fault.Status != 400 && fault.Status != 413 || items != nil) {
			t.Fatalf("ParseJSON: %v, %+v", err, items)
		}
		if err == nil && (!json.Valid(body) || len(items) == 0 || len(items) > limits.MaxItems) {
			t.Fatalf("ParseJSON accepts %q with %d items", body, len(items))
		}
		ids := make(map[string]bool)
		for _, item := range items {
			if ids[item.ID] {
				t.Fatalf("the id %q stands twice", item.ID)
			}
			ids[item.ID] = true
			checkItem(t, item)
		}
	})
}

// checkItem holds an accepted item against the promises of Item.
func checkItem(t *testing.T, item Item) {
	if item.ID == "" || item.Number && !json.Valid([]byte(item.ID)) {
		t.Fatalf("the id is %q", item.ID)
	}
	if !isToken(item.Method) {
		t.Fatalf("the method is %q", item.Method)
	}
	if strings.HasPrefix(item.URL, "//") || item.URL[0] != '/' || strings.ContainsAny(item.URL, "# \t\r\n\x00\x7f") {
		t.Fatalf("the url is %q", item.URL)
	}
	for _, field := range item.Fields {
		if !isToken(field[0]) || ignored(field[0]) || strings.ContainsAny(field[1], "\r\n\x00") {
			t.Fatalf("a field is %q", field)
		}
	}
	if _, types := only(item.Fields, "Content-Type"); types != 1 && item.Body != nil {
		t.Fatalf("a body with %d types", types)
	}
}
