package upstream

import (
	"bufio"
	"io"
	"math"
	"strings"
)

// chunks decodes the chunked transfer coding (RFC 9112 section 7.1). A chunk line
// with its extensions is bounded by the read buffer, 4 KiB; all extensions of a
// body together by maxExtensions beside one byte for each byte of content.
type chunks struct {
	left    int64 // of this chunk
	open    bool  // the CRLF after its data is still to come
	content int64 // bytes so far
	extra   int64 // bytes of extensions so far
}

const maxExtensions = 16 << 10

// read returns data of one chunk, or io.EOF after the trailer section.
func (k *chunks) read(x *exchange, p []byte) (int, error) {
	c := x.conn
	if k.left == 0 {
		if err := k.next(c.in); err != nil {
			return 0, err
		}
		if k.left == 0 {
			return 0, k.trailers(x)
		}
	}
	n, err := c.in.Read(p[:min(int64(len(p)), k.left)])
	k.left -= int64(n)
	k.content += int64(n)
	return n, unexpected(err)
}

// next reads up to the data of the next chunk.
func (k *chunks) next(in *bufio.Reader) error {
	if k.open {
		end, err := in.Peek(2)
		if err != nil {
			return unexpected(err)
		}
		if string(end) != "\r\n" {
			return fault(HTTPResponseTransferCoded, "a chunk is longer than announced")
		}
		in.Discard(2)
	}
	line, err := in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return fault(HTTPResponseTransferCoded, "a chunk line is longer than %d bytes", readBuffer)
	}
	if err != nil {
		return unexpected(err)
	}
	size, extra, e := chunkLine(line)
	if e != nil {
		return e
	}
	k.left, k.open = size, true
	if k.extra += int64(extra); k.extra > maxExtensions+k.content {
		return fault(HTTPResponseTransferCoded, "the chunk extensions are larger than allowed")
	}
	return nil
}

// chunkLine parses a size and the length of the extensions after it, which are
// ignored.
func chunkLine(line []byte) (size int64, extra int, _ *Error) {
	n := len(line)
	if n < 2 || line[n-2] != '\r' {
		return 0, 0, fault(HTTPResponseTransferCoded, "a bare LF ends a chunk line")
	}
	line = line[:n-2]
	digits := 0
	for digits < len(line) {
		v := hexValue(line[digits])
		if v < 0 {
			break
		}
		if digits == 16 || size > math.MaxInt64>>4 {
			return 0, 0, fault(HTTPResponseTransferCoded, "a chunk size is too large")
		}
		size = size<<4 | v
		digits++
	}
	if digits == 0 {
		return 0, 0, fault(HTTPResponseTransferCoded, "a chunk size is not hexadecimal")
	}
	rest := line[digits:]
	if len(rest) > 0 && !isExtension(string(rest)) {
		return 0, 0, fault(HTTPResponseTransferCoded, "a chunk size is followed by rubbish")
	}
	return size, len(rest), nil
}

// isExtension: white space before the first semicolon is allowed, alone it is not.
func isExtension(s string) bool {
	return strings.HasPrefix(trim(s), ";") && isValue(s)
}

// trailers reads the trailer section and ends the body.
func (k *chunks) trailers(x *exchange) error {
	fields, err := readFields(x.conn, x.up.maxHead, HTTPResponseTrailerSize)
	if err != nil {
		return unexpected(err)
	}
	kept := fields[:0]
	for _, f := range fields {
		if !noTrailer(f[0]) {
			kept = append(kept, f)
		}
	}
	x.resp.trailers = kept
	return io.EOF
}

// hexValue is -1 for what is no hexadecimal digit.
func hexValue(c byte) int64 {
	switch {
	case '0' <= c && c <= '9':
		return int64(c - '0')
	case 'a' <= c && c <= 'f':
		return int64(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int64(c-'A') + 10
	}
	return -1
}
