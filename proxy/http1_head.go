package proxy

import (
	"bytes"
	"errors"

	"github.com/valyala/fasthttp"
)

// headScan finds the end of a request's head (RFC 9112 section 2.1) in pieces as
// they come. fasthttp is given the head and not a byte more: what follows is not
// fasthttp's to part, and its own reading of the head is checked against this one
// (request smuggling, invariant 8). A line that ends in a bare LF ends all.
type headScan struct {
	size  int  // bytes since the request line began
	line  int  // bytes of the current line
	cr    bool // the last of them is a CR
	ended bool
	bare  bool   // a line ended without its CR
	coded bool   // a Transfer-Encoding names more than chunked, and that last
	part  []byte // how a line began that goes on in the next piece, up to maxPart bytes
}

// maxPart is enough for any Transfer-Encoding that is worth a name.
const maxPart = 128

var (
	errBareLF  = errors.New("a line of the request head ends in a bare LF")
	errHeadEnd = errors.New("the request head can be read in two ways")
)

// scan returns how many bytes of p belong to the head.
func (s *headScan) scan(p []byte) int {
	at := 0
	for at < len(p) && !s.ended && !s.bare {
		end := bytes.IndexByte(p[at:], '\n')
		if end < 0 {
			s.extend(p[at:])
			s.part = append(s.part, p[at:min(len(p), at+maxPart-len(s.part))]...)
			return len(p)
		}
		s.extend(p[at : at+end])
		s.coded = s.coded || isCoded(s.part, p[at:at+end])
		s.part = s.part[:0]
		s.endLine()
		at += end + 1
	}
	return at
}

func (s *headScan) extend(piece []byte) {
	if len(piece) > 0 {
		s.line += len(piece)
		s.cr = piece[len(piece)-1] == '\r'
	}
}

// endLine takes in an LF. Empty lines before the request line do not count (RFC
// 9112 section 2.2).
func (s *headScan) endLine() {
	switch {
	case !s.cr:
		s.bare = true
	case s.line > 1:
		s.size += s.line + 1
	case s.size > 0:
		s.size += len("\r\n")
		s.ended = true
	}
	s.line, s.cr = 0, false
}

// isCoded tells a Transfer-Encoding whose last coding is chunked, but not its only
// one: a request that could be read if one knew the other (RFC 9112 section 6.1).
func isCoded(part, rest []byte) bool {
	const name = "Transfer-Encoding:"
	line := rest
	if len(part) > 0 {
		line = append(part[:len(part):len(part)], rest[:min(len(rest), maxPart)]...)
	}
	if len(line) < len(name) || line[0]|0x20 != 't' || !isName(view(line[:len(name)]), name) {
		return false
	}
	value := line[len(name):]
	comma := max(bytes.LastIndexByte(value, ','), 0)
	others := trimSpace(bytes.ToLower(value[:comma]))
	if len(others) == 0 || bytes.Contains(others, []byte("chunked")) { // once alone, section 6.1
		return false
	}
	return isName(view(trimSpace(bytes.TrimSuffix(value[comma+1:], []byte("\r")))), "chunked")
}

// check refuses a head that fasthttp took to end elsewhere. One that came by no
// connection has nothing to compare with.
func (s *headScan) check(head *fasthttp.RequestHeader) error {
	fields := max(len(head.RawHeaders()), len("\r\n"))
	size := len(head.Method()) + len(head.RequestURI()) + len(head.Protocol()) + len("  \r\n") + fields
	if s.size > 0 && (!s.ended || s.size != size) {
		return errHeadEnd
	}
	return nil
}

// beforeBody is called when a head was parsed. fasthttp is told that no body
// follows: upload reads it, from the connection. So a request is looked at before
// any of its body is read, and a client that waits for a 100 gets it when somebody
// wants the body; fasthttp would send one before it calls the handler.
func beforeBody(head *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if n := head.ContentLength(); n > 0 || n == -1 {
		head.SetContentLength(0)
	}
	return fasthttp.RequestConfig{}
}
