package proxy

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http/httputil"
	"reflect"
	"testing"
	"testing/iotest"
)

// readConn is a connection that only gives what it has.
type readConn struct {
	net.Conn
	io.Reader
}

func (c readConn) Read(p []byte) (int, error) { return c.Reader.Read(p) }

// readChunks decodes a body, and tells what is left behind it.
func readChunks(from io.Reader) (content, rest []byte, trailers [][2]string, err error) {
	c := &conn{Conn: readConn{nil, from}}
	var k chunks
	piece := make([]byte, 3)
	for err == nil {
		var n int
		n, err = k.read(c, piece)
		content = append(content, piece[:n]...)
	}
	if err != io.EOF {
		return nil, nil, nil, err
	}
	for {
		n, err := c.take(piece)
		rest = append(rest, piece[:n]...)
		if err != nil {
			return content, rest, k.trailers, nil
		}
	}
}

// What is read as a whole body is one for others too, to the byte, however it
// comes.
func FuzzChunks(f *testing.F) {
	f.Add([]byte("3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n"))
	f.Add([]byte("3 ;a=b\r\nabc\r\n02\r\nde\r\n0;x\r\nX-A: b\r\n\r\n"))
	f.Add([]byte("7fffffffffffffff\r\nabc"))
	f.Add([]byte("3\nabc\r\n0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		content, rest, trailers, err := readChunks(bytes.NewReader(body))
		again, rest2, _, err2 := readChunks(iotest.OneByteReader(bytes.NewReader(body)))
		if (err == nil) != (err2 == nil) || !bytes.Equal(content, again) || !bytes.Equal(rest, rest2) {
			t.Errorf("at once %q, %q, %v; by bytes %q, %q, %v", content, rest, err, again, rest2, err2)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				t.Errorf("an error that looks like the end: %v", err)
			}
			return
		}
		other, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body)))
		if err == nil && !bytes.Equal(content, other) { // others may refuse more
			t.Errorf("others read %q; this %q", other, content)
		}
		if len(rest) == 0 && !bytes.HasSuffix(body, []byte("\r\n")) {
			t.Errorf("a body that ends in %q", body)
		}
		for _, line := range trailers {
			if !isToken([]byte(line[0])) || !isFieldValue([]byte(line[1])) {
				t.Errorf("let the trailer %q pass", line)
			}
		}
	})
}

// The head ends at the same byte, however it comes.
func FuzzHeadScan(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET"), 10)
	f.Add([]byte("GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), 20)
	f.Add([]byte("\r\n\r\nGET / HTTP/1.0\r\n\r\n"), 3)
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\nGET / HTTP/1.1\r\n\r\n"), 24)
	f.Fuzz(func(t *testing.T, head []byte, cut int) {
		var whole, pieces headScan
		used := whole.scan(head)
		cut = max(0, min(cut, len(head)))
		used2 := pieces.scan(head[:cut])
		if used2 == cut {
			used2 += pieces.scan(head[cut:])
		}
		whole.part, pieces.part = nil, nil // may differ
		if !reflect.DeepEqual(whole, pieces) || used != used2 {
			t.Errorf("at once %+v, %d; in pieces %+v, %d", whole, used, pieces, used2)
		}
		if whole.ended && (whole.bare || !bytes.HasSuffix(head[:used], []byte("\r\n\r\n")) || whole.size > used) {
			t.Errorf("%q is no head: %+v", head[:used], whole)
		}
		if !whole.ended && !whole.bare && used != len(head) {
			t.Errorf("kept %d of %d bytes back", len(head)-used, len(head))
		}
	})
}
