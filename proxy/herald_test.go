package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/config"
)

// A load balancer that speaks the PROXY protocol tells for whom it connects;
// what it tells is the client's address, and the request behind it is the first.
func TestProxyProtocol(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("X-Forwarded-For"))
	}))
	t.Cleanup(origin.Close)
	for _, c := range []struct {
		name, trusted, sent string
		status              int
		body                string
	}{
		{"version 1", "127.0.0.0/8", "PROXY TCP4 198.51.100.7 203.0.113.1 4711 80\r\n", 200, "198.51.100.7"},
		{"version 1, IPv6", "127.0.0.0/8", "PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r\n", 200, "2001:db8::7"},
		{"version 2", "127.0.0.0/8", "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc6\x33\x64\x07\xcb\x00\x71\x01\x12\x67\x00\x50", 200, "198.51.100.7"},
		{"version 2 for a client by a Unix socket, whose path is no address", "127.0.0.0/8", unixHerald("x\r\nX-Forwarded-For: 10.0.0.1"), 200, "127.0.0.1"},
		{"a proxy that says nothing", "127.0.0.0/8", "", 400, ""},
		{"a peer that is not trusted speaks HTTP", "10.0.0.0/8", "", 200, "127.0.0.1"},
		{"and is not believed", "10.0.0.0/8", "PROXY TCP4 198.51.100.7 203.0.113.1 4711 80\r\n", 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newTestGateway(t, origin.URL)
			gen := *g.current.Load()
			gen.trusted = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
			g.current.Store(&gen)
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server := NewServer(g, config.Default().Limits)
			server.TakeProxyHeaders()
			go func() { _ = server.Serve(ln) }()
			t.Cleanup(func() { _ = server.Shutdown(t.Context()) })
			conn, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, c.sent+"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != c.status {
				t.Fatalf("status %d, %v; want %d: %s", response.StatusCode, err, c.status, body)
			}
			if c.status == 200 && string(body) != c.body {
				t.Errorf("the origin saw %q, want %q", body, c.body)
			}
		})
	}
}

// unixHerald is a PROXY header of version 2 with two paths of 108 bytes.
func unixHerald(path string) string {
	pad := func(s string) string { return s + strings.Repeat("\x00", 108-len(s)) }
	return "\r\n\r\n\x00\r\nQUIT\n\x21\x31\x00\xd8" + pad(path) + pad("/run/p")
}
