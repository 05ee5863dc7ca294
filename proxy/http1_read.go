package proxy

import (
	"bytes"
	"errors"
	"strings"
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
	h.closing = head.ConnectionClose() || h.server.draining.Load()
	if err := h.conn.head.check(head); err != nil {
		return err
	}
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
	h.TakesTrailers = framing.trailers && h.Minor > 0
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
	case f.spoofed:
		return errors.New("a field's name may be taken for that of a framing field")
	case f.doubled:
		return errors.New("a field that may come once came twice")
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
	for len(block) > 0 {
		end := bytes.IndexByte(block, '\n')
		if end < 1 || block[end-1] != '\r' {
			return errBadField
		}
		line := block[:end-1]
		block = block[end+1:]
		if len(line) == 0 && len(block) == 0 {
			break
		}
		name, value, err := fieldLine(line)
		if err != nil {
			return err
		}
		if len(h.Fields) == maxFields {
			return errors.New("there are more than 128 field lines")
		}
		h.file(view(name), view(value), f)
	}
	if f.connections > 0 {
		h.dropListed(f.connection)
	}
	return nil
}

// fieldLine parts one line, without its CRLF (RFC 9112 section 5.1).
func fieldLine(line []byte) (name, value []byte, err error) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || !isToken(line[:colon]) {
		return nil, nil, errBadField
	}
	value = trimSpace(line[colon+1:])
	if !isFieldValue(value) {
		return nil, nil, errBadField
	}
	return line[:colon], value, nil
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

// view is a string over bytes that the caller knows to outlive it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
