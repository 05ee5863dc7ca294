package proxy

import (
	"errors"
	"net"
	"os"
	"time"
)

// SetReadDeadline bounds the next reads. fasthttp does it twice a request, and each
// time would cost as much as a lookup. So the socket's deadline stays where it comes
// too early, and is set anew when somebody meets it.
func (c *conn) SetReadDeadline(t time.Time) error {
	if c.herald != nil {
		return c.herald.SetReadDeadline(t)
	}
	c.due = t
	if c.cut.Load() {
		c.cut.Store(false)
		c.settle()
	}
	return nil
}

// readInTime reads, until the deadline.
func (c *conn) readInTime(p []byte) (int, error) {
	if !c.due.IsZero() && (c.set.IsZero() || c.set.After(c.due)) {
		c.settle()
	}
	for {
		if c.cut.Load() { // behind each settle: see interrupt
			return 0, os.ErrDeadlineExceeded
		}
		n, err := c.Conn.Read(p)
		if err == nil || n > 0 || !c.early(err) {
			return n, err
		}
		c.settle()
	}
}

// settle tells the socket.
func (c *conn) settle() {
	c.set = c.due
	_ = c.Conn.SetReadDeadline(c.due) // one that fails is broken, and so will be the read
}

// early tells a timeout that came before its time.
func (c *conn) early(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() && (c.due.IsZero() || time.Now().Before(c.due))
}

// interrupt makes a read return that another goroutine is in, and all that follow
// until the next deadline is set. Should that goroutine settle at the same moment,
// it sees cut, or this deadline comes behind its own.
func (c *conn) interrupt() error {
	if c.herald != nil {
		return c.herald.SetReadDeadline(time.Unix(1, 0))
	}
	c.cut.Store(true)
	return c.Conn.SetReadDeadline(time.Unix(1, 0))
}
