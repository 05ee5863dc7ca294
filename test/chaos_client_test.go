package test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"
)

// hung is how long no answer may take, however busy the machine is.
const hung = 60 * time.Second

// A caller is one client. It does what chance says until its time is over.
type caller struct {
	run    *chaosRun
	name   string
	asked  int
	dice   *rand.Rand
	client *http.Client
}

func newCaller(run *chaosRun, n int) *caller {
	dice := rand.New(rand.NewPCG(run.seed, 1<<32+uint64(n)))
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1, ExpectContinueTimeout: time.Second}
	return &caller{run: run, name: fmt.Sprintf("k%d", n), dice: dice, client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

func (c *caller) work(ctx context.Context) {
	defer c.client.CloseIdleConnections()
	acts := []func() error{
		c.get, c.get, c.get, c.get, c.get, c.head, c.post, c.post, c.old, c.pipeline, c.batch, c.leave, c.halfUpload,
	}
	for ctx.Err() == nil {
		if err := acts[c.dice.IntN(len(acts))](); err != nil {
			c.run.report(fmt.Errorf("client %s, request %d: %w", c.name, c.asked, err))
		}
	}
}

// target is a shared one that may be stored, or one that is asked for once.
func (c *caller) target() (path, id string) {
	c.asked++
	if c.dice.IntN(2) == 0 {
		id = fmt.Sprintf("s%d", c.dice.IntN(200))
		return "/shared/" + id, id
	}
	id = fmt.Sprintf("%s.%d", c.name, c.asked)
	return "/alone/" + id, id
}

func (c *caller) get() error {
	path, id := c.target()
	return c.exchange("GET", path, id, nil)
}

func (c *caller) head() error {
	path, id := c.target()
	return c.exchange("HEAD", path, id, nil)
}

// post sends a body of known or unknown length, and sometimes asks before it does.
func (c *caller) post() error {
	path, id := c.target()
	var body io.Reader = bytes.NewReader(newSpecimen(id, c.dice.IntN(60<<10), c.dice))
	if c.dice.IntN(2) == 0 {
		body = struct{ io.Reader }{body}
	}
	return c.exchange("POST", path, id, body)
}

// exchange asks and reads the answer, some of it, or as it is coded.
func (c *caller) exchange(method, path, id string, body io.Reader) error {
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.run.url+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("X-Flavour", fmt.Sprint(c.dice.IntN(2)))
	if c.dice.IntN(3) == 0 {
		r.Header.Set("Accept-Encoding", []string{"gzip", "zstd", "br", "gzip, zstd, br"}[c.dice.IntN(4)])
	}
	if body != nil && c.dice.IntN(4) == 0 {
		r.Header.Set("Expect", "100-continue")
	}
	response, err := c.client.Do(r)
	if err != nil {
		return c.broken(ctx, nil, id, "")
	}
	defer response.Body.Close()
	return c.read(ctx, response, id)
}

// read takes an answer in and judges it.
func (c *caller) read(ctx context.Context, response *http.Response, id string) error {
	body, err := io.ReadAll(response.Body)
	if one, err := problemOf(response.Header.Get("Content-Type"), body); one {
		c.run.did("refused")
		return err
	}
	if got := response.Header.Get("X-Id"); got != id {
		return fmt.Errorf("asked for %s and got the head of %q, %s", id, got, response.Status)
	}
	coding := response.Header.Get("Content-Encoding")
	if err != nil {
		return c.broken(ctx, body, id, coding)
	}
	c.run.did("whole")
	if got := response.Trailer.Get("X-Trailer"); got != "" && got != id {
		return fmt.Errorf("asked for %s and got the trailer of %q", id, got)
	}
	if response.Request != nil && response.Request.Method == "HEAD" || response.StatusCode == 204 {
		return nil
	}
	if coding != "" {
		c.run.did("coded")
		text, err := decoded(&result{body: body, head: response})
		if err != nil {
			return fmt.Errorf("asked for %s: an answer that looks whole: %w", id, err)
		}
		body = []byte(text)
	}
	if err := checkWhole(id, body); err != nil {
		return fmt.Errorf("asked for %s, got %s %v: %w", id, response.Status, response.Header, err)
	}
	return nil
}

// broken judges what came of an answer that broke off.
func (c *caller) broken(ctx context.Context, part []byte, id, coding string) error {
	c.run.did("broken")
	if ctx.Err() != nil {
		return fmt.Errorf("asked for %s: no end of an answer after %v", id, hung)
	}
	if coding != "" {
		return nil
	}
	return checkPart(id, part)
}

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

// batch asks for several in one.
func (c *caller) batch() error {
	ids, items := map[string]string{}, []string{}
	for n := range 1 + c.dice.IntN(8) {
		path, id := c.target()
		ids[fmt.Sprint(n)] = id
		items = append(items, fmt.Sprintf(`{"id":"%d","url":%q}`, n, path))
	}
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "POST", c.run.url+"/batch", strings.NewReader(`{"requests":[`+strings.Join(items, ",")+`]}`))
	if err != nil {
		return err
	}
	response, err := c.client.Do(r)
	if err != nil {
		return fmt.Errorf("a batch: %w", err)
	}
	defer response.Body.Close()
	var got struct {
		Responses []struct {
			ID      string
			Status  int
			Headers map[string]string
			Body    json.RawMessage
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil || len(got.Responses) != len(ids) {
		return fmt.Errorf("a batch of %d has %d answers: %w", len(ids), len(got.Responses), err)
	}
	for _, item := range got.Responses {
		c.run.did("items")
		id := ids[item.ID]
		if one, err := problemOf(item.Headers["Content-Type"], item.Body); one && err == nil || item.Status == 204 {
			continue
		}
		if item.Headers["X-Id"] != id {
			return fmt.Errorf("item %s has the head of %q", id, item.Headers["X-Id"])
		}
		if err := checkWhole(id, item.Body); err != nil {
			return fmt.Errorf("item %s: %w", id, err)
		}
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
