package proxy

import (
	"errors"
	"io"
	"math"
)

const (
	// maxLine bounds a chunk line with its extensions, and a line of a trailer
	// section, in bytes.
	maxLine = 4 << 10
	// maxExtensions bounds what a body has of them beside a byte for each byte of
	// content, so that a body of nothing but extensions ends.
	maxExtensions = 16 << 10
	// maxTrailers bounds a trailer section, in bytes.
	maxTrailers = 8 << 10
)

var errBadChunk = errors.New("a chunk does not follow RFC 9112 section 7.1")

// chunks decodes the chunked transfer coding (RFC 9112 section 7.1). It is
// strict, because a chunk line that two readers part in two ways hides a request
// in a body.
type chunks struct {
	left     int64 // of this chunk
	open     bool  // the CRLF behind its data is still to come
	content  int64 // bytes so far
	extra    int64 // bytes of extensions so far
	trailers [][2]string
}

// read returns data of one chunk, or io.EOF behind the trailer section.
func (k *chunks) read(c *conn, p []byte) (int, error) {
	if k.left == 0 {
		if err := k.next(c); err != nil {
			return 0, err
		}
		if k.left == 0 {
			return 0, k.end(c)
		}
	}
	n, err := c.take(p[:min(int64(len(p)), k.left)])
	k.left -= int64(n)
	k.content += int64(n)
	return n, unexpected(err)
}

// next reads up to the data of the next chunk.
func (k *chunks) next(c *conn) error {
	if k.open {
		if line, err := c.line(len("\r\n")); err != nil || len(line) > 0 {
			return errors.Join(errBadChunk, err)
		}
	}
	line, err := c.line(maxLine)
	if err != nil {
		return err
	}
	digits, size := chunkSize(line)
	if digits == 0 || !isExtension(line[digits:]) {
		return errBadChunk
	}
	k.left, k.open = size, true
	if k.extra += int64(len(line) - digits); k.extra > maxExtensions+k.content {
		return errors.New("the chunk extensions are larger than the body")
	}
	return nil
}

// chunkSize reads the hexadecimal digits that a chunk line begins with; 0 digits:
// it is no size, or none that fits.
func chunkSize(line []byte) (digits int, size int64) {
	for ; digits < len(line); digits++ {
		v := hexDigit(line[digits])
		if v >= 16 {
			break
		}
		if digits == 16 || size > math.MaxInt64>>4 {
			return 0, 0
		}
		size = size<<4 | int64(v)
	}
	return digits, size
}

// isExtension is what may stand behind a size: nothing, or white space and a
// semicolon and what RFC 9112 section 7.1.1 lets us ignore.
func isExtension(s []byte) bool {
	if len(s) == 0 {
		return true
	}
	s = trimSpace(s)
	return len(s) > 0 && s[0] == ';' && isFieldValue(s)
}

// end reads the trailer section (RFC 9112 section 7.1.2).
func (k *chunks) end(c *conn) error {
	for size := 0; ; {
		line, err := c.line(maxLine)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return io.EOF
		}
		if size += len(line); size > maxTrailers || len(k.trailers) == maxFields {
			return errors.New("the trailer section is too large")
		}
		name, value, err := fieldLine(line)
		if err != nil {
			return err
		}
		k.trailers = append(k.trailers, [2]string{string(name), string(value)})
	}
}

// unexpected turns an end inside a message into an error.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
