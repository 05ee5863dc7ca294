package proxy

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pires/go-proxyproto"
)

const (
	// writeTimeout is how long a client may take to read one piece of an answer.
	writeTimeout = 60 * time.Second
	// lingerTimeout and lingerBytes bound what is read of a refused request's rest,
	// so that the answer is not lost in a reset (RFC 9112 section 9.6).
	lingerTimeout = time.Second
	lingerBytes   = 1 << 20
	// acceptPause is how long nothing is accepted when the system has no room for
	// another connection; it may have it again when one has ended.
	acceptPause = 50 * time.Millisecond
	// maxRefusals is how many connections are refused with an answer at once; more
	// are just closed.
	maxRefusals = 64
	// heraldTimeout is how long a proxy may take to say for whom it connects.
	heraldTimeout = 5 * time.Second
)

// listener wraps the connections that fasthttp accepts, and bounds their number.
type listener struct {
	net.Listener
	open *atomic.Int64
	max  int64
	// refuse answers one connection too many, and closes it.
	refuse  func(net.Conn)
	refused atomic.Int64 // being refused now
	// heralded tells whether the peer begins with a PROXY header; nil: nobody does.
	heralded func(peer string) bool
}

// Accept returns the next connection, wrapped.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if isShortage(err) {
			time.Sleep(acceptPause)
			continue
		}
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.max {
			return l.wrap(c), nil
		}
		l.open.Add(-1)
		l.turnAway(c)
	}
}

// wrap makes a connection ours. What a PROXY header says is read later, by the
// connection's own goroutine.
func (l *listener) wrap(c net.Conn) *conn {
	wrapped := &conn{Conn: c, client: clientAddress(c), open: l.open}
	if l.heralded != nil && l.heralded(wrapped.client) {
		wrapped.herald = proxyproto.NewConn(c, proxyproto.WithPolicy(proxyproto.REQUIRE),
			proxyproto.SetReadHeaderTimeout(heraldTimeout))
	}
	return wrapped
}

// isShortage tells the errors that are over when something else has ended;
// fasthttp would take them for the end of the listener.
func isShortage(err error) bool {
	for _, passing := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

// turnAway refuses a connection beside the loop that accepts, because it waits
// for the client to see the answer.
func (l *listener) turnAway(c net.Conn) {
	if l.refused.Add(1) > maxRefusals {
		l.refused.Add(-1)
		_ = c.Close()
		return
	}
	go func() {
		defer l.refused.Add(-1)
		l.refuse(c)
	}()
}

func clientAddress(c net.Conn) string {
	address := c.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// conn is a client's connection: fasthttp reads from it, http1 writes.
type conn struct {
	net.Conn
	client  string           // the client's address without port
	herald  *proxyproto.Conn // reads a PROXY header first; nil: there is none
	renewed time.Time        // when the write deadline was last set
	linger  bool             // the request's rest was not read
	tunnel  bool             // it speaks another protocol now
	closed  atomic.Bool
	open    *atomic.Int64

	presence atomic.Pointer[presence] // of the client in the current exchange; nil: none waited yet
	listed   atomic.Bool              // the watcher has it in its list

	due time.Time   // when reads end; zero: never
	set time.Time   // the socket's deadline for them, never after due; zero: none
	cut atomic.Bool // reads were interrupted

	told provenance // what the origin was told of its last request
	head headScan   // of the current request
	rest []byte     // what came and was not asked for yet
	from int        // where in rest it begins
}

// Read is what fasthttp reads by: it gets the current request's head, and no byte
// of what follows.
func (c *conn) Read(p []byte) (int, error) {
	switch {
	case c.tunnel:
		return c.take(p)
	case c.head.bare:
		return 0, errBareLF
	case c.head.ended:
		return 0, errHeadEnd
	}
	n, err := c.take(p)
	used := c.head.scan(p[:n])
	c.giveBack(p[used:n])
	return used, err
}

// attend makes a presence for the current exchange.
func (c *conn) attend() *presence {
	p := c.presence.Load()
	if p == nil || !p.renew() {
		p = newPresence()
		c.presence.Store(p)
	}
	return p
}

// next is called when a request was read whole: what comes is another's head.
func (c *conn) next() {
	c.head = headScan{}
	if c.from == len(c.rest) && cap(c.rest) > maxLine {
		c.rest, c.from = nil, 0
	}
}

// take reads what comes next.
func (c *conn) take(p []byte) (int, error) {
	if c.from == len(c.rest) {
		c.rest, c.from = c.rest[:0], 0
		return c.receive(p)
	}
	n := copy(p, c.rest[c.from:])
	c.from += n
	return n, nil
}

// receive reads from the network, behind the PROXY header.
func (c *conn) receive(p []byte) (int, error) {
	if c.herald != nil {
		n, err := c.herald.Read(p)
		if _, path := c.herald.RemoteAddr().(*net.UnixAddr); !path { // anything may stand in one
			c.client = clientAddress(c.herald)
		}
		return n, err
	}
	return c.readInTime(p)
}

// giveBack lets bytes that were just taken come again.
func (c *conn) giveBack(b []byte) {
	if c.from >= len(b) { // they came from there
		c.from -= len(b)
		return
	}
	c.rest, c.from = append(c.rest[:0], b...), 0
}

// line reads a line of at most limit bytes, and returns it without its CRLF; it
// is good until the next read.
func (c *conn) line(limit int) ([]byte, error) {
	for seen := 0; ; {
		ahead := c.rest[c.from:]
		if i := bytes.IndexByte(ahead[seen:], '\n'); i >= 0 {
			end := seen + i
			c.from += end + 1
			if end < 1 || ahead[end-1] != '\r' || end >= limit {
				return nil, errBadLine
			}
			return ahead[:end-1], nil
		}
		if seen = len(ahead); seen >= limit {
			return nil, errBadLine
		}
		if err := c.more(); err != nil {
			return nil, unexpected(err)
		}
	}
}

var errBadLine = errors.New("a line is too long or ends in a bare LF")

// more reads on behind the rest.
func (c *conn) more() error {
	if c.from > 0 {
		c.rest = c.rest[:copy(c.rest, c.rest[c.from:])]
		c.from = 0
	}
	c.rest = slices.Grow(c.rest, maxLine)
	n, err := c.receive(c.rest[len(c.rest):cap(c.rest)])
	c.rest = c.rest[:len(c.rest)+n]
	if n > 0 {
		return nil
	}
	return err
}

// Write discards what fasthttp writes on its own: see Server.
func (c *conn) Write(p []byte) (int, error) { return len(p), nil }

// Close closes, and where a part of a request was left unread, in two steps:
// first our half, and the rest when the client has seen it.
func (c *conn) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	if c.open != nil {
		c.open.Add(-1)
	}
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.linger && half.CloseWrite() == nil {
		_ = c.Conn.SetReadDeadline(time.Now().Add(lingerTimeout))
		_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
	}
	return c.Conn.Close()
}

// renew gives the client more time to read. Setting a deadline costs as much as
// a lookup, so it is not done more than once a second.
func (c *conn) renew(now time.Time) {
	if now.Sub(c.renewed) > time.Second {
		c.renewed = now
		_ = c.Conn.SetWriteDeadline(now.Add(writeTimeout))
	}
}

// reset breaks the connection so that the peer sees an error, not an end:
// what is close-delimited would look whole (invariant 2).
func (c *conn) reset() {
	c.linger = false // half a close would look like an end
	if tcp, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
