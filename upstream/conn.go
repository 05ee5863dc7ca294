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

	since  time.Time     // idle since; of one in use: taken at
	pooled bool          // it carried a request before this one
	begun  bool          // a byte of this response came
	roll   time.Duration // over 0: each read from the network has this long

	// Setting a deadline costs about as much as parsing a head. So one that is too
	// early stays, and is set anew when somebody meets it.
	due   time.Time // when the time is over
	set   time.Time // the socket's deadline, never after due; zero: not known
	exact bool      // each deadline is set at once; due and set do not count
}

// newConn takes a connection and, if that is one of TLS, what is below.
func newConn(nc net.Conn, below *wire) *conn {
	socket := nc
	if below != nil {
		socket = below.Conn
	}
	c := &conn{Conn: nc, wire: below, probe: newProbe(socket), since: time.Now()}
	c.in = bufio.NewReaderSize(c, readBuffer)
	c.abort = func() { socket.Close() }
	return c
}

// Read reads from the network; only c.in calls it.
func (c *conn) Read(p []byte) (int, error) {
	if c.roll > 0 {
		c.bound(time.Now().Add(c.roll))
	}
	n, err := c.Conn.Read(p)
	for n == 0 && err != nil && c.early(err) {
		n, err = c.Conn.Read(p)
	}
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

// begin readies it for an exchange that has d for its request and its head, from
// when it was taken; 0: no bound. tls.Conn does not survive the timeout of a write,
// so that must not come early.
func (c *conn) begin(d time.Duration) {
	c.begun, c.roll, c.exact = false, 0, d == 0 || c.wire != nil
	switch {
	case d == 0:
		c.SetDeadline(time.Time{}) // nor that of the last exchange
	case c.exact:
		c.SetDeadline(c.since.Add(d))
	default:
		c.bound(c.since.Add(d))
	}
}

// bound gives reads, and the writes of a request's head, until t.
func (c *conn) bound(t time.Time) {
	if c.exact {
		c.SetReadDeadline(t)
		return
	}
	c.due = t
	if c.set.IsZero() || c.set.After(t) {
		c.settle()
	}
}

func (c *conn) settle() {
	c.set = c.due
	c.SetDeadline(c.due)
}

// expose leaves the deadlines to others, for the rest of this exchange.
func (c *conn) expose() {
	c.exact, c.set = true, time.Time{}
}

// early tells a timeout that came before its time, and sets the deadline anew.
func (c *conn) early(err error) bool {
	if c.exact || !timedOut(err) || !time.Now().Before(c.due) {
		return false
	}
	c.settle()
	return true
}

// Write writes a request's head.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	for err != nil && c.early(err) {
		var m int
		m, err = c.Conn.Write(p[n:])
		n += m
	}
	return n, err
}
