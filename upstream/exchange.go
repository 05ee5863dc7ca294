package upstream

import (
	"context"
	"io"
	"time"
)

// maxInformational is how many 1xx responses may come before the final one.
const maxInformational = 32

// An exchange is one request and its response on one connection.
//
//	try -- attempt -- send -- receive -- response, body -- end: connection kept or closed
//	          |        |         |             |
//	          +------ fail ------+----------- fail: connection closed
//
// It owns its connection until end or fail, each of which happens once an attempt.
type exchange struct {
	ctx    context.Context
	up     *Upstream
	req    *Request
	target *target
	conn   *conn       // nil after end or fail
	unhook func() bool // of ctx; nil: it cannot be cancelled, or is a hooker
	hooker hooker      // ctx, if it is one

	streamed bool    // the body is not in the first write
	upload   *upload // nil: it is not running
	cut      bool    // the request was not sent whole
	sent     bool    // some of it was
	informed bool    // Inform was told of a response

	resp Response
	body body
}

// try makes one try at a target. RFC 9112 section 9.3.1: a pooled connection may
// have closed just before the request went out; that is made good on a new one.
func (x *exchange) try(t *target, wire []byte) *Error {
	e := x.attempt(t, wire, false)
	if e != nil && e.stale {
		e = x.attempt(t, wire, true)
	}
	if e != nil && e.Kind.blames() {
		t.failed.Add(1)
	}
	return e
}

// repeatable tells, after a failed try, whether another does no harm.
func (x *exchange) repeatable(e *Error) bool {
	if e.Kind.Status() == 504 && len(x.up.targets) == 1 {
		return false // the next target is the same, and would only be asked for more
	}
	return e.Kind.Unreachable() && x.req.repeatable() && !x.informed && x.ctx.Err() == nil
}

// attempt makes one on one connection. It returns nil with x.resp set, or the error.
func (x *exchange) attempt(t *target, wire []byte, fresh bool) *Error {
	x.target = t
	c, e := t.take(x.ctx, fresh)
	if e != nil {
		e.Target = t.addr
		return e
	}
	x.conn, x.sent, x.cut = c, false, false
	x.hook(c.abort)
	settled := false
	defer func() {
		if !settled { // a panic of Inform
			x.fail(&Error{Kind: Canceled})
		}
	}()
	e = x.send(wire)
	if e == nil {
		e = x.receive()
	}
	if e != nil {
		e = x.fail(e)
	}
	settled = true
	return e
}

// A hooker is a context that does what context.AfterFunc does, for one function
// at a time, and without an allocation.
type hooker interface {
	Hook(f func())
	Unhook() bool
}

// hook has abort called when the context ends.
func (x *exchange) hook(abort func()) {
	if h, ok := x.ctx.(hooker); ok {
		x.hooker = h
		h.Hook(abort)
	} else if x.ctx.Done() != nil {
		x.unhook = context.AfterFunc(x.ctx, abort)
	}
}

// unhooked takes the hook back, and tells that abort was not called.
func (x *exchange) unhooked() bool {
	switch {
	case x.hooker != nil:
		return x.hooker.Unhook()
	case x.unhook != nil:
		return x.unhook()
	}
	return true
}

// send writes the head, with the body if it is small, and starts the upload of
// any other body.
func (x *exchange) send(wire []byte) *Error {
	x.conn.begin(x.up.response)
	n, err := x.conn.Write(wire)
	x.sent = n > 0
	if err == nil {
		if x.streamed {
			x.startUpload()
		}
		return nil
	}
	e := writeError(err)
	if n == 0 || e.Kind != ConnectionTerminated {
		e.stale = e.Kind == ConnectionTerminated && x.conn.pooled // nothing went out
		return e
	}
	x.cut = true // the origin may have answered before it closed
	return nil
}

// receive reads heads up to the final one (RFC 9110 section 15.2).
func (x *exchange) receive() *Error {
	for range maxInformational + 1 {
		h, err := readHead(x.conn, x.up.maxHead)
		if err != nil {
			return x.unread(err)
		}
		f, e := h.frame(x.req.Method)
		if e != nil {
			return e
		}
		if h.status >= 200 {
			x.accept(h, f)
			return nil
		}
		if h.status == 101 {
			return x.switchProtocol(h, f)
		}
		x.inform(h, f)
	}
	return fault(HTTPProtocolError, "more than %d responses of status 1xx", maxInformational)
}

// unread names why no head came, and whether the request may be sent again: only
// if a pooled connection closed without a byte, and if doing it twice does no harm.
func (x *exchange) unread(err error) *Error {
	e := readError(err, HTTPResponseTimeout, x.conn.begun)
	if e.Kind == ConnectionTerminated && x.conn.pooled {
		e.stale = x.req.repeatable()
	}
	return e
}

func (x *exchange) inform(h head, f framing) {
	switch {
	case h.status != 100:
		if x.req.Inform != nil {
			x.informed = true
			x.req.Inform(h.status, f.endToEnd(h.fields))
		}
	case x.upload != nil:
		x.upload.allow()
	}
}

// accept makes the response of the final head.
func (x *exchange) accept(h head, f framing) {
	if x.upload != nil {
		x.upload.refuse()
	}
	x.conn.roll = x.up.response
	x.resp = Response{
		Status: h.status, Minor: h.minor, Fields: f.endToEnd(h.fields),
		Length: f.length, Target: x.target.addr, Body: &x.body,
	}
	x.body.start(x, f)
}

// end gives the connection back after a complete response. It is used again only
// if the request was complete too and nothing follows.
func (x *exchange) end(persistent bool) {
	c := x.conn
	x.conn = nil
	whole := x.upload == nil || x.upload.finished()
	hooked := x.unhooked() // false: it is being closed
	if persistent && whole && hooked && !x.cut && c.in.Buffered() == 0 {
		x.target.pool.put(c)
		return
	}
	if whole {
		c.Close()
	} else {
		c.abort()
	}
	if x.upload != nil {
		x.upload.halt()
	}
	x.target.pool.vacate()
}

// fail closes the connection and completes the error. While there is no response
// it waits until the body is left alone; Response.Body.Close waits otherwise.
func (x *exchange) fail(e *Error) *Error {
	c := x.conn
	if c == nil {
		return e
	}
	x.conn = nil
	cause := x.upload.cause()
	x.unhooked()
	c.abort()
	if x.upload != nil {
		x.upload.halt()
	}
	if x.resp.Body == nil {
		x.settle()
	}
	x.target.pool.vacate()
	if cause != nil {
		e = cause
	}
	if gone := canceled(x.ctx, HTTPResponseTimeout); gone != nil {
		e = gone
	}
	return &Error{Kind: e.Kind, Target: x.target.addr, Tries: x.resp.Tries, Err: e.Err, Reached: x.sent, stale: e.stale}
}

// settle waits until nobody reads the request's body.
func (x *exchange) settle() {
	if x.upload != nil {
		<-x.upload.done
	}
}

// switchProtocol hands the connection over (RFC 9110 section 7.8).
func (x *exchange) switchProtocol(h head, f framing) *Error {
	if !x.req.upgrades() {
		return fault(HTTPProtocolError, "a 101 that was not asked for")
	}
	protocol := value(h.fields, "Upgrade")
	if !offered(x.req.Fields, protocol) {
		return fault(HTTPProtocolError, "a 101 to a protocol that was not offered")
	}
	x.conn.SetDeadline(time.Time{})
	x.resp = Response{
		Status: h.status, Minor: h.minor, Length: 0, Target: x.target.addr, Body: &x.body,
		Fields: append(f.endToEnd(h.fields), [2]string{"Upgrade", protocol}),
		Conn:   &tunnel{x: x, conn: x.conn},
	}
	x.body.err = io.EOF
	return nil
}
