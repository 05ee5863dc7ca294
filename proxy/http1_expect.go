package proxy

import (
	"io"

	"github.com/valyala/fasthttp"
)

// A request with a body is looked at before any of the body is read, so that
// what is refused is refused at once. fasthttp does that for "Expect:
// 100-continue" alone, and sends the 100 itself, before the handler is called:
// too early for us, because the origin may refuse too (RFC 9110 section 10.1.1).
// So every request with a body is made one that expects, for fasthttp only, and
// the client's own expectation is ours to answer:
//
//	head - refused ----------------------------------> answered, closed
//	     - the client does not wait ------------------> handle
//	     - it waits: the steps run on a goroutine
//	             - answered without the body --------> sent, closed
//	             - first read of the body: 100 ------> handle gives the stream, awaits the answer

// beforeBody is called when a head was parsed.
func beforeBody(head *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if n := head.ContentLength(); n > 0 || n == -1 {
		head.Set("Expect", "100-continue")
	}
	return fasthttp.RequestConfig{}
}

// expectation is a client that waits for a 100.
type expectation struct {
	wanted chan struct{}  // closed by the first read of the body
	stream chan io.Reader // the body, or nil when it will not come
	done   chan struct{}  // the steps have run
}

// beforeHandle is called between head and body of every request that has one.
func (s *Server) beforeHandle(ctx *fasthttp.RequestCtx) int {
	h := s.take(ctx)
	if err := h.read(); err != nil {
		h.reject(badRequest, err.Error())
		s.give(h)
		return fasthttp.StatusExpectationFailed
	}
	if !s.gateway.precheck(&h.exchange) {
		h.conn.linger = true
		s.give(h)
		return fasthttp.StatusExpectationFailed
	}
	if !h.Expects {
		s.give(h)
		return fasthttp.StatusContinue
	}
	return s.begin(h)
}

// begin runs the steps until they want the body, or can do without.
func (s *Server) begin(h *http1) int {
	e := &expectation{make(chan struct{}), make(chan io.Reader, 1), make(chan struct{})}
	h.expect = e
	go func() {
		defer close(e.done)
		s.gateway.walk(&h.exchange)
	}()
	select {
	case <-e.wanted:
		h.conn.waiting = h
		// A failure shows when the body does not come.
		_, _ = h.conn.Conn.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
		return fasthttp.StatusContinue
	case <-e.done:
		h.closing = true
		s.gateway.settle(&h.exchange)
		s.give(h)
		return fasthttp.StatusExpectationFailed
	}
}

// resumed finishes an exchange that begin started; nil: there is none.
func (s *Server) resumed(ctx *fasthttp.RequestCtx) *http1 {
	h := ctx.Conn().(*conn).waiting
	if h == nil {
		return nil
	}
	h.conn.waiting = nil
	h.expect.stream <- ctx.RequestBodyStream()
	<-h.expect.done
	s.gateway.settle(&h.exchange)
	return h
}

// abandon ends an exchange whose body does not come.
func (s *Server) abandon(h *http1) {
	h.conn.waiting = nil
	h.expect.stream <- nil
	<-h.expect.done
	h.closing = true
	s.gateway.settle(&h.exchange)
	s.give(h)
}

// openBody gives the stream of the body, after asking a client that waits for it.
func (h *http1) openBody() (io.Reader, error) {
	if h.expect == nil {
		return h.ctx.RequestBodyStream(), nil
	}
	close(h.expect.wanted)
	stream := <-h.expect.stream
	if stream == nil {
		return nil, errBadBody
	}
	return stream, nil
}
