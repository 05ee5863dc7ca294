package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// echo is a WebSocket origin that sends back what it gets. It closes with 4001 at
// "leave", and tells how each of its connections ended.
type echo struct {
	*httptest.Server
	ended chan error
}

func newEcho(t *testing.T) *echo {
	t.Helper()
	e := &echo{ended: make(chan error, 16)}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			http.Error(w, "no sockets here", http.StatusForbidden)
			return
		}
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover, InsecureSkipVerify: true})
		if err != nil {
			e.ended <- err
			return
		}
		e.ended <- echoAll(c)
	}))
	t.Cleanup(e.Close)
	return e
}

func echoAll(c *websocket.Conn) error {
	defer c.CloseNow()
	c.SetReadLimit(4 << 20)
	for {
		kind, message, err := c.Read(context.Background())
		if err != nil {
			return err
		}
		if string(message) == "leave" {
			return c.Close(4001, "the origin leaves")
		}
		if err := c.Write(context.Background(), kind, message); err != nil {
			return err
		}
	}
}

// socketFile has limits that a WebSocket must outlive, but for the idle one.
const socketFile = `
limits: { header_timeout: 1s, request_timeout: 1s, idle_timeout: 2s }
drain: { delay: 0s, timeout: 1h }
upstreams: { api: { targets: ["{API}"], timeout: { response: 1s } } }
routes: [{ path: /, upstream: api }]
`

// socket opens a WebSocket through the gateway.
func socket(t *testing.T, p *process) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), p.url+"/echo", &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover})
	must(t, err)
	c.SetReadLimit(4 << 20)
	t.Cleanup(func() { c.CloseNow() })
	return c
}

// echoed sends a message and wants it back.
func echoed(t *testing.T, c *websocket.Conn, kind websocket.MessageType, message []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	sent := make(chan error, 1)
	go func() { sent <- c.Write(ctx, kind, message) }()
	gotKind, got, err := c.Read(ctx)
	if err = errors.Join(err, <-sent); err != nil || gotKind != kind || !bytes.Equal(got, message) {
		t.Fatalf("a message of %d bytes came back as %v of %d bytes, %v", len(message), gotKind, len(got), err)
	}
}

func TestWebSocket(t *testing.T) {
	api := newEcho(t)
	p := serve(t, api.URL, socketFile)
	t.Run("messages, small and large", func(t *testing.T) {
		c := socket(t, p)
		echoed(t, c, websocket.MessageText, []byte("hello"))
		echoed(t, c, websocket.MessageBinary, bytes.Repeat([]byte{0, 1, 2, 3, 255}, 1<<20/5))
		echoed(t, c, websocket.MessageText, []byte(strings.Repeat("a MiB of text ", 1<<20/14)))
		must(t, c.Close(websocket.StatusNormalClosure, "bye"))
		if err := <-api.ended; websocket.CloseStatus(err) != websocket.StatusNormalClosure || !strings.Contains(err.Error(), "bye") {
			t.Errorf("the origin saw %v, want a normal close with bye", err)
		}
	})
	t.Run("the origin closes", func(t *testing.T) {
		c := socket(t, p)
		must(t, c.Write(t.Context(), websocket.MessageText, []byte("leave")))
		if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != 4001 || !strings.Contains(err.Error(), "the origin leaves") {
			t.Errorf("the client saw %v, want status 4001 and its reason", err)
		}
		must(t, <-api.ended)
	})
	t.Run("pings keep it open beyond every limit", func(t *testing.T) {
		c := socket(t, p)
		ctx := c.CloseRead(t.Context()) // pongs are read meanwhile
		ping := time.NewTicker(250 * time.Millisecond)
		defer ping.Stop()
		for began := time.Now(); time.Since(began) < 3*time.Second; <-ping.C {
			if err := c.Ping(ctx); err != nil {
				t.Fatalf("a ping after %v: %v", time.Since(began), err)
			}
		}
		c.CloseNow()
		<-api.ended
	})
	t.Run("silence longer than limits.idle_timeout ends it", func(t *testing.T) {
		c := socket(t, p)
		began := time.Now()
		if _, _, err := c.Read(t.Context()); err == nil || websocket.CloseStatus(err) != -1 {
			t.Errorf("the client saw %v, want a connection that broke", err)
		}
		if took := time.Since(began); took < 2*time.Second {
			t.Errorf("it ended after %v, want 2s or more", took)
		}
		if err := <-api.ended; err == nil {
			t.Error("the origin's end is still open")
		}
	})
	t.Run("the origin refuses", func(t *testing.T) {
		_, response, err := websocket.Dial(t.Context(), p.url+"/refused", nil)
		if err == nil || response == nil || response.StatusCode != 403 {
			t.Fatalf("it was answered %v, %v, want the origin's 403", response, err)
		}
	})
	if n := p.figure("http_server_active_requests"); n != 0 {
		eventually(t, "no tunnel is counted", func() bool { return p.figure("http_server_active_requests") == 0 })
	}
}

// A WebSocket is a request that runs: the way out waits for it (invariant 10).
func TestAWebSocketIsDrained(t *testing.T) {
	api := newEcho(t)
	p := serve(t, api.URL, socketFile)
	c := socket(t, p)
	echoed(t, c, websocket.MessageText, []byte("before"))
	p.signal(syscall.SIGTERM)
	p.notReady()
	eventually(t, "the listener is closed", func() bool { return !takes(p.url) })
	echoed(t, c, websocket.MessageText, []byte("while it drains"))
	must(t, c.Close(websocket.StatusNormalClosure, "bye"))
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d, want 0; stderr: %s", code, p.stderr)
	}
}
