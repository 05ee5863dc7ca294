package proxy

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// upload is a request's body with its limits. It is read by one goroutine, and
// closed by any.
type upload struct {
	conn    *conn
	expect  *expectation // nil: the client does not wait for a 100
	left    int64        // of a body of known length
	chunks  *chunks      // nil: the length is known
	limit   int64        // bytes
	pace    time.Duration
	count   atomic.Int64
	ended   atomic.Bool
	mu      sync.Mutex
	stopped bool
}

// body is the request's.
func (h *http1) body() io.Reader {
	if h.Length == 0 {
		return nil
	}
	h.upload = &upload{conn: h.conn, left: h.Length, limit: h.gen.limits.body, pace: h.gen.limits.pace}
	if h.Length < 0 {
		h.upload.chunks = new(chunks)
	}
	if h.Expects {
		h.expect = &expectation{conn: h.conn, over: h.answered}
		h.upload.expect = h.expect
	}
	return h.upload
}

func (h *http1) stopBody() int64 {
	if h.upload == nil {
		return 0
	}
	_ = h.upload.Close() // a failure is that of a connection that is broken anyway
	return h.upload.count.Load()
}

// unread tells whether a part of the request's body was left.
func (h *http1) unread() bool {
	return h.Length != 0 && (h.upload == nil || !h.upload.ended.Load())
}

// Read counts the bytes itself, because a chunked body has no length to refuse
// beforehand.
func (u *upload) Read(p []byte) (int, error) {
	if u.ended.Load() || len(p) == 0 {
		return 0, io.EOF
	}
	if u.expect != nil && !u.expect.proceed() || !u.renew() {
		return 0, errBadBody
	}
	n, err := u.read(p)
	switch {
	case u.count.Add(int64(n)) > u.limit:
		return n, errBodyTooLarge
	case err == nil:
		return n, nil
	case err == io.EOF:
		u.ended.Store(true)
		return n, err
	case errors.Is(err, os.ErrDeadlineExceeded) && u.renew():
		return n, errSlowBody
	}
	return n, errBadBody
}

// read returns io.EOF if the body is complete, with its last bytes or alone (RFC
// 9112 section 6.3).
func (u *upload) read(p []byte) (int, error) {
	if u.chunks != nil {
		return u.chunks.read(u.conn, p)
	}
	n, err := u.conn.take(p[:min(int64(len(p)), u.left)])
	u.left -= int64(n)
	switch {
	case u.left == 0:
		return n, io.EOF
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// Trailers are those of a chunked body, known after its end.
func (u *upload) Trailers() [][2]string {
	if u.chunks == nil {
		return nil
	}
	return u.chunks.trailers
}

// renew gives the client time for the next piece, unless the body was closed.
func (u *upload) renew() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.stopped {
		_ = u.conn.SetReadDeadline(time.Now().Add(u.pace))
	}
	return !u.stopped
}

// Close makes a Read that waits for the client return. The connection is not
// used again unless its body was read to the end.
func (u *upload) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stopped {
		return nil
	}
	u.stopped = true
	return u.conn.interrupt()
}

// expectation is a client that waits for a 100 before it sends its body (RFC 9110
// section 10.1.1). The first read of the body asks for it, unless the final
// response went out before.
type expectation struct {
	conn *conn
	mu   sync.Mutex
	told bool // to go on
	over bool // the client has its answer
}

// proceed tells whether the body will come.
func (e *expectation) proceed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.told && !e.over {
		// A failure shows when the body does not come. The deadline is not renewed by
		// conn.renew: this may be another goroutine than the one that answers.
		_ = e.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, _ = e.conn.Conn.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
		e.told = true
	}
	return e.told
}

// answered is called before the final response is written.
func (e *expectation) answered() {
	e.mu.Lock()
	e.over = true
	e.mu.Unlock()
}
