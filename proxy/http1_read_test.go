package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/afterburner-gateway/afterburner/config"
)

// rawGateway answers raw bytes on connections in memory, before an origin that
// tells what it saw.
func rawGateway(t *testing.T) (dial func() net.Conn, seen func() []string) {
	t.Helper()
	saw := make(chan string, 100)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		saw <- fmt.Sprintf("%s %s %s %q", r.Method, r.RequestURI, r.Host, body)
		_, _ = io.WriteString(w, "hello")
	}))
	t.Cleanup(origin.Close)
	ln := fasthttputil.NewInmemoryListener()
	server := NewServer(newTestGateway(t, origin.URL), config.Default().Limits)
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Shutdown(t.Context()) })
	return func() net.Conn {
			c, err := ln.Dial()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return c
		}, func() []string {
			var all []string
			for len(saw) > 0 {
				all = append(all, <-saw)
			}
			return all
		}
}

// Each refusal is also tried behind a good request on the same connection, and
// nothing of it reaches the origin.
func TestRefusedRequests(t *testing.T) {
	const host = "Host: a.example\r\n"
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"RFC 9112 3.2 no Host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"RFC 9112 3.2 two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		{"RFC 9112 3.2 a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
		{"RFC 9112 3.2 a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
		{"RFC 9112 3.2.2 absolute-form of another host", "GET http://b.example/x HTTP/1.1\r\n" + host + "\r\n", 400},
		{"RFC 9112 3.2.2 absolute-form, another scheme", "GET ftp://a.example/x HTTP/1.1\r\n" + host + "\r\n", 400},
		{"RFC 9112 6.1 Content-Length and Transfer-Encoding", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"RFC 9112 6.1 Transfer-Encoding: identity", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", 400},
		{"RFC 9112 6.1 Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"RFC 9112 6.3 two Content-Lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
		{"RFC 9112 6.3 a list of Content-Lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\na", 400},
		{"RFC 9112 6.3 a negative Content-Length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
		{"RFC 9112 6.3 a Content-Length with a plus", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\na", 400},
		{"RFC 9112 5.1 space before the colon", "GET / HTTP/1.1\r\n" + host + "X-A : 1\r\n\r\n", 400},
		{"RFC 9112 5.1 a name that is no token", "GET / HTTP/1.1\r\n" + host + "X Transfer-Encoding: chunked\r\n\r\n", 400},
		{"RFC 9112 5.2 obs-fold", "GET / HTTP/1.1\r\n" + host + "X-A: 1\r\n 2\r\n\r\n", 400},
		{"RFC 9110 5.5 NUL in a value", "GET / HTTP/1.1\r\n" + host + "X-A: a\x00b\r\n\r\n", 400},
		{"RFC 9112 2.2 a bare CR in a value", "GET / HTTP/1.1\r\n" + host + "X-A: a\rb\r\n\r\n", 400},
		{"RFC 9112 3.2 space in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n", 400},
		{"RFC 9112 3.2 a fragment in the target", "GET /a#b HTTP/1.1\r\n" + host + "\r\n", 400},
		{"RFC 9112 2.3 HTTP/1.2", "GET / HTTP/1.2\r\n" + host + "\r\n", 400},
		{"RFC 9112 2.3 HTTP/2.0 in text", "GET / HTTP/2.0\r\n" + host + "\r\n", 400},
		{"RFC 6585 5 a head over limits.header", "GET / HTTP/1.1\r\n" + host + "X-A: " + strings.Repeat("a", 20<<10) + "\r\n\r\n", 431},
		{"RFC 9110 15.5.15 a target over 8 KiB", "GET /" + strings.Repeat("a", 9<<10) + " HTTP/1.1\r\n" + host + "\r\n", 414},
		{"more than 128 field lines", "GET / HTTP/1.1\r\n" + host + strings.Repeat("A: 1\r\n", 129) + "\r\n", 400},
		{"RFC 9110 9.3.6 CONNECT", "CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n\r\n", 501},
		{"RFC 9110 9.3.8 TRACE", "TRACE / HTTP/1.1\r\n" + host + "\r\n", 405},
		{"a path that can be read in two ways", "GET /a%zz HTTP/1.1\r\n" + host + "\r\n", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			dial, seen := rawGateway(t)
			if status := exchangeRaw(t, dial(), c.request); status != c.status {
				t.Errorf("alone: status %d, want %d", status, c.status)
			}
			conn := dial()
			reader := bufio.NewReader(conn)
			if status := exchangeOn(t, conn, reader, "GET /good HTTP/1.1\r\n"+host+"\r\n"); status != 200 {
				t.Fatalf("the good request: status %d", status)
			}
			if status := exchangeOn(t, conn, reader, c.request); status != c.status {
				t.Errorf("behind a good request: status %d, want %d", status, c.status)
			}
			for _, saw := range seen() {
				if saw != `GET /good a.example ""` {
					t.Errorf("the origin saw %s", saw)
				}
			}
		})
	}
}

func exchangeRaw(t *testing.T, conn net.Conn, request string) int {
	t.Helper()
	return exchangeOn(t, conn, bufio.NewReader(conn), request)
}

func exchangeOn(t *testing.T, conn net.Conn, reader *bufio.Reader, request string) int {
	t.Helper()
	go func() { _, _ = io.WriteString(conn, request) }()
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatalf("read the response: %v", err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatalf("read the response's body: %v", err)
	}
	return response.StatusCode
}

// What is odd and allowed reaches the origin in one form.
func TestAcceptedRequests(t *testing.T) {
	for _, c := range []struct{ name, request, want string }{
		{"RFC 9112 3.2.2 absolute-form", "GET http://A.example/x?y=1 HTTP/1.1\r\nHost: a.example\r\n\r\n", `GET /x?y=1 a.example ""`},
		{"RFC 9112 3.2.2 absolute-form without a path", "GET http://a.example?y HTTP/1.1\r\nHost: a.example\r\n\r\n", `GET /?y a.example ""`},
		{"the target goes byte for byte", "GET /a;b//c/%7Eu?x=%zz HTTP/1.1\r\nHost: a.example\r\n\r\n", `GET /a;b//c/%7Eu?x=%zz a.example ""`},
		{"RFC 9112 7.1 a chunked body", "POST /b HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", `POST /b a.example "abcde"`},
		{"RFC 9112 6.2 a body of known length", "PUT /b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nabcde", `PUT /b a.example "abcde"`},
		{"RFC 9110 9.3.1 a GET with a body", "GET /b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc", `GET /b a.example "abc"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dial, seen := rawGateway(t)
			if status := exchangeRaw(t, dial(), c.request); status != 200 {
				t.Fatalf("status %d, want 200", status)
			}
			if got := seen(); len(got) != 1 || got[0] != c.want {
				t.Errorf("the origin saw %v, want %s", got, c.want)
			}
		})
	}
}

func FuzzReadFields(f *testing.F) {
	f.Add([]byte("Host: a\r\nX-A: 1\r\n\r\n"))
	f.Add([]byte("Connection: x-a, close\r\nX-A: 1\r\nContent-Length: 3\r\n\r\n"))
	f.Fuzz(func(t *testing.T, block []byte) {
		h := new(http1)
		var fr framing
		if h.readFields(block, &fr) != nil {
			return
		}
		for _, line := range h.Fields {
			if !isToken([]byte(line[0])) || !isFieldValue([]byte(line[1])) || strings.TrimSpace(line[1]) != line[1] {
				t.Errorf("let %q pass", line)
			}
			switch strings.ToLower(line[0]) {
			case "connection", "content-length", "transfer-encoding", "host", "keep-alive", "te", "upgrade":
				t.Errorf("%q is not end to end", line[0])
			}
		}
		if fr.check(1) == nil && fr.length() < -1 {
			t.Errorf("length %d", fr.length())
		}
	})
}

func FuzzReadTarget(f *testing.F) {
	f.Add("/a?b", "a.example:80")
	f.Add("http://a.example/x", "a.example")
	f.Add("https://[::1]:8080", "[::1]:8080")
	f.Fuzz(func(t *testing.T, target, host string) {
		h := &http1{}
		h.Minor, h.Method = 1, "GET"
		if h.readTarget(target, host, 1) != nil {
			return
		}
		if !strings.HasPrefix(h.Target, "/") && h.Target != "*" {
			t.Errorf("target %q", h.Target)
		}
		if strings.ContainsAny(h.Host, "/@ \r\n\t?#") || !strings.EqualFold(h.Host, host) {
			t.Errorf("host %q of %q", h.Host, host)
		}
	})
}

func FuzzMatchesTag(f *testing.F) {
	f.Add(`"a", W/"b"`, `W/"b"`)
	f.Add(`*`, ``)
	f.Fuzz(func(t *testing.T, list, etag string) {
		if matchesTag(list, etag) && strings.TrimSpace(list) != "*" && !strings.Contains(list, strings.TrimPrefix(etag, "W/")) {
			t.Errorf("%q matches %q", list, etag)
		}
	})
}
