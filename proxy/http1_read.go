package proxy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// read fills the exchange from what fasthttp parsed, by stricter rules: what
// could be read in two ways is refused (invariant 8). Its strings are views of
// the connection's buffer.
func (h *http1) read() error {
	head := &h.ctx.Request.Header
	h.Method, h.Scheme = view(head.Method()), "http"
	h.Client = h.conn.client
	h.Minor = 1
	switch string(head.Protocol()) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		h.Minor = 0
	default:
		return errors.New("only HTTP/1.0 and HTTP/1.1 are spoken here")
	}
	h.closing = head.ConnectionClose()
	var framing framing
	if err := h.readFields(head.RawHeaders(), &framing); err != nil {
		return err
	}
	if err := framing.check(h.Minor); err != nil {
		return err
	}
	h.Length = framing.length()
	if h.Minor > 0 && h.Length == 0 {
		h.Protocol = framing.upgradeAsked()
	}
	h.Expects = framing.expected && h.Minor > 0 && h.Length != 0
	return h.readTarget(view(head.RequestURI()), framing.host, framing.hosts)
}

func (f *framing) check(minor int) error {
	switch {
	case f.lengths > 1 || f.codings > 1:
		return errors.New("the body's length is given twice")
	case f.lengths > 0 && f.codings > 0:
		return errors.New("there are both Content-Length and Transfer-Encoding")
	case f.codings > 0 && (minor == 0 || !strings.EqualFold(f.transferred, "chunked")):
		return errors.New("the only transfer coding taken is chunked, in HTTP/1.1")
	case f.lengths > 0 && !isDigits(f.contentLength):
		return errors.New("the Content-Length is not a number")
	}
	return nil
}

// length is the body's: 0 none, -1 unknown.
func (f *framing) length() int64 {
	if f.codings > 0 {
		return -1
	}
	var n int64
	for i := 0; i < len(f.contentLength); i++ {
		n = n*10 + int64(f.contentLength[i]-'0')
	}
	return n
}

// isDigits also bounds: 18 digits fit an int64.
func isDigits(s string) bool {
	if s == "" || len(s) > 18 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// maxFields bounds the field lines of a request.
const maxFields = 128

var errBadField = errors.New("a field line does not follow RFC 9112 section 5")

// readFields takes the block apart line by line (RFC 9112 section 5), without
// what belongs to this hop alone.
func (h *http1) readFields(block []byte, f *framing) error {
	h.Fields = h.Fields[:0]
	for len(block) > 2 {
		end := bytes.IndexByte(block, '\n')
		if end < 1 || block[end-1] != '\r' {
			return errBadField
		}
		line := block[:end-1]
		block = block[end+1:]
		colon := bytes.IndexByte(line, ':')
		if colon < 1 || !isToken(line[:colon]) {
			return errBadField
		}
		value := trimSpace(line[colon+1:])
		if !isFieldValue(value) {
			return errBadField
		}
		if len(h.Fields) == maxFields {
			return errors.New("there are more than 128 field lines")
		}
		h.file(view(line[:colon]), view(value), f)
	}
	if f.connections > 0 {
		h.dropListed(f.connection)
	}
	return nil
}

// readTarget reads the request target and whom it asks (RFC 9112 section 3.2).
// An absolute form whose authority is not the Host is refused on purpose: the
// two would be two readings of one request.
func (h *http1) readTarget(target, host string, hosts int) error {
	if hosts > 1 || hosts == 0 && h.Minor == 1 {
		return errors.New("there must be one Host field")
	}
	if hosts == 1 && !isAuthority(host) {
		return errors.New("the Host field is not a host")
	}
	h.Host = lower(host)
	if strings.HasPrefix(target, "/") || target == "*" || h.Method == "CONNECT" {
		h.Target = target
		return checkTarget(target)
	}
	scheme, rest, found := strings.Cut(target, "://")
	if !found || !isName(scheme, "http") && !isName(scheme, "https") {
		return errors.New("the request target is neither a path nor an http URL")
	}
	authority, path := rest, "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	if path[0] == '?' {
		path = "/" + path
	}
	if hosts == 1 && !strings.EqualFold(authority, host) || !isAuthority(authority) {
		return errors.New("the request target and the Host field name different hosts")
	}
	h.Host, h.Target = lower(authority), path
	return checkTarget(path)
}

// checkTarget refuses bytes that a request line cannot carry on.
func checkTarget(target string) error {
	for i := 0; i < len(target); i++ {
		if c := target[i]; c <= ' ' || c == 0x7f || c == '#' {
			return errors.New("the request target has bytes that must be percent-encoded")
		}
	}
	return nil
}

// upload is a request's body with its limits. It is read by one goroutine, and
// closed by any.
type upload struct {
	// open gives the stream, when the first read asks for it.
	open   func() (io.Reader, error)
	stream io.Reader
	conn   *conn
	limit  int64         // bytes
	pace   time.Duration // longest time without progress
	count  atomic.Int64
	ended  atomic.Bool

	mu      sync.Mutex
	stopped bool
}

// Read counts the bytes itself, because a chunked body has no length to refuse
// beforehand.
func (u *upload) Read(p []byte) (int, error) {
	if u.stream == nil {
		stream, err := u.open()
		if err != nil {
			stream = failedBody{err}
		}
		u.stream = stream
	}
	if !u.renew() {
		return 0, errBadBody
	}
	n, err := u.stream.Read(p)
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

// failedBody is a body that will not come.
type failedBody struct{ err error }

func (b failedBody) Read([]byte) (int, error) { return 0, b.err }

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
	return u.conn.SetReadDeadline(time.Unix(1, 0))
}

// view is a string over bytes that the caller knows to outlive it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
