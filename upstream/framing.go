package upstream

import "strings"

// A framing is how a response's body is delimited (RFC 9112 section 6.3), and
// which of its fields concern this connection only.
type framing struct {
	length     int64 // Content-Length, -1 if there is none
	chunked    bool
	empty      bool // no body, whatever the fields say
	persistent bool // RFC 9112 section 9.3

	close, keepAlive bool
	listed           []string // fields named by Connection
}

// frame decides it, or refuses what two readers could read in two ways.
func (h head) frame(method string) (framing, *Error) {
	f := framing{length: -1}
	for _, field := range h.fields {
		if e := f.note(field[0], field[1]); e != nil {
			return f, e
		}
	}
	if f.chunked && f.length >= 0 {
		return f, fault(HTTPProtocolError, "both Content-Length and Transfer-Encoding are there")
	}
	if f.chunked && h.minor == 0 {
		return f, fault(HTTPProtocolError, "Transfer-Encoding in an HTTP/1.0 response")
	}
	content := f.chunked || f.length > 0
	if h.status < 200 && content {
		return f, fault(HTTPProtocolError, "a body is announced for a %d", h.status)
	}
	f.persistent = !f.close && (h.minor == 1 || f.keepAlive)
	f.empty = method == "HEAD" || h.status < 200 || h.status == 204 || h.status == 304
	if content && (h.status == 204 || method == "HEAD") {
		// A broken origin may send the body all the same, late: it would be read as
		// the answer to the next request. RFC 9110 section 8.6 forbids it for a 204.
		f.persistent = false
	}
	if h.status == 204 {
		f.length = 0
	}
	return f, nil
}

// note takes in one field.
func (f *framing) note(name, value string) *Error {
	switch {
	case same(name, "Content-Length"):
		n, ok := parseLength(value)
		if !ok || f.length >= 0 {
			return fault(HTTPProtocolError, "Content-Length is malformed or there twice")
		}
		f.length = n
	case same(name, "Transfer-Encoding"):
		if f.chunked || !same(value, "chunked") {
			return fault(HTTPResponseTransferCoded, "Transfer-Encoding is not exactly chunked")
		}
		f.chunked = true
	case same(name, "Connection"):
		for option := range members(value) {
			f.option(option)
		}
	}
	return nil
}

// option takes in one member of Connection.
func (f *framing) option(name string) {
	switch {
	case same(name, "close"):
		f.close = true
	case same(name, "keep-alive"):
		f.keepAlive = true
	case !neverHop(name):
		f.listed = append(f.listed, name)
	}
}

// neverHop: fields that Connection cannot take away. Without them an answer would
// be stored or shared that must not be (RFC 9110 section 7.6.1: Cache-Control is
// never appropriate as a connection option).
func neverHop(name string) bool {
	switch strings.ToLower(name) {
	case "cache-control", "cdn-cache-control", "vary", "set-cookie", "content-encoding", "content-type", "content-range":
		return true
	}
	return false
}

// endToEnd drops framing and hop-by-hop fields, in place.
func (f *framing) endToEnd(fields [][2]string) [][2]string {
	kept := fields[:0]
	for _, field := range fields {
		if !hopByHop(field[0]) && !same(field[0], "Content-Length") && !f.lists(field[0]) {
			kept = append(kept, field)
		}
	}
	return kept
}

func (f *framing) lists(name string) bool {
	for _, l := range f.listed {
		if same(l, name) {
			return true
		}
	}
	return false
}

// parseLength: digits only (RFC 9110 section 8.6); a list of equal numbers is
// refused, as others would take its first or its last.
func parseLength(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

// noTrailer: fields that must not stand in a trailer section, because they frame,
// route or control the message (RFC 9110 section 6.5.1).
func noTrailer(name string) bool {
	if hopByHop(name) || neverHop(name) {
		return true
	}
	switch strings.ToLower(name) {
	case "content-length", "host", "trailer", "authorization", "proxy-authorization", "proxy-authenticate",
		"www-authenticate", "cookie", "expect", "max-forwards", "range", "if-match", "if-none-match",
		"if-modified-since", "if-unmodified-since", "if-range", "age", "date", "expires", "location",
		"retry-after", "warning", "pragma":
		return true
	}
	return false
}

// offered tells whether a request's Upgrade field names that protocol.
func offered(fields [][2]string, protocol string) bool {
	for _, f := range fields {
		if !same(f[0], "Upgrade") {
			continue
		}
		for p := range members(f[1]) {
			if same(p, protocol) {
				return true
			}
		}
	}
	return false
}
