package upstream

import (
	"fmt"
	"io"
)

// A body reads the content of one response and ends its exchange.
type body struct {
	x          *exchange
	persistent bool
	chunked    bool
	left       int64 // of the body, or of the chunk; -1: up to the end of the connection
	chunks     chunks
	err        error // what every further Read returns
}

// start is called once, with the final head; a response without content ends
// its exchange here.
func (b *body) start(x *exchange, f framing) {
	b.x, b.persistent, b.chunked, b.left = x, f.persistent, f.chunked, f.length
	if f.empty || !f.chunked && f.length == 0 {
		b.complete()
		return
	}
	if f.chunked {
		b.left = 0
	}
}

// complete ends the exchange well.
func (b *body) complete() {
	b.err = io.EOF
	b.x.end(b.persistent)
}

// Read implements io.Reader; see Response.Body.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	n, err := b.read(p)
	if err == nil {
		return n, nil
	}
	if err == io.EOF {
		b.complete()
		return n, io.EOF
	}
	b.err = b.broken(err)
	return n, b.err
}

// read returns io.EOF if the body is complete, with its last bytes or alone.
func (b *body) read(p []byte) (int, error) {
	in := b.x.conn.in
	switch {
	case b.chunked:
		return b.chunks.read(b.x, p)
	case b.left < 0: // the end of the connection ends it; such a connection ends too
		b.persistent = false
		return in.Read(p)
	}
	n, err := in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	switch {
	case b.left == 0:
		return n, io.EOF
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// broken makes the error of a body that is not whole.
func (b *body) broken(err error) *Error {
	e := b.x.fail(readError(err, ConnectionReadTimeout, true))
	e.Err = fmt.Errorf("the response body is cut short: %w: %w", io.ErrUnexpectedEOF, e.Err)
	return e
}

// Close implements io.Closer; see Response.Body. It returns nil.
func (b *body) Close() error {
	if b.err == nil {
		b.err = b.broken(fault(Canceled, "closed by its reader"))
	}
	if b.x != nil { // nil after a 101
		b.x.settle()
	}
	return nil
}
