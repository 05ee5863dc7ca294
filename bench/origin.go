package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxBody is the largest body that the origin makes, in bytes.
const maxBody = 1 << 20

// origin answers GET /cached/SIZE/KEY and /pass/SIZE/KEY with a body of SIZE
// bytes, and GET /count with how many of these it has answered. It does little
// else, so that the load's core is there for the load: HTTP/1.1 requests
// without a body, one write an answer.
type origin struct {
	answered atomic.Int64
	bodies   []byte // every body is a beginning of it
}

func newOrigin() *origin { return &origin{bodies: body(maxBody)} }

// body is what the origin answers for a size: text that repeats nowhere soon.
func body(size int) []byte {
	text := make([]byte, 0, size+8)
	for i := 0; len(text) < size; i++ {
		text = append(strconv.AppendInt(text, int64(i), 36), ' ')
	}
	return text[:size]
}

// serve answers until the listener is closed.
func (o *origin) serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		go o.converse(conn)
	}
}

func (o *origin) converse(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	var out []byte
	for {
		target, err := readRequest(in)
		if err != nil {
			return
		}
		out, err = o.answer(out[:0], target)
		if err != nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		}
		if _, err := conn.Write(out); err != nil {
			return
		}
	}
}

// readRequest reads a request head and returns its target.
func readRequest(in *bufio.Reader) (string, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	target, ok := strings.CutPrefix(string(line), "GET ")
	target, _, end := strings.Cut(target, " ")
	if !ok || !end {
		return "", fmt.Errorf("request line %q: want GET TARGET HTTP/1.1", line)
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return "", err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return target, nil
		}
	}
}

// answer appends the response for a target.
func (o *origin) answer(out []byte, target string) ([]byte, error) {
	if target == "/count" {
		count := strconv.FormatInt(o.answered.Load(), 10)
		return appendResponse(out, "no-store", []byte(count)), nil
	}
	rule, rest := "no-store", strings.TrimPrefix(target, "/pass/")
	if cached, ok := strings.CutPrefix(target, "/cached/"); ok {
		rule, rest = "public, max-age=86400", cached
	} else if rest == target {
		return nil, errors.New("neither /cached/ nor /pass/")
	}
	text, _, _ := strings.Cut(rest, "/")
	size, err := strconv.Atoi(text)
	if err != nil || size < 0 || size > maxBody {
		return nil, fmt.Errorf("size %q: want 0 to %d", text, maxBody)
	}
	o.answered.Add(1)
	return appendResponse(out, rule, o.bodies[:size]), nil
}

func appendResponse(out []byte, cacheControl string, body []byte) []byte {
	out = append(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: "...)
	out = time.Now().UTC().AppendFormat(out, http.TimeFormat)
	out = append(out, "\r\nCache-Control: "...)
	out = append(out, cacheControl...)
	out = append(out, "\r\nContent-Length: "...)
	out = strconv.AppendInt(out, int64(len(body)), 10)
	out = append(out, "\r\n\r\n"...)
	return append(out, body...)
}
