package test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// dial opens a connection that is not pooled.
func (c *caller) dial() (*net.TCPConn, error) {
	conn, err := net.Dial("tcp", c.run.address)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), conn.SetDeadline(time.Now().Add(hung))
}

// old speaks HTTP/1.0: the end of the connection may be the end of the body, and
// only a reset tells that it is not.
func (c *caller) old() error {
	path, id := c.target()
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.0\r\nHost: x\r\n\r\n", path); err != nil {
		return err
	}
	c.run.did("HTTP/1.0")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return c.unanswered(err, id)
	}
	return c.read(context.Background(), response, id)
}

// unanswered tells an answer that never came from one that broke off.
func (c *caller) unanswered(err error, id string) error {
	c.run.did("broken")
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() {
		return fmt.Errorf("asked for %s: no answer after %v", id, hung)
	}
	return nil
}

// pipeline sends several requests at once; the answers come in their order.
func (c *caller) pipeline() error {
	var ids []string
	var wire strings.Builder
	for range 2 + c.dice.IntN(3) {
		path, id := c.target()
		ids = append(ids, id)
		fmt.Fprintf(&wire, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	}
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, wire.String()); err != nil {
		return err
	}
	c.run.did("pipelined")
	in := bufio.NewReader(conn)
	for _, id := range ids {
		response, err := http.ReadResponse(in, nil)
		for err == nil && response.StatusCode < 200 {
			response, err = http.ReadResponse(in, nil)
		}
		if err != nil {
			return c.unanswered(err, id)
		}
		if err := c.read(context.Background(), response, id); err != nil || response.Close {
			return err
		}
		_, _ = io.Copy(io.Discard, response.Body)
	}
	return nil
}

// leave goes before the answer, or in the middle of it.
func (c *caller) leave() error {
	path, id := c.target()
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path); err != nil {
		return err
	}
	c.run.did("left")
	if c.dice.IntN(2) == 0 {
		_ = conn.SetLinger(0)
		return nil
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.Header.Get("X-Id") == "" {
		return nil
	}
	part := make([]byte, 1+c.dice.IntN(1000))
	n, _ := io.ReadFull(response.Body, part)
	return checkPart(id, part[:n])
}

// halfUpload breaks off in the middle of its body; the origin must not take what
// it gets for the whole.
func (c *caller) halfUpload() error {
	path, id := c.target()
	body := newSpecimen(id, c.dice.IntN(20<<10), c.dice)
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	c.run.did("half uploads")
	part := body[:c.dice.IntN(len(body))]
	if c.dice.IntN(2) == 0 {
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, len(body), part)
	} else {
		_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s", path, len(body), part)
	}
	if err != nil {
		return nil // the origin answered early, and the gateway left
	}
	if c.dice.IntN(2) == 0 {
		_ = conn.SetLinger(0)
	}
	return nil
}
