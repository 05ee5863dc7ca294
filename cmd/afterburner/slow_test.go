package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

const slowFile = `
telemetry: { access_log: { format: off } }
limits: { header_timeout: 500ms, request_timeout: 500ms, idle_timeout: 1s }
upstreams: { api: { targets: ["{API}"] } }
routes: [{ path: /, upstream: api }]
`

// drip sends text again and again, byte by byte, until the connection takes no more.
func drip(c net.Conn, text string, pace time.Duration) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := 0; ; i++ {
		if _, err := c.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
		<-tick.C
	}
}

// lastAnswer reads an answer that ends its connection.
func lastAnswer(t *testing.T, c net.Conn) (status int, kind string) {
	t.Helper()
	in := bufio.NewReader(c)
	response, err := http.ReadResponse(in, nil)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if !response.Close {
		t.Errorf("%s without Connection: close", response.Status)
	}
	if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("behind the answer came %q, %v; want the end of the connection", rest, err)
	}
	_, kind, _ = strings.Cut(string(body), "urn:afterburner:problem:")
	kind, _, _ = strings.Cut(kind, `"`)
	return response.StatusCode, kind
}

func TestSlowRequestsAreGivenUp(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, slowFile)
	const limit = 500 * time.Millisecond
	for _, row := range []struct {
		name, head, drip string
		pace             time.Duration
	}{
		{"a head that comes byte by byte", "GET / HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n", limit / 20},
		{"a head that stands still", "GET / HTTP/1.1\r\nHost: x\r\n", "X", time.Hour},
		{"a body that stands still", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab", "c", time.Hour},
		{"a chunk that stands still", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "c", time.Hour},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := raw(t, p.url)
			began := time.Now()
			_, err := io.WriteString(c, row.head)
			must(t, err)
			go drip(c, row.drip, row.pace)
			status, kind := lastAnswer(t, c)
			if took := time.Since(began); status != 408 || kind != "request_timeout" || took < limit*9/10 || took > 10*limit {
				t.Errorf("it was answered %d %s after %v, want 408 request_timeout after %v", status, kind, took, limit)
			}
		})
	}
	t.Run("a connection without a request is closed in silence", func(t *testing.T) {
		t.Parallel()
		c := raw(t, p.url)
		if got, err := io.ReadAll(c); err != nil {
			t.Errorf("it got %q, %v", got, err)
		}
	})
}

// No limit on the whole: a body may take as long as it likes while it goes on.
func TestASlowBodyThatGoesOnIsTaken(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, slowFile)
	c := raw(t, p.url)
	fmt.Fprint(c, "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	for range 10 {
		<-tick.C
		_, err := c.Write([]byte("x"))
		must(t, err)
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || response.StatusCode != 200 {
		t.Errorf("1.5s of body = %v, %v; want 200", response, err)
	}
}
