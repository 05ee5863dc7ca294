package upstream

import (
	"bufio"
	"strings"
)

// maxLines is how many field lines a head or a trailer section may have.
const maxLines = 256

// A head is a status line and its field lines, as sent.
type head struct {
	minor, status int
	fields        [][2]string
}

// readHead reads one head of at most limit bytes (RFC 9112 section 2.1). Errors
// of the grammar are of type *Error, the others are the connection's.
func readHead(c *conn, limit int) (head, error) {
	line, err := c.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return head{}, fault(HTTPProtocolError, "the status line is longer than %d bytes", readBuffer)
	}
	if err != nil {
		if len(line) > 0 && !maybeStatus(line) {
			return head{}, fault(HTTPProtocolError, "what came is no status line")
		}
		return head{}, err
	}
	h, e := statusLine(line)
	if e != nil {
		return head{}, e
	}
	h.fields, err = readFields(c, limit-len(line), HTTPResponseHeaderSize)
	return h, err
}

// maybeStatus tells whether an unfinished line could still become a status line.
func maybeStatus(line []byte) bool {
	const prefix = "HTTP/1."
	n := min(len(line), len(prefix))
	return string(line[:n]) == prefix[:n]
}

// statusLine parses "HTTP/1.x NNN reason" (RFC 9112 section 4). The space after
// the code may be missing; servers that have no reason forget it.
func statusLine(line []byte) (head, *Error) {
	const shortest = len("HTTP/1.1 200\r\n")
	n := len(line)
	if n < shortest || string(line[:7]) != "HTTP/1." || line[7] != '0' && line[7] != '1' || line[8] != ' ' {
		return head{}, fault(HTTPProtocolError, "what came is no status line of HTTP/1.0 or 1.1")
	}
	if line[n-2] != '\r' {
		return head{}, fault(HTTPProtocolError, "a bare LF ends the status line")
	}
	h := head{minor: int(line[7] - '0')}
	for _, d := range line[9:12] {
		if d < '0' || d > '9' {
			return head{}, fault(HTTPProtocolError, "the status code is not of three digits")
		}
		h.status = h.status*10 + int(d-'0')
	}
	rest := line[12 : n-2]
	if len(rest) > 0 && (rest[0] != ' ' || !isValue(string(rest))) {
		return head{}, fault(HTTPProtocolError, "the status line is malformed after its code")
	}
	if h.status < 100 {
		return head{}, fault(HTTPProtocolError, "the status code is below 100")
	}
	return h, nil
}

// readFields reads field lines up to the empty line, in at most limit bytes; over
// is the kind of a section that is too large.
func readFields(c *conn, limit int, over Kind) ([][2]string, error) {
	raw, lines := c.scratch[:0], 0
	for begin := 0; ; {
		piece, err := c.in.ReadSlice('\n')
		if len(raw)+len(piece) > limit {
			return nil, fault(over, "the field section is larger than allowed")
		}
		raw = append(raw, piece...)
		if err == bufio.ErrBufferFull { // a line longer than the buffer
			continue
		}
		if err != nil {
			return nil, err
		}
		n := len(raw) - begin
		if n < 2 || raw[len(raw)-2] != '\r' {
			return nil, fault(HTTPProtocolError, "a bare LF ends a field line")
		}
		if n == 2 {
			break
		}
		if lines++; lines > maxLines {
			return nil, fault(over, "the field section has more than %d lines", maxLines)
		}
		begin = len(raw)
	}
	if cap(raw) <= 2*readBuffer { // one huge head must not stay with the connection
		c.scratch = raw
	}
	return parseFields(string(raw[:len(raw)-2]), lines)
}

// parseFields parses n lines that end in CRLF (RFC 9112 section 5). White space
// before the colon and folded lines are refused: others read them differently.
func parseFields(section string, n int) ([][2]string, error) {
	if n == 0 {
		return nil, nil
	}
	fields := make([][2]string, 0, n)
	for section != "" {
		end := strings.IndexByte(section, '\n')
		line := section[:end-1]
		section = section[end+1:]
		if line[0] == ' ' || line[0] == '\t' {
			return nil, fault(HTTPProtocolError, "a field line is folded")
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) {
			return nil, fault(HTTPProtocolError, "the name of a field is not a token before a colon")
		}
		if !isValue(value) {
			return nil, fault(HTTPProtocolError, "the value of a field holds CR or NUL")
		}
		fields = append(fields, [2]string{name, trim(value)})
	}
	return fields, nil
}

// value returns the value of the first field of that name, or "".
func value(fields [][2]string, name string) string {
	for _, f := range fields {
		if same(f[0], name) {
			return f[1]
		}
	}
	return ""
}
