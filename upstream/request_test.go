package upstream

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// unsized hides the Len method, so that the body is a stream.
type unsized struct{ io.Reader }

func TestRequestsAsWritten(t *testing.T) {
	fields := [][2]string{{"Accept", "*/*"}, {"connection", "x"}, {"HOST", "evil"}, {"Content-Length", "9"},
		{"Transfer-encoding", "chunked"}, {"Keep-Alive", "1"}, {"TE", "trailers"}, {"Upgrade", "websocket"},
		{"Proxy-Connection", "x"}, {"Expect", "100-continue"}, {"X-Empty", ""}}
	for _, row := range []struct {
		name string
		req  Request
		want string
	}{
		{"GET", Request{Method: "GET", Target: "/a//../%2e?b=%zz&?", Host: "h:1"}, "GET /a//../%2e?b=%zz&? HTTP/1.1\r\nHost: h:1\r\n\r\n"},
		{"the fields of the hop are our own", Request{Method: "GET", Target: "/", Host: "h", Fields: fields}, "GET / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nX-Empty: \r\n\r\n"},
		{"an empty Host", Request{Method: "GET", Target: "/"}, "GET / HTTP/1.1\r\nHost: \r\n\r\n"},
		{"OPTIONS *", Request{Method: "OPTIONS", Target: "*", Host: "h"}, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"},
		{"POST without a body", Request{Method: "POST", Target: "/", Host: "h"}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
		{"DELETE without a body", Request{Method: "DELETE", Target: "/", Host: "h"}, "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n"},
		{"a body of no bytes", Request{Method: "DELETE", Target: "/", Host: "h", Body: strings.NewReader("")}, "DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
		{"a small body in memory goes along", Request{Method: "POST", Target: "/", Host: "h", Body: strings.NewReader("abc"), Length: 3}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"},
		{"a streamed body comes later", Request{Method: "POST", Target: "/", Host: "h", Body: unsized{strings.NewReader("abc")}, Length: 3}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n"},
		{"an unknown length", Request{Method: "POST", Target: "/", Host: "h", Body: strings.NewReader("abc"), Length: -1}, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"Expect", Request{Method: "PUT", Target: "/", Host: "h", Body: strings.NewReader("abc"), Length: 3, Expect: true}, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"},
		{"Expect without a body", Request{Method: "GET", Target: "/", Host: "h", Expect: true}, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
		{"Upgrade", Request{Method: "GET", Target: "/", Host: "h", Fields: [][2]string{{"Upgrade", "websocket"}}, Upgrade: true}, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"},
	} {
		got, err := row.req.appendTo(nil, row.req.streamed())
		if err != nil || string(got) != row.want {
			t.Errorf("%s: %q, %v, want %q", row.name, got, err, row.want)
		}
	}
}

func TestRequestsRefused(t *testing.T) {
	field := func(name, value string) Request {
		return Request{Method: "GET", Target: "/", Fields: [][2]string{{"A", "b"}, {name, value}}}
	}
	for _, row := range []struct {
		name string
		req  Request
		want string
	}{
		{"no method", Request{Target: "/"}, "the method is not a token"},
		{"a space in the method", Request{Method: "GET /x", Target: "/"}, "the method is not a token"},
		{"CR LF in the method", Request{Method: "GET\r\n", Target: "/"}, "the method is not a token"},
		{"CONNECT", Request{Method: "CONNECT", Target: "h:1"}, "CONNECT is not for an origin"},
		{"no target", Request{Method: "GET"}, "the target is not in origin-form"},
		{"an absolute target", Request{Method: "GET", Target: "http://h/"}, "the target is not in origin-form"},
		{"GET *", Request{Method: "GET", Target: "*"}, "the target is not in origin-form"},
		{"a space in the target", Request{Method: "GET", Target: "/a HTTP/1.1"}, "the target is not in origin-form"},
		{"CR LF in the target", Request{Method: "GET", Target: "/\r\nA:b"}, "the target is not in origin-form"},
		{"NUL in the target", Request{Method: "GET", Target: "/\x00"}, "the target is not in origin-form"},
		{"LF in the Host", Request{Method: "GET", Target: "/", Host: "h\nA: b"}, "the Host holds a character that is not allowed"},
		{"a space in the Host", Request{Method: "GET", Target: "/", Host: "h x"}, "the Host holds a character that is not allowed"},
		{"a field without name", field("", "b"), "the name of field 2 is not a token"},
		{"a space after a name", field("Content-Length ", "1"), "the name of field 2 is not a token"},
		{"LF in a name", field("A\nB", "b"), "the name of field 2 is not a token"},
		{"a colon in a name", field("A:B", "b"), "the name of field 2 is not a token"},
		{"LF in a value", field("A", "b\nC: d"), "the value of field 2 holds CR, LF or NUL"},
		{"CR in a value", field("A", "b\rC: d"), "the value of field 2 holds CR, LF or NUL"},
		{"NUL in a value", field("A", "\x00"), "the value of field 2 holds CR, LF or NUL"},
		{"an injection in a field that is skipped", field("Connection", "x\r\nA: b"), "the value of field 2 holds CR, LF or NUL"},
	} {
		u := build(t, options("http://127.0.0.1:1"))
		_, err := u.RoundTrip(t.Context(), &row.req)
		want := "upstream: http_request_error: request refused: " + row.want
		if err == nil || err.Error() != want || u.Stats() != (Stats{}) {
			t.Errorf("%s: %v with %+v, want %s and no connection", row.name, err, u.Stats(), want)
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	for target, want := range map[string]string{
		"ftp://h:1":       "the scheme must be http or https",
		"h:1":             "the scheme must be http or https",
		"http://":         "the host is missing",
		"http://u:p@h":    "user information is not allowed",
		"http://h/p":      "only scheme, host and port are allowed",
		"http://h:1/":     "only scheme, host and port are allowed",
		"http://h?q":      "only scheme, host and port are allowed",
		"http://h:0":      "the port must be 1 to 65535",
		"http://h:65536":  "the port must be 1 to 65535",
		"http://h:1\r\nx": "not a URL; write http://host:port",
	} {
		_, _, err := parseTarget(target)
		if err == nil || err.Error() != want {
			t.Errorf("parseTarget(%q) = %v, want %s", target, err, want)
		}
	}
	for target, want := range map[string]string{
		"http://h": "h:80", "http://[::1]:9000": "[::1]:9000", "https://h": "h:443", "HTTPS://h:80": "h:80", "https://[::1]": "[::1]:443",
	} {
		got, secure, err := parseTarget(target)
		if got != want || secure != strings.HasPrefix(strings.ToLower(target), "https") || err != nil {
			t.Errorf("parseTarget(%q) = %q, %t, %v, want %q", target, got, secure, err, want)
		}
	}
	for name, change := range map[string]func(*Options){
		"no targets":    func(o *Options) { o.Targets = nil },
		"a bad target":  func(o *Options) { o.Targets = append(o.Targets, "x") },
		"no connection": func(o *Options) { o.MaxConnections = 0 },
		"negative":      func(o *Options) { o.Wait = -1 },
		"no attempt":    func(o *Options) { o.Attempts = -1 },
	} {
		o := options("http://h")
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: New returned no error", name)
		}
	}
}

func TestStatusOfKinds(t *testing.T) {
	for kind, want := range map[Kind]int{
		ConnectionTimeout: 504, HTTPResponseTimeout: 504, DNSTimeout: 504, ConnectionLimitReached: 503,
		HTTPRequestError: 400, ConnectionRefused: 502, HTTPProtocolError: 502, Canceled: 502,
	} {
		if got := kind.Status(); got != want {
			t.Errorf("%s.Status() = %d, want %d", kind, got, want)
		}
	}
}

func TestErrorsSayWhoAndWhy(t *testing.T) {
	addr := listen(t, func(_ int, c *peer) { c.head(); c.say("junk\r\n") })
	_, err := build(t, options(addr)).RoundTrip(t.Context(), get("/secret?token=x"))
	want := "upstream " + strings.TrimPrefix(addr, "http://") +
		": http_protocol_error: what came is no status line of HTTP/1.0 or 1.1"
	var e *Error
	if !errors.As(err, &e) || err.Error() != want || !e.Reached {
		t.Errorf("the error is %v, want %s, reached", err, want)
	}
}
