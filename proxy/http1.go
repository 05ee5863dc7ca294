package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/afterburner-gateway/afterburner/config"
)

// Server serves HTTP/1.x: fasthttp accepts, parses and schedules; the answers
// are written by http1, straight to the connection. fasthttp's own way of
// writing cannot flush a body of known length, break one, send trailers, or
// close-delimit for HTTP/1.0, so whatever it writes is discarded (conn.Write).
type Server struct {
	gateway      *Gateway
	server       *fasthttp.Server
	open         atomic.Int64 // connections
	max          int64        // most of them
	pool         sync.Pool
	proxyHeaders bool
	tunnels      tunnels
	draining     atomic.Bool
	idle         time.Duration // longest time without a byte in a tunnel
}

// NewServer makes a server with the limits of a configuration.
func NewServer(g *Gateway, l config.Limits) *Server {
	s := &Server{gateway: g, max: int64(l.Connections), idle: time.Duration(l.IdleTimeout)}
	s.pool.New = func() any { return new(http1) }
	s.server = &fasthttp.Server{
		Handler:                      s.handle,
		ErrorHandler:                 s.refuse,
		HeaderReceived:               beforeBody,
		Concurrency:                  l.Connections + 1, // the listener refuses before
		ReadBufferSize:               int(l.Header),
		ReadTimeout:                  time.Duration(l.HeaderTimeout),
		IdleTimeout:                  time.Duration(l.IdleTimeout),
		DisablePreParseMultipartForm: true,
		NoDefaultServerHeader:        true,
		NoDefaultDate:                true,
		NoDefaultContentType:         true,
		LazyRequestTime:              true,
		SecureErrorLogMessage:        true,
		Logger:                       quiet{},
	}
	return s
}

// TakeProxyHeaders makes connections from trusted proxies begin with a PROXY
// header. Call it before Serve.
func (s *Server) TakeProxyHeaders() { s.proxyHeaders = true }

func (s *Server) heralded(peer string) bool {
	return s.proxyHeaders && s.gateway.current.Load().trusts(peer)
}

// quiet drops what fasthttp would log of single connections: each ends in a
// named reason of ours.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// Serve answers on a listener until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	s.gateway.serving.Store(true)
	bounded := &listener{Listener: l, open: &s.open, max: s.max, refuse: s.tooMany, heralded: s.heralded}
	if err := s.server.Serve(bounded); err != nil {
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	}
	return nil
}

// Drain makes every response close its connection.
func (s *Server) Drain() { s.draining.Store(true) }

// Shutdown closes the listener and idle connections, and waits for running
// requests and tunnels until the context ends; what then still runs is cut.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.server.ShutdownWithContext(ctx)
	return errors.Join(err, s.tunnels.wait(ctx))
}

// http1 carries one exchange over a fasthttp connection.
type http1 struct {
	exchange
	server   *Server
	ctx      *fasthttp.RequestCtx // dies with the handler
	conn     *conn
	upload   *upload      // the request's body, once it was asked for
	expect   *expectation // nil: nobody asked for the body of a client that waits for a 100
	answered bool         // the final response goes out
	wire     []byte
	out      wireSink
}

// handle is what fasthttp calls for each request, once it has the head.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	defer s.survive(ctx)
	h := s.take(ctx)
	if err := h.read(); err != nil {
		h.reject(badRequest, err.Error())
	} else {
		s.gateway.walk(&h.exchange)
		if h.tunnel != nil {
			s.open101(h)
			return
		}
		s.gateway.settle(&h.exchange)
	}
	defer s.give(h)
	if h.closing || !h.responded || h.err != nil {
		h.conn.linger = h.conn.linger || h.unread()
		ctx.SetConnectionClose()
		return
	}
	h.conn.next()
}

// survive keeps the process going where the steps' own recovery does not reach
// (invariant 9): fasthttp recovers nothing. What was sent cannot look whole.
func (s *Server) survive(ctx *fasthttp.RequestCtx) {
	if p := recover(); p != nil {
		s.gateway.panicked("serve", p)
		ctx.SetConnectionClose()
	}
}

// refuse is called when a head could not be parsed.
func (s *Server) refuse(ctx *fasthttp.RequestCtx, err error) {
	h := s.take(ctx)
	defer s.give(h)
	var small *fasthttp.ErrSmallBuffer
	var timeout net.Error
	switch {
	case errors.As(err, &small):
		h.reject(headTooLarge, "It is larger than limits.header.")
	case errors.As(err, &timeout) && timeout.Timeout():
		h.reject(requestTimeout, "The request head did not arrive within limits.header_timeout.")
	case h.conn.head.coded && errors.Is(err, fasthttp.ErrUnsupportedTransferEncoding):
		h.reject(notImplemented, "The only transfer coding taken is chunked.")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed):
	default:
		h.reject(badRequest, "The request head does not follow RFC 9112.")
	}
}

func (s *Server) take(ctx *fasthttp.RequestCtx) *http1 {
	h := s.pool.Get().(*http1)
	h.server, h.ctx, h.conn = s, ctx, ctx.Conn().(*conn)
	h.adaptor, h.told = h, &h.conn.told
	return h
}

func (s *Server) give(h *http1) {
	h.exchange.reset()
	h.server, h.ctx, h.conn, h.upload, h.expect, h.out = nil, nil, nil, nil, nil, wireSink{}
	h.answered = false
	if cap(h.wire) > maxKept {
		h.wire = nil
	}
	s.pool.Put(h)
}

// maxKept is the largest scratch memory that a pooled exchange keeps, in bytes.
const maxKept = 64 << 10

// tooMany answers a connection over limits.connections, without reading from it.
func (s *Server) tooMany(c net.Conn) {
	h := s.pool.Get().(*http1)
	defer s.give(h)
	h.server, h.conn, h.adaptor = s, &conn{Conn: c}, h
	_ = c.SetWriteDeadline(s.gateway.now().Add(time.Second))
	h.reject(tooManyConnections, "There are as many connections as limits.connections allows; try again later.", [2]string{"Retry-After", "1"})
	_ = h.conn.Close()
}

// reject answers a request that never became an exchange.
func (h *http1) reject(p problem, detail string, extra ...[2]string) {
	h.gen, h.started, h.closing = h.server.gateway.current.Load(), h.server.gateway.now(), true
	h.conn.linger = true
	h.fail(p, detail, extra...)
	h.sent, h.err = h.send(&h.exchange)
	h.server.gateway.tell(&h.exchange)
}

// inform sends an interim response to a client that knows them (RFC 9110 section
// 15.2).
func (h *http1) inform(status int, lines []byte) {
	if h.Minor == 0 {
		return
	}
	b := appendStatusLine(nil, status)
	b = append(append(b, lines...), "\r\n"...)
	h.conn.renew(time.Now())
	_, _ = h.conn.Conn.Write(b) // a failure shows when the final response is written
}

func (h *http1) watch(parent context.Context) (context.Context, context.CancelFunc) {
	if !canWatch(h.conn) {
		return context.WithCancel(parent)
	}
	p := h.conn.attend()
	h.server.gateway.watcher.add(h.conn) // which ends it with the process
	return p, p.end
}
