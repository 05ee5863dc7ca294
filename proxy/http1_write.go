package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
)

// joinLimit is the largest body that is copied behind its head, to go out in
// one write; a larger one goes beside it, uncopied.
const joinLimit = 16 << 10

// pieceLimit is the most that is written under one deadline: a slow client has
// writeTimeout for each piece, not for the whole.
const pieceLimit = 256 << 10

// appendStatusLine writes the line in our own version (RFC 9112 section 2.3).
func appendStatusLine(dst []byte, status int) []byte {
	dst = strconv.AppendInt(append(dst, "HTTP/1.1 "...), int64(status), 10)
	dst = append(append(dst, ' '), http.StatusText(status)...)
	return append(dst, "\r\n"...)
}

// send writes head and body. An error after the head breaks the connection in a
// way that the client cannot take for the end.
func (h *http1) send(x *exchange) (int64, error) {
	h.closing = h.closing || h.unread()
	h.answered = true
	if h.expect != nil {
		h.expect.answered()
	}
	h.appendHead()
	if h.reply == nil || h.Method == "HEAD" || hasNoBody(h.head.Status) {
		h.conn.renew(h.moment())
		_, err := h.conn.Conn.Write(h.wire)
		return 0, err
	}
	if whole, ok := h.reply.(*objectBody); ok {
		return h.sendWhole(whole.bytes)
	}
	return h.sendStream()
}

// hasNoBody tells the statuses without content (RFC 9110 section 6.4.1).
func hasNoBody(status int) bool {
	return status < 200 || status == http.StatusNoContent || status == http.StatusNotModified
}

// appendHead writes the head into h.wire, with the framing (RFC 9112 section 6)
// and what becomes of the connection (section 9.3).
func (h *http1) appendHead() {
	b := appendStatusLine(h.wire[:0], h.head.Status)
	b = append(append(b, h.head.Stored...), h.head.Own...)
	b = h.appendFraming(b)
	if h.tunnel != nil {
		b = append(b, "Connection: Upgrade\r\n"...)
	} else if h.closing {
		b = append(b, "Connection: close\r\n"...)
	} else if h.Minor == 0 {
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	h.wire = append(b, "\r\n"...)
}

func (h *http1) appendFraming(b []byte) []byte {
	if hasNoBody(h.head.Status) {
		return b
	}
	size := int64(0)
	if h.reply != nil {
		size = h.reply.Size()
	}
	switch {
	case size >= 0:
		b = strconv.AppendInt(append(b, "Content-Length: "...), size, 10)
		return append(b, "\r\n"...)
	case h.Method == "HEAD": // the length of what a GET would send is not known
		return b
	case h.Minor > 0:
		h.out.chunked = true
		return append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	h.closing, h.out.endless = true, true // delimited by the end of the connection
	return b
}

// sendWhole writes head and body, with one system call if they are not large.
func (h *http1) sendWhole(body []byte) (int64, error) {
	h.conn.renew(h.moment())
	head := len(h.wire)
	if len(body) <= joinLimit {
		h.wire = append(h.wire, body...)
		n, err := h.conn.Conn.Write(h.wire)
		return int64(max(n-head, 0)), err
	}
	first := body[:min(len(body), pieceLimit)]
	n, err := (&net.Buffers{h.wire, first}).WriteTo(h.conn.Conn)
	sent := max(n-int64(head), 0)
	for rest := body[len(first):]; err == nil && len(rest) > 0; {
		h.conn.renew(time.Now())
		piece := rest[:min(len(rest), pieceLimit)]
		var m int
		m, err = h.conn.Conn.Write(piece)
		sent, rest = sent+int64(m), rest[m:]
	}
	return sent, err
}

// sendStream runs a body that comes piece by piece.
func (h *http1) sendStream() (sent int64, err error) {
	h.out.conn, h.out.left = h.conn, h.reply.Size()
	h.out.pending = h.wire
	defer func() {
		if p := recover(); p != nil {
			h.server.gateway.panicked("send", p)
			err = fmt.Errorf("send the body: panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			h.breakOff()
		}
		sent, h.wire = h.out.sent, h.out.pending[:0]
	}()
	trailers, err := h.reply.WriteTo(&h.out)
	if err != nil {
		_ = h.out.Flush() // what came belongs to the client, broken as it is
		return 0, err
	}
	return 0, h.out.end(trailers)
}

// breakOff ends the connection inside a message.
func (h *http1) breakOff() {
	h.closing = true
	if h.out.endless {
		h.conn.reset()
	}
}

// wireSink frames a body and writes it to the connection. Small pieces are
// gathered until there are joinLimit bytes or Flush is called.
type wireSink struct {
	conn    *conn
	pending []byte // not yet written
	left    int64  // of a declared length; negative: none was declared
	sent    int64
	chunked bool
	endless bool
}

var errBodyLength = errors.New("the body is not as long as its Content-Length")

// Write takes the next bytes of the body.
func (s *wireSink) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.left >= 0 {
		if int64(len(p)) > s.left {
			return 0, errBodyLength
		}
		s.left -= int64(len(p))
	}
	s.sent += int64(len(p))
	if s.chunked {
		s.pending = append(strconv.AppendInt(s.pending, int64(len(p)), 16), "\r\n"...)
	}
	if len(p) <= joinLimit {
		s.pending = append(s.pending, p...)
	} else if err := s.beside(p); err != nil {
		return 0, err
	}
	if s.chunked {
		s.pending = append(s.pending, "\r\n"...)
	}
	if len(s.pending) > joinLimit {
		return len(p), s.Flush()
	}
	return len(p), nil
}

// beside writes what is pending and a large piece, uncopied.
func (s *wireSink) beside(p []byte) error {
	s.conn.renew(time.Now())
	_, err := (&net.Buffers{s.pending, p}).WriteTo(s.conn.Conn)
	s.pending = s.pending[:0]
	return clientError(err)
}

// clientError tells that it is the client who cannot be written to.
func clientError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errClientGone, err)
}

var errClientGone = errors.New("the client does not read its answer")

// Flush sends what was gathered.
func (s *wireSink) Flush() error {
	if len(s.pending) == 0 {
		return nil
	}
	s.conn.renew(time.Now())
	_, err := s.conn.Conn.Write(s.pending)
	s.pending = s.pending[:0]
	return clientError(err)
}

// end writes the end of a body that is complete.
func (s *wireSink) end(trailers cache.Fields) error {
	if s.left > 0 {
		return errBodyLength
	}
	if s.chunked {
		s.pending = append(s.pending, "0\r\n"...)
		s.pending = append(cache.AppendLines(s.pending, trailers), "\r\n"...)
	}
	return s.Flush()
}
