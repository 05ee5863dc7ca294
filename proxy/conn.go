package proxy

import (
	"net"
	"time"
)

// writeTimeout is how long a client may take to read one piece of an answer.
const writeTimeout = 60 * time.Second

// listener wraps the connections that fasthttp accepts.
type listener struct{ net.Listener }

// Accept returns the next connection, wrapped.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, client: clientAddress(c)}, nil
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
}

// Write discards what fasthttp writes on its own: see Server.
func (c *conn) Write(p []byte) (int, error) { return len(p), nil }

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
	_ = c.Conn.Close()
}
