package upstream

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// pieceSize is how much of a body is read and written at a time.
	pieceSize = 32 << 10
	// chunkHead is the room for a chunk's size line before a piece.
	chunkHead = len("ffffffff\r\n")
	// continueWait is how long a 100 (Continue) is waited for: origins that do not
	// know it get the body all the same (RFC 9110 section 10.1.1).
	continueWait = time.Second
	// lastWrite is how long the last write may go on after the response has ended.
	lastWrite = 50 * time.Millisecond
)

// An upload writes a request body while the response is read. No clock runs for
// the response meanwhile: the writes are bounded, and the body's reader is the
// caller's.
//
//	(await 100) -- read, write, ... -- last -- done(nil)
//	     |                |              |
//	     +---- halt ------+--------------+---- done(err)
//
// After done nobody reads the body, and err is set.
type upload struct {
	conn    *conn
	req     *Request
	timeout time.Duration // of one write, and of the response after the last
	left    int64         // of a body of known length

	proceed chan struct{} // closed by a 100
	stop    chan struct{} // closed by halt
	begun   atomic.Bool   // the wait for a 100 is decided: the body goes, or never
	last    atomic.Bool   // the body was read to its end
	broke   atomic.Bool   // it closed the connection
	done    chan struct{}

	halted, asked bool // known to the goroutine of the response only

	err *Error // to be read after done
}

func (x *exchange) startUpload() {
	x.upload = &upload{
		conn: x.conn, req: x.req, timeout: x.up.response, left: x.req.Length,
		proceed: make(chan struct{}), stop: make(chan struct{}), done: make(chan struct{}),
	}
	x.conn.expose()
	if x.up.response > 0 {
		x.conn.SetReadDeadline(time.Time{})
	}
	go x.upload.run(&x.up.pieces)
}

func (u *upload) run(pieces *sync.Pool) {
	defer close(u.done)
	defer func() {
		if p := recover(); p != nil {
			u.fail(fault(HTTPRequestError, "read the request body: panic: %v", p))
		}
	}()
	if !u.permitted() {
		u.err = fault(HTTPRequestError, "the request body was not asked for")
		return
	}
	piece := pieces.Get().(*[]byte)
	defer pieces.Put(piece)
	if err := u.send(*piece); err != nil {
		u.fail(err)
		return
	}
	u.startClock()
}

// fail keeps the error and closes the connection, unless the origin stopped
// reading: its answer may be there already.
func (u *upload) fail(e *Error) {
	u.err = e
	if e.Kind == ConnectionTerminated {
		u.startClock()
		return
	}
	u.broke.Store(true)
	u.conn.abort()
}

func (u *upload) startClock() {
	if u.timeout > 0 {
		u.conn.SetReadDeadline(time.Now().Add(u.timeout))
	}
}

// permitted waits for the 100 if one was asked for.
func (u *upload) permitted() bool {
	if !u.req.Expect {
		return true
	}
	timer := time.NewTimer(continueWait)
	defer timer.Stop()
	select {
	case <-u.stop:
	case <-u.proceed:
	case <-timer.C:
	}
	return u.begun.CompareAndSwap(false, true)
}

// send reads and writes the body piece by piece.
func (u *upload) send(piece []byte) *Error {
	next := u.nextSized
	if u.req.Length < 0 {
		next = u.nextChunk
	}
	for {
		out, end, err := next(piece)
		if err != nil {
			return err
		}
		u.last.Store(end)
		if err := u.write(out); err != nil || end {
			return err
		}
	}
}

// nextSized reads a piece of a body of known length. The last one is held back
// until it is sure that no more follows: a request that breaks stays incomplete.
func (u *upload) nextSized(piece []byte) (out []byte, end bool, _ *Error) {
	n, end, err := u.read(piece[:min(int64(len(piece)), u.left)])
	if err != nil {
		return nil, false, err
	}
	u.left -= int64(n)
	switch {
	case u.left == 0 && !end:
		if err := atEnd(u.req.Body); err != nil {
			return nil, false, &Error{Kind: HTTPRequestError, Err: err}
		}
	case u.left > 0 && end:
		return nil, false, fault(HTTPRequestError, "the request body is %d bytes shorter than announced: %w", u.left, io.ErrUnexpectedEOF)
	}
	return piece[:n], u.left == 0, nil
}

// nextChunk reads a chunk, and at the end of the body writes the last chunk and
// the trailers behind it (RFC 9112 section 7.1).
func (u *upload) nextChunk(piece []byte) (out []byte, end bool, _ *Error) {
	n, end, err := u.read(piece[chunkHead : len(piece)-len("\r\n")])
	if err != nil {
		return nil, false, err
	}
	if n > 0 {
		var size [chunkHead]byte
		line := append(strconv.AppendInt(size[:0], int64(n), 16), "\r\n"...)
		from := chunkHead - len(line)
		copy(piece[from:], line)
		out = append(piece[from:chunkHead+n], "\r\n"...)
	}
	if end {
		out, err = u.appendTrailers(append(out, "0\r\n"...))
	}
	return out, end, err
}

func (u *upload) appendTrailers(b []byte) ([]byte, *Error) {
	if u.req.Trailers != nil {
		trailers := u.req.Trailers()
		if err := checkFields(trailers); err != nil {
			return nil, fault(HTTPRequestError, "trailers refused: %w", err)
		}
		for _, f := range trailers {
			if !noTrailer(f[0]) {
				b = appendField(b, f[0], f[1])
			}
		}
	}
	return append(b, "\r\n"...), nil
}

// read gives at least a byte, or the end of the body.
func (u *upload) read(p []byte) (n int, end bool, _ *Error) {
	for range 100 {
		select {
		case <-u.stop:
			return 0, false, fault(HTTPRequestError, "the rest of the request body was not wanted")
		default:
		}
		n, err := u.req.Body.Read(p)
		switch {
		case err == io.EOF:
			return n, true, nil
		case err != nil:
			return n, false, fault(HTTPRequestError, "read the request body: %w", err)
		case n > 0:
			return n, false, nil
		}
	}
	return 0, false, fault(HTTPRequestError, "read the request body: %w", io.ErrNoProgress)
}

func (u *upload) write(p []byte) *Error {
	if u.timeout > 0 {
		u.conn.SetWriteDeadline(time.Now().Add(u.timeout))
	}
	if _, err := u.conn.Conn.Write(p); err != nil {
		return writeError(err)
	}
	return nil
}

func writeError(err error) *Error {
	kind := ConnectionTerminated
	if timedOut(err) {
		kind = ConnectionWriteTimeout
	}
	return &Error{Kind: kind, Err: fmt.Errorf("write the request: %w", err)}
}

// allow lets the body go after a 100.
func (u *upload) allow() {
	if !u.asked {
		u.asked = true
		close(u.proceed)
	}
}

// finished tells, when the response has ended, whether the request was sent
// whole. If only its last write is under way, that is waited for a moment.
func (u *upload) finished() bool {
	select {
	case <-u.done:
		return u.err == nil
	default:
	}
	if !u.last.Load() {
		return false
	}
	timer := time.NewTimer(lastWrite)
	defer timer.Stop()
	select {
	case <-u.done:
		return u.err == nil
	case <-timer.C:
		return false
	}
}

// halt gives the upload up; the connection is closed already. Nothing is read or
// written once done is closed.
func (u *upload) halt() {
	if u.halted {
		return
	}
	u.halted = true
	u.begun.Store(true)
	close(u.stop)
	select {
	case <-u.done:
		return
	default:
	}
	if c, ok := u.req.Body.(io.Closer); ok && !u.last.Load() {
		c.Close()
	}
}

// refuse ends an upload that still waits for its 100: the final response came
// instead, and the body stays unread.
func (u *upload) refuse() {
	if u.req.Expect && u.begun.CompareAndSwap(false, true) {
		u.halted = true
		close(u.stop)
	}
}

// cause is what made the exchange fail if it was the upload, else nil.
func (u *upload) cause() *Error {
	if u == nil || !u.broke.Load() {
		return nil
	}
	<-u.done // it is ending
	return u.err
}
