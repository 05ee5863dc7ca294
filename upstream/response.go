package upstream

import (
	"io"
	"sync"
)

// A Response is the final answer of an origin.
type Response struct {
	Status int // 101, or 200 to 999
	Minor  int // of the version: HTTP/1.Minor
	// Fields are the end-to-end fields in the order they came, names as sent. A
	// 101 has its Upgrade field too.
	Fields [][2]string
	// Length is the length of Body in bytes, -1 if it is not known yet. For HEAD
	// and 304 it is the announced Content-Length, -1 if there is none.
	Length int64
	// Body is never nil. Read returns io.EOF only after a whole body; any other
	// error is an *Error that wraps io.ErrUnexpectedEOF. A clean connection is
	// released with the io.EOF. Close before it closes the connection, and always
	// waits until nobody reads the request's Body. Read and Close are not to be
	// called at the same time; cancel the context instead.
	Body io.ReadCloser
	// Target is the host:port that answered.
	Target string
	// Tries is how many it took, at least 1.
	Tries int
	// Conn is the connection after a 101, else nil. It counts in the pool until it
	// is closed; cancelling the context closes it too. No deadline is set on it.
	Conn io.ReadWriteCloser

	trailers [][2]string
}

// Trailers are the trailer fields of a chunked body, known after its io.EOF.
// Those that would frame or control the message are left out.
func (r *Response) Trailers() [][2]string { return r.trailers }

// A tunnel is a connection that changed its protocol.
type tunnel struct {
	x    *exchange
	conn *conn
	once sync.Once
}

// Read begins with what came together with the 101.
func (t *tunnel) Read(p []byte) (int, error) { return t.conn.in.Read(p) }

func (t *tunnel) Write(p []byte) (int, error) { return t.conn.Conn.Write(p) }

// CloseWrite ends one direction, if the transport can.
func (t *tunnel) CloseWrite() error {
	if half, ok := t.conn.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return t.Close()
}

func (t *tunnel) Close() error {
	t.once.Do(func() { t.x.fail(&Error{Kind: Canceled}) })
	return nil
}
