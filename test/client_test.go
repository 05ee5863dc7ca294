package test

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
	"sync"
	"syscall"
	"time"
)

// A client sends one request and reads the answer strictly.
type client struct {
	name   string
	order  order
	conn   net.Conn
	in     *bufio.Reader
	paused chan struct{} // closed when it may read the body; nil: at once
	done   chan struct{}

	mu   sync.Mutex
	left bool
	got  result
}

// order is what a client is told to send.
type order struct {
	method string // "" with raw bytes
	wire   string
	on     string // the client whose connection is used
	paused bool
}

// result is what came of a request.
type result struct {
	interim    []*http.Response
	response   *http.Response // nil: no head came
	head       string         // its bytes
	body       []byte
	err        error // why it is not whole
	begun      time.Time
	headed     time.Time
	ended      time.Time
	unexpected int // bytes behind the answer that nobody asked for
}

// readOrder reads `GET /path {Name: value} "body" HTTP/1.0 paused` or `raw "..."`.
func readOrder(text string) (order, error) {
	w := words(text)
	if w[0] == "raw" {
		raw, ok, err := quoted(strings.TrimSpace(strings.TrimPrefix(text, "raw")))
		if !ok {
			err = fmt.Errorf("%s: want a quoted text behind raw", text)
		}
		return order{wire: raw}, err
	}
	if len(w) < 2 {
		return order{}, fmt.Errorf("%q is no request; write one like GET /path {Name: value}", text)
	}
	o := order{method: w[0]}
	version, fields, body, hosted := "HTTP/1.1", "", "", false
	for _, word := range w[2:] {
		if plain, ok, err := quoted(word); ok {
			if err != nil {
				return order{}, err
			}
			body = plain
			fields += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n"
			continue
		}
		switch {
		case word[0] == '{' && strings.HasSuffix(word, "}"):
			line := word[1 : len(word)-1]
			hosted = hosted || strings.HasPrefix(line, "Host:")
			fields += line + "\r\n"
		case word == "HTTP/1.0":
			version = word
		case word == "paused":
			o.paused = true
		default:
			return order{}, fmt.Errorf("%q in a request is neither {Name: value}, a quoted body, HTTP/1.0 nor paused", word)
		}
	}
	if !hosted {
		fields = "Host: api.test\r\n" + fields
	}
	o.wire = w[0] + " " + w[1] + " " + version + "\r\n" + fields + "\r\n" + body
	return o, nil
}

func newClient(name string, o order, conn net.Conn, in *bufio.Reader) *client {
	c := &client{name: name, order: o, conn: conn, in: in, done: make(chan struct{})}
	if o.paused {
		c.paused = make(chan struct{})
	}
	c.got.begun = time.Now()
	return c
}

// run sends and reads; it ends when the answer has ended, whole or not.
func (c *client) run() {
	defer close(c.done)
	written := make(chan struct{})
	go func() { // an answer may come before the request is out
		defer close(written)
		_, _ = io.WriteString(c.conn, c.order.wire)
	}()
	err := c.read()
	c.mu.Lock()
	c.got.err, c.got.ended = err, time.Now()
	c.got.unexpected = c.in.Buffered()
	c.mu.Unlock()
	if err != nil {
		c.conn.Close()
	}
	<-written
}

func (c *client) read() error {
	request := &http.Request{Method: c.order.method}
	for {
		head := peekHead(c.in)
		response, err := http.ReadResponse(c.in, request)
		if err != nil {
			return fmt.Errorf("read the response head: %w", err)
		}
		c.mu.Lock()
		if response.StatusCode < 200 {
			c.got.interim = append(c.got.interim, response)
			c.mu.Unlock()
			continue
		}
		c.got.response, c.got.head, c.got.headed = response, head, time.Now()
		c.mu.Unlock()
		return c.readBody(response)
	}
}

// peekHead is the head as it was sent; what is none is left to ReadResponse.
func peekHead(in *bufio.Reader) string {
	for n := 1; ; {
		_, err := in.Peek(n)
		b, _ := in.Peek(in.Buffered())
		if end := bytes.Index(b, []byte("\r\n\r\n")); end >= 0 {
			return string(b[:end+4])
		}
		if err != nil {
			return string(b)
		}
		n = len(b) + 1
	}
}

func (c *client) readBody(response *http.Response) error {
	if c.paused != nil {
		<-c.paused
	}
	piece := make([]byte, 4<<10)
	for {
		n, err := response.Body.Read(piece)
		c.mu.Lock()
		c.got.body = append(c.got.body, piece[:n]...)
		c.mu.Unlock()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("read the response body: %w", err)
		}
	}
}

// leave closes the client's connection.
func (c *client) leave() {
	c.mu.Lock()
	c.left = true
	c.mu.Unlock()
	c.conn.Close()
}

// state is what has become of the client by now.
func (c *client) state() string {
	select {
	case <-c.done:
	default:
		return "waiting"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.left:
		return "left"
	case c.got.response == nil:
		return "unanswered"
	case c.got.err == nil:
		return "whole"
	case errors.Is(c.got.err, io.ErrUnexpectedEOF), errors.Is(c.got.err, syscall.ECONNRESET):
		return "broken"
	}
	return "malformed: " + c.got.err.Error()
}

// result is a copy of what came by now.
func (c *client) result() result {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.got
	got.body = bytes.Clone(got.body)
	return got
}
