package proxy

import (
	"bufio"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/afterburner-gateway/afterburner/config"
)

// pass is a request that goes on to the origin each time.
type pass struct {
	tb     testing.TB
	server *Server
	ctx    *fasthttp.RequestCtx
	conn   *socketConn
}

// socketConn keeps what was last written, and is one that the watcher can look at.
type socketConn struct {
	*net.TCPConn
	last []byte
}

func (c *socketConn) Write(p []byte) (int, error) {
	c.last = append(c.last, p...)
	return len(p), nil
}

func newPass(tb testing.TB) *pass {
	tb.Helper()
	gateway := newTestGateway(tb, "http://"+echoOrigin(tb), func(c *config.Config) { c.Routes[0].Cache.Mode = "off" })
	socket := tcpPair(tb)
	p := &pass{tb: tb, server: NewServer(gateway, config.Default().Limits), conn: &socketConn{TCPConn: socket}}
	p.ctx = new(fasthttp.RequestCtx)
	p.ctx.Init2(&conn{Conn: p.conn, client: "192.0.2.1", renewed: time.Now().Add(time.Hour)}, quiet{}, false)
	head := "GET /orders HTTP/1.1\r\n" + browserFields + "Accept-Encoding: gzip, deflate, br\r\n\r\n"
	if err := p.ctx.Request.Header.Read(bufio.NewReader(strings.NewReader(head))); err != nil {
		tb.Fatalf("read the request: %v", err)
	}
	p.once()
	return p
}

func (p *pass) once() {
	p.conn.last = p.conn.last[:0]
	p.server.handle(p.ctx)
	if !strings.HasSuffix(view(p.conn.last), "\r\n\r\ngood") {
		p.tb.Fatalf("not the origin's answer: %q", p.conn.last)
	}
}

// echoOrigin answers every request alike, without an allocation.
func echoOrigin(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	answer := []byte("HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: application/json\r\n" +
		"Cache-Control: no-store\r\nContent-Length: 4\r\n\r\ngood")
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					line, err := in.ReadSlice('\n')
					if err != nil {
						return
					}
					if len(line) == 2 {
						_, _ = c.Write(answer)
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// tcpPair is one end of a connection whose other end is open and silent.
func tcpPair(tb testing.TB) *net.TCPConn {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	other, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	one, err := l.Accept()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = errors.Join(one.Close(), other.Close()) })
	return one.(*net.TCPConn)
}

func BenchmarkPass(b *testing.B) {
	p := newPass(b)
	b.ReportAllocs()
	for b.Loop() {
		p.once()
	}
}
