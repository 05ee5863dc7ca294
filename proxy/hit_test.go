package proxy

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

const browserFields = "Host: api.example.com\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n" +
	"Accept-Language: en-US,en;q=0.5\r\n" +
	"Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n"

// hit is a stored object and a request that it answers, without a network.
type hit struct {
	tb     testing.TB
	server *Server
	ctx    *fasthttp.RequestCtx
	conn   *sinkConn
}

// newHit stores an object that varies on Accept-Language, and asks for it once.
func newHit(tb testing.TB, fields string) *hit {
	tb.Helper()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "max-age=3600")
		w.Header().Set("Vary", "Accept-Language")
		_, _ = io.WriteString(w, `{"name":"`+strings.Repeat("lamp ", 400)+`"}`)
	}))
	tb.Cleanup(origin.Close)
	gateway := newTestGateway(tb, origin.URL)
	h := &hit{tb: tb, server: NewServer(gateway, config.Default().Limits), conn: new(sinkConn)}
	h.ctx = new(fasthttp.RequestCtx)
	h.ctx.Init2(&conn{Conn: h.conn, client: "192.0.2.1", renewed: time.Now().Add(time.Hour)}, quiet{}, false)
	head := "GET /products/1?page=2 HTTP/1.1\r\n" + fields + "\r\n"
	if err := h.ctx.Request.Header.Read(bufio.NewReader(strings.NewReader(head))); err != nil {
		tb.Fatalf("read the request: %v", err)
	}
	h.server.handle(h.ctx) // the miss
	h.once()
	return h
}

func (h *hit) once() {
	h.conn.last = h.conn.last[:0]
	h.server.handle(h.ctx)
	if !strings.Contains(view(h.conn.last), "Cache-Status: afterburner; hit; ttl=") {
		h.tb.Fatalf("not a hit: %q", h.conn.last)
	}
}

func newTestGateway(tb testing.TB, upstream string, change ...func(*config.Config)) *Gateway {
	tb.Helper()
	c, err := config.ForUpstream(upstream)
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range change {
		f(c)
	}
	g, err := New(c, Parts{
		Telemetry: telemetry.New(telemetry.Options{Version: "test"}),
		Log:       slog.New(slog.DiscardHandler),
		Memory:    64 << 20,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(g.Close)
	return g
}

// sinkConn keeps what was last written.
type sinkConn struct {
	net.Conn
	last []byte
}

func (c *sinkConn) Write(p []byte) (int, error) {
	c.last = append(c.last, p...)
	return len(p), nil
}
func (c *sinkConn) SetWriteDeadline(time.Time) error { return nil }
func (c *sinkConn) SetReadDeadline(time.Time) error  { return nil }

func BenchmarkHit(b *testing.B) {
	h := newHit(b, browserFields+"Accept-Encoding: gzip, deflate, br\r\n")
	b.ReportAllocs()
	for b.Loop() {
		h.once()
	}
}
