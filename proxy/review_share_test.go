package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterburner-gateway/afterburner/config"
)

// askFrom sends one request on a connection of its own, from a loopback address.
func askFrom(t *testing.T, address, from, head string) (*http.Response, string) {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, head+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("ask %q: %v", head, err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("ask %q: %v", head, err)
	}
	return r, string(body)
}

// The origin saw another X-Forwarded-For than the cache compared: an answer made
// for one client's address was served to all.
func TestVaryOnForwardedAddressIsHonoured(t *testing.T) {
	address := serveTCP(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Vary", "X-Forwarded-For")
		_, _ = io.WriteString(w, "for "+r.Header.Get("X-Forwarded-For"))
	}, nil)
	for _, from := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.1"} {
		if _, body := askFrom(t, address, from, "GET / HTTP/1.1\r\nHost: a"); body != "for "+from {
			t.Errorf("%s got what was made %s", from, body)
		}
	}
}

// Only the first Cache-Control line of what was stored was asked for no-transform
// (RFC 9110 section 7.7), so it was coded, and without a Vary.
func TestNoTransformOnASecondLine(t *testing.T) {
	text := strings.Repeat("lamp ", 1000)
	address := serveTCP(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Cache-Control"] = []string{"max-age=60", "no-transform"}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, text)
	}, nil)
	for range 2 {
		r, body := askFrom(t, address, "127.0.0.1", "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip")
		if coding := r.Header.Get("Content-Encoding"); coding != "" || body != text {
			t.Errorf("Content-Encoding %q, Cache-Status %q", coding, r.Header.Get("Cache-Status"))
		}
	}
}

// An origin that takes "Upgrade: h2c" would give the client a tunnel behind all
// that the gateway decides: routes, limits, credentials.
func TestUpgradeToHTTP2IsNotPassedOn(t *testing.T) {
	seen := make(chan string, 1)
	address := serveTCP(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header.Get("Upgrade") }, nil)
	for _, protocol := range []string{"h2c", "H2C", "websocket, h2c"} {
		r, _ := askFrom(t, address, "127.0.0.1", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nUpgrade: "+protocol)
		if got := <-seen; got != "" || r.StatusCode != 200 {
			t.Errorf("Upgrade: %s: the origin saw %q", protocol, got)
		}
	}
}

// Followers of an origin that hangs waited for one leader after the other: the
// last of n had its answer after n times coalesce.wait.
func TestFollowersOfAHangingOriginDoNotQueue(t *testing.T) {
	var asked atomic.Int64
	release := make(chan struct{})
	address := serveTCPWith(t, func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		<-release
	}, func(c *config.Config) {
		c.Routes[0].Coalesce.Wait = config.Duration(100 * time.Millisecond)
		u := c.Upstreams[c.Routes[0].Upstream]
		u.Timeout.Response = config.Duration(400 * time.Millisecond)
		c.Upstreams[c.Routes[0].Upstream] = u
	})
	defer close(release)
	const crowd = 20
	took := make(chan time.Duration, crowd)
	for range crowd {
		go func() {
			began := time.Now()
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
			} else {
				_, _ = io.WriteString(c, "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
				_, _ = io.ReadAll(c)
				c.Close()
			}
			took <- time.Since(began)
		}()
	}
	var longest time.Duration
	for range crowd {
		longest = max(longest, <-took)
	}
	if longest > 1200*time.Millisecond {
		t.Errorf("the last of %d had its answer after %v; the origin was asked %d times", crowd, longest, asked.Load())
	}
}

// The bytes that a client sent through a tunnel were not in the log when the
// answer's direction ended first.
func TestRelayCountsBothDirections(t *testing.T) {
	near, client := net.Pipe()
	far, origin := net.Pipe()
	go func() {
		_, _ = io.WriteString(client, "hello")
		_, _ = io.Copy(io.Discard, client)
	}()
	go func() {
		_, _ = io.ReadFull(origin, make([]byte, 5))
		_, _ = io.WriteString(origin, "good day")
		origin.Close()
	}()
	received, sent, _ := relay(pipeEnd{near}, pipeEnd{far}, time.Minute)
	if received != 5 || sent != 8 {
		t.Errorf("received %d and sent %d bytes, want 5 and 8", received, sent)
	}
}

type pipeEnd struct{ net.Conn }

func (p pipeEnd) CloseWrite() error { return p.Close() }

// A request header that the route makes of the client's address is what the origin
// selected by; the cache compared what the client had sent.
func TestVaryOnARouteHeaderIsHonoured(t *testing.T) {
	address := serveTCPWith(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Vary", "X-Real-Ip")
		_, _ = io.WriteString(w, "for "+r.Header.Get("X-Real-Ip"))
	}, func(c *config.Config) {
		c.Routes[0].Headers.Request.Set = map[string]string{"X-Real-Ip": "{client_ip}"}
	})
	for _, from := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.1"} {
		if _, body := askFrom(t, address, from, "GET / HTTP/1.1\r\nHost: a"); body != "for "+from {
			t.Errorf("%s got what was made %s", from, body)
		}
	}
}
