package proxy

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
)

// NetHTTP is the gateway as a standard handler: the adaptor for HTTP/2, whose
// framing the standard server does. It offers no other protocol to change to, so a
// request that asks for one gets an ordinary answer (RFC 9110 section 7.8), and no
// HTTP/1.0, because a standard handler cannot break a body that the end of the
// connection ends.
func NetHTTP(g *Gateway) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !r.ProtoAtLeast(1, 1) {
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
			return
		}
		// Over HTTP/1.1 the server would else drop the body when the answer begins.
		_ = http.NewResponseController(w).EnableFullDuplex()
		h := &nethttp{w: w, r: r}
		h.adaptor = h
		if err := h.read(); err != nil {
			h.reject(g, err)
		} else {
			g.handle(&h.exchange)
		}
		if h.err != nil || !h.responded {
			panic(http.ErrAbortHandler) // the protocol's way of breaking a transfer
		}
	})
}

// nethttp carries one exchange over the standard library's server.
type nethttp struct {
	exchange
	w       http.ResponseWriter
	r       *http.Request
	ended   atomic.Bool // the body was read to its end
	count   atomic.Int64
	mu      sync.Mutex
	reading bool
	stopped bool
}

// read fills the exchange. The standard server has parsed and checked the head;
// it does not keep the order of different names, which has no meaning.
func (h *nethttp) read() error {
	h.request = request{
		Method: h.r.Method, Scheme: "http", Host: lower(h.r.Host), Target: h.r.RequestURI,
		Minor: 1, Length: h.r.ContentLength, Client: h.r.RemoteAddr,
	}
	if host, _, err := net.SplitHostPort(h.r.RemoteAddr); err == nil {
		h.Client = host
	}
	if h.r.TLS != nil {
		h.Scheme = "https"
	}
	var f framing
	for _, name := range slices.Sorted(maps.Keys(h.r.Header)) {
		for _, value := range h.r.Header[name] {
			h.file(name, value, &f)
		}
	}
	if f.connections > 0 {
		h.dropListed(f.connection)
	}
	h.TakesTrailers = f.trailers
	return f.check(h.Minor)
}

// reject answers a request that never became an exchange.
func (h *nethttp) reject(g *Gateway, err error) {
	h.gen, h.started = g.current.Load(), g.now()
	h.fail(badRequest, err.Error())
	h.sent, h.err = h.send(&h.exchange)
	g.tell(&h.exchange)
}

func (h *nethttp) body() io.Reader {
	if h.r.ContentLength == 0 {
		return nil
	}
	return h
}

// Read reads the request's body, as the exchange's limits allow.
func (h *nethttp) Read(p []byte) (int, error) {
	if !h.begin() {
		return 0, errBadBody
	}
	n, err := h.r.Body.Read(p)
	h.end()
	switch {
	case h.count.Add(int64(n)) > h.gen.limits.body:
		return n, errBodyTooLarge
	case err == io.EOF:
		h.ended.Store(true)
		return n, err
	case err == nil:
		return n, nil
	}
	return n, errBadBody
}

func (h *nethttp) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reading = !h.stopped
	return h.reading
}

func (h *nethttp) end() {
	h.mu.Lock()
	h.reading = false
	h.mu.Unlock()
}

// Close makes a Read that waits for the client return: the standard body's own
// Close would wait for that Read. Where nobody reads, the server takes care of the
// rest.
func (h *nethttp) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped = true; !h.reading {
		return nil
	}
	return http.NewResponseController(h.w).SetReadDeadline(time.Unix(1, 0))
}

// Trailers are those behind the request's body, known after its end.
func (h *nethttp) Trailers() [][2]string {
	var lines [][2]string
	for _, name := range slices.Sorted(maps.Keys(h.r.Trailer)) {
		for _, value := range h.r.Trailer[name] {
			lines = append(lines, [2]string{name, value})
		}
	}
	return lines
}

func (h *nethttp) stopBody() int64 {
	if h.r.ContentLength != 0 {
		_ = h.Close() // a failure is that of a connection that is broken anyway
	}
	return h.count.Load()
}

// inform sends an interim response, leaving no trace of its fields in the final
// one.
func (h *nethttp) inform(status int, lines []byte) {
	header := h.w.Header()
	for name, value := range cache.Lines(lines) {
		header.Add(name, value)
	}
	h.w.WriteHeader(status)
	clear(header)
}

// unread tells whether a part of the body would be left on a connection of
// HTTP/1.1, where the server could take it for a request.
func (h *nethttp) unread() bool {
	return h.r.ProtoMajor == 1 && h.r.ContentLength != 0 && !h.ended.Load()
}

func (h *nethttp) watch(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	context.AfterFunc(h.r.Context(), cancel)
	return ctx, cancel
}

// send writes the response by the standard server.
func (h *nethttp) send(x *exchange) (sent int64, err error) {
	header := h.w.Header()
	for _, run := range [][]byte{x.head.Stored, x.head.Own} {
		for name, value := range cache.Lines(run) {
			header.Add(name, cloned(value))
		}
	}
	if x.reply != nil && x.reply.Size() >= 0 && !hasNoBody(x.head.Status) {
		header.Set("Content-Length", strconv.FormatInt(x.reply.Size(), 10))
	}
	if x.closing || h.unread() {
		header.Set("Connection", "close")
	}
	h.w.WriteHeader(x.head.Status)
	if x.reply == nil || x.Method == http.MethodHead || hasNoBody(x.head.Status) {
		return 0, nil
	}
	defer func() {
		if p := recover(); p != nil {
			x.gen.gateway.panicked("send", p)
			err = errPanic
		}
	}()
	to := &standardSink{w: h.w, control: http.NewResponseController(h.w)}
	trailers, err := x.reply.WriteTo(to)
	for _, line := range trailers {
		header.Add(http.TrailerPrefix+line[0], line[1])
	}
	if size := x.reply.Size(); err == nil && size >= 0 && size != to.sent {
		err = errBodyLength
	}
	return to.sent, err
}

// standardSink writes to a standard response writer.
type standardSink struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    int64
}

func (s *standardSink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.sent += int64(n)
	return n, err
}

func (s *standardSink) Flush() error {
	if err := s.control.Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

var _ adaptor = (*nethttp)(nil)
