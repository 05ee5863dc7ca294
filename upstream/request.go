package upstream

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// smallBody is how much of a body in memory goes out in one write with the head.
const smallBody = 8 << 10

// A Request is what goes to the origin. It may be used again after its round
// trip has ended, if its Body can.
type Request struct {
	// Method is a token, never CONNECT.
	Method string
	// Target is sent byte for byte: origin-form, or "*" with OPTIONS.
	Target string
	// Host is the value of the Host field; it may be empty.
	Host string
	// Fields are the end-to-end fields. Host, framing and hop-by-hop fields among
	// them are skipped: RoundTrip writes its own.
	Fields [][2]string

	// Body is the content; nil: none. It is read by one goroutine at a time, and
	// must tell its end when asked after its last byte. One with a method Len() int
	// that equals Length is taken to be in memory.
	//
	// If it is an io.Closer, Close is called, at most once and perhaps during a
	// Read, when the rest is not wanted any more; it must make that Read return.
	// Otherwise RoundTrip or Response.Body.Close waits for the Read.
	Body io.Reader
	// Length is that of Body in bytes; less than 0: unknown, sent chunked. A body
	// that turns out shorter or longer breaks the exchange.
	Length int64
	// Trailers is called after the end of a chunked Body. nil: no trailers.
	Trailers func() [][2]string
	// Expect asks the origin for a 100 (Continue) before Body is read, and waits
	// for it for up to a second.
	Expect bool
	// TakesTrailers tells the origin that trailers are welcome.
	TakesTrailers bool
	// Inform is told of each 1xx response but 100 and 101, on the goroutine of
	// RoundTrip. nil: nobody is told.
	Inform func(status int, fields [][2]string)
	// Upgrade lets the origin switch to a protocol of the Upgrade field in Fields.
	// It is ignored together with a Body.
	Upgrade bool
}

// repeatable tells whether it may reach an origin twice: idempotent (RFC 9110
// section 9.2.2, for the methods that it defines), and without a body, which would
// have been read.
func (r *Request) repeatable() bool {
	switch r.Method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return r.Body == nil
	}
	return false
}

func (r *Request) upgrades() bool { return r.Upgrade && r.Body == nil }

// streamed tells, before the body is touched, whether it is sent while the
// response is read, and not in one write with the head.
func (r *Request) streamed() bool {
	if r.Body == nil || r.Length == 0 {
		return false
	}
	m, ok := r.Body.(interface{ Len() int })
	return !ok || r.Expect || int64(m.Len()) != r.Length || r.Length > smallBody
}

// appendTo appends the head, and the body if that is not streamed. An error means
// that the request could be read in two ways, or that its body broke.
func (r *Request) appendTo(b []byte, streamed bool) ([]byte, error) {
	if err := r.check(); err != nil {
		return b, err
	}
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, r.Target...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", r.Host)
	for _, f := range r.Fields {
		if !r.own(f[0]) {
			b = appendField(b, f[0], f[1])
		}
	}
	b = r.appendFraming(b)
	if r.TakesTrailers && !r.upgrades() {
		b = append(b, "TE: trailers\r\nConnection: TE\r\n"...) // RFC 9110 section 10.1.4
	}
	if r.Expect && streamed {
		b = append(b, "Expect: 100-continue\r\n"...)
	}
	b = append(b, "\r\n"...)
	if r.Body == nil || r.Length == 0 || streamed {
		return b, nil
	}
	return appendBody(b, r.Body, int(r.Length))
}

func (r *Request) appendFraming(b []byte) []byte {
	switch {
	case r.upgrades():
		b = append(b, "Connection: Upgrade\r\n"...)
	case r.Body == nil && (r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH"):
		b = append(b, "Content-Length: 0\r\n"...) // RFC 9110 section 8.6
	case r.Body == nil:
	case r.Length >= 0:
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, r.Length, 10)
		b = append(b, "\r\n"...)
	default:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	return b
}

// own: fields that RoundTrip alone writes.
func (r *Request) own(name string) bool {
	if r.upgrades() && strings.EqualFold(name, "Upgrade") {
		return false
	}
	return hopByHop(name) || same(name, "Host") || same(name, "Content-Length") || same(name, "Expect")
}

func (r *Request) check() error {
	switch {
	case !isToken(r.Method):
		return errors.New("the method is not a token")
	case r.Method == "CONNECT":
		return errors.New("CONNECT is not for an origin")
	case !originForm(r.Method, r.Target):
		return errors.New("the target is not in origin-form")
	case strings.ContainsFunc(r.Host, func(c rune) bool { return c <= ' ' || c >= 0x7f }):
		return errors.New("the Host holds a character that is not allowed")
	}
	return checkFields(r.Fields)
}

func checkFields(fields [][2]string) error {
	for i, f := range fields {
		if !isToken(f[0]) {
			return fmt.Errorf("the name of field %d is not a token", i+1)
		}
		if !isValue(f[1]) {
			return fmt.Errorf("the value of field %d holds CR, LF or NUL", i+1)
		}
	}
	return nil
}

// originForm: RFC 9112 section 3.2. Bytes over 0x7f pass: clients send them raw.
func originForm(method, target string) bool {
	if target == "*" {
		return method == "OPTIONS"
	}
	if target == "" || target[0] != '/' {
		return false
	}
	for i := range len(target) {
		if target[i] <= ' ' || target[i] == 0x7f {
			return false
		}
	}
	return true
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, "\r\n"...)
}

// appendBody appends a body in memory that must be n bytes long.
func appendBody(b []byte, body io.Reader, n int) ([]byte, error) {
	from := len(b)
	b = append(b, make([]byte, n)...)
	if got, err := io.ReadFull(body, b[from:]); err != nil {
		return b, fmt.Errorf("read the request body: %d of %d bytes: %w", got, n, err)
	}
	return b, atEnd(body)
}

// atEnd makes sure that a body which gave all its bytes has no more.
func atEnd(body io.Reader) error {
	var one [1]byte
	for range 100 {
		n, err := body.Read(one[:])
		switch {
		case n > 0:
			return errors.New("the request body is longer than announced")
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("read the request body: %w", err)
		}
	}
	return io.ErrNoProgress
}
