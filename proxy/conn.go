package proxy

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

const (
	// writeTimeout is how long a client may take to read one piece of an answer.
	writeTimeout = 60 * time.Second
	// lingerTimeout and lingerBytes bound what is read of a refused request's rest,
	// so that the answer is not lost in a reset (RFC 9112 section 9.6).
	lingerTimeout = time.Second
	lingerBytes   = 1 << 20
)

// listener wraps the connections that fasthttp accepts, and bounds their number.
type listener struct {
	net.Listener
	open *atomic.Int64
	max  int64
	// refuse answers one connection too many, and closes it.
	refuse func(net.Conn)
}

// Accept returns the next connection, wrapped.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.max {
			return &conn{Conn: c, client: clientAddress(c), open: l.open}, nil
		}
		l.open.Add(-1)
		l.refuse(c)
	}
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
	client  string    // the peer's address without port
	renewed time.Time // when the write deadline was last set
	linger  bool      // the request's rest was not read
	waiting *http1    // an exchange whose client was just told to send its body
	closed  atomic.Bool
	open    *atomic.Int64
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
	if tcp, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
