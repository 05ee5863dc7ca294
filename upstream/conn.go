package upstream

import (
	"bufio"
	"net"
	"time"
)

// readBuffer holds a usual response head and any chunk line. Larger reads of a
// body go past it, into the caller's buffer.
const readBuffer = 4 << 10

// A conn is a connection with its read buffer. One exchange at a time owns it.
type conn struct {
	net.Conn
	wire    *wire         // below TLS; nil: there is none
	in      *bufio.Reader // reads through conn.Read
	probe   *probe        // nil: the transport cannot be looked at
	abort   func()        // closes it without a goodbye, which could block; made once, for context.AfterFunc
	scratch []byte        // the head while it is gathered

	since  time.Time     // idle since
	pooled bool          // it carried a request before this one
	begun  bool          // a byte of this response came
	roll   time.Duration // over 0: each read from the network has this long
}

// newConn takes a connection and, if that is one of TLS, what is below.
func newConn(nc net.Conn, below *wire) *conn {
	socket := nc
	if below != nil {
		socket = below.Conn
	}
	c := &conn{Conn: nc, wire: below, probe: newProbe(socket)}
	c.in = bufio.NewReaderSize(c, readBuffer)
	c.abort = func() { socket.Close() }
	return c
}

// Read reads from the network; only c.in calls it.
func (c *conn) Read(p []byte) (int, error) {
	if c.roll > 0 {
		c.SetReadDeadline(time.Now().Add(c.roll))
	}
	n, err := c.Conn.Read(p)
	c.begun = c.begun || n > 0
	if c.wire != nil {
		err = c.wire.incomplete(err)
	}
	return n, err
}

// reusable tells whether an idle connection may carry another request: not too
// old, not closed, and silent. What an origin sends unasked would be read as the
// answer to the next request.
func (c *conn) reusable(now time.Time, idle time.Duration) bool {
	return now.Sub(c.since) < idle && (c.probe == nil || c.probe.silent()) && (c.wire == nil || c.wire.drained(c.Conn))
}

// begin readies it for an exchange that has d for its request and its head; 0: no bound.
func (c *conn) begin(d time.Duration) {
	c.begun, c.roll = false, 0
	var deadline time.Time // none, also none of the last exchange
	if d > 0 {
		deadline = time.Now().Add(d)
	}
	c.SetDeadline(deadline)
}
