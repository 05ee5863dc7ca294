package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
)

// echoBody reads a request body in whatever framing and answers with its length
// and its trailers.
func echoBody(c *peer) bool {
	head := c.head()
	if head == "" {
		return false
	}
	var n int
	if _, after, ok := strings.Cut(head, "Content-Length: "); ok {
		size, _, _ := strings.Cut(after, "\r\n")
		want, _ := strconv.ParseInt(size, 10, 64)
		got, err := io.CopyN(io.Discard, c.in, want)
		n = int(got)
		if err != nil {
			return false
		}
	}
	trailers := ""
	for strings.Contains(head, "chunked") {
		line, err := c.in.ReadString('\n')
		size, _ := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
		if err != nil {
			return false
		}
		if size == 0 {
			trailers = strings.ReplaceAll(c.head(), "\r\n", "|")
			break
		}
		io.CopyN(io.Discard, c.in, size+2)
		n += int(size)
	}
	c.say(answerWith(fmt.Sprint(n, trailers)))
	return true
}

func answerWith(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func TestRequestBodies(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789"), 1<<19)
	u := build(t, options(listen(t, func(_ int, c *peer) {
		for echoBody(c) {
		}
	})))
	trailers := func() [][2]string { return [][2]string{{"A", "b"}, {"Content-Length", "1"}} }
	for _, row := range []struct {
		name string
		body io.Reader
		size int64
		want string
	}{
		{"small, in memory", strings.NewReader("abc"), 3, `200 "3"`},
		{"small, streamed", unsized{strings.NewReader("abc")}, 3, `200 "3"`},
		{"large, in memory", bytes.NewReader(big), int64(len(big)), `200 "5242880"`},
		{"large, streamed", unsized{bytes.NewReader(big)}, int64(len(big)), `200 "5242880"`},
		{"large, chunked, with trailers", unsized{bytes.NewReader(big)}, -1, `200 "5242880A: b||"`},
		{"empty, chunked", unsized{strings.NewReader("")}, -1, `200 "0A: b||"`},
	} {
		req := &Request{Method: "POST", Target: "/", Host: "h", Body: row.body, Length: row.size, Trailers: trailers}
		if got := outcome(u.RoundTrip(t.Context(), req)); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
	if s := u.Stats(); s.Dialed != 1 {
		t.Errorf("%d connections were dialed, want 1: each request was complete", s.Dialed)
	}
}

func TestRequestBodiesThatBreak(t *testing.T) {
	broken := errors.New("the client left")
	u := build(t, options(listen(t, func(_ int, c *peer) {
		for echoBody(c) {
		}
	})))
	for _, row := range []struct {
		name string
		body io.Reader
		size int64
		want error
	}{
		{"shorter than announced", unsized{strings.NewReader("abc")}, 4, io.ErrUnexpectedEOF},
		{"longer than announced", unsized{strings.NewReader("abcde")}, 4, nil},
		{"an error in the middle", io.MultiReader(strings.NewReader("abc"), failing{broken}), -1, broken},
		{"a panic", panicking{}, -1, nil},
		{"no progress", idling{}, 4, io.ErrNoProgress},
	} {
		req := &Request{Method: "POST", Target: "/", Host: "h", Body: row.body, Length: row.size}
		resp, err := u.RoundTrip(t.Context(), req)
		if got := outcome(resp, err); got != "http_request_error" || row.want != nil && !errors.Is(err, row.want) {
			t.Errorf("%s: %s, %v, want http_request_error with %v", row.name, got, err, row.want)
		}
	}
	if s := u.Stats(); s.Dialed != 5 || s.Open != 0 {
		t.Errorf("%+v, want 5 connections, none left", s)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("boom") }

type idling struct{}

func (idling) Read([]byte) (int, error) { return 0, nil }

// stalled gives nothing until it is closed, as a slow client's body does.
type stalled struct{ closed chan struct{} }

func (s stalled) Read([]byte) (int, error) { <-s.closed; return 0, net.ErrClosed }
func (s stalled) Close() error             { close(s.closed); return nil }

// An answer during the upload reaches the caller at once; the rest of the body is
// not read after the answer has ended, and the connection is not used again.
func TestEarlyAnswerDuringUpload(t *testing.T) {
	u := build(t, options(listen(t, func(n int, c *peer) {
		head := c.head()
		if strings.HasPrefix(head, "POST") {
			c.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
		} else {
			c.say(good)
		}
		io.Copy(io.Discard, c.in)
	})))
	body := stalled{make(chan struct{})}
	req := &Request{Method: "POST", Target: "/", Host: "h", Body: body, Length: 1 << 30}
	if got, want := outcome(u.RoundTrip(t.Context(), req)), `413 "big"`; got != want {
		t.Errorf("the answer is %s, want %s", got, want)
	}
	<-body.closed
	wantGood(t, u)
	if s := u.Stats(); s.Dialed != 2 {
		t.Errorf("%d connections were dialed, want 2", s.Dialed)
	}
}

// The same with an origin that closes at once: its answer is not lost to the
// write that fails.
func TestEarlyAnswerAndClose(t *testing.T) {
	u := build(t, options(listen(t, func(_ int, c *peer) {
		c.head()
		c.say("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig")
	})))
	for range 20 {
		req := &Request{Method: "POST", Target: "/", Host: "h", Body: endless{}, Length: 1 << 40}
		if got, want := outcome(u.RoundTrip(t.Context(), req)), `413 "big"`; got != want {
			t.Fatalf("the answer is %s, want %s", got, want)
		}
	}
	if s := u.Stats(); s.Dialed != 20 || s.Open != 0 {
		t.Errorf("%+v, want 20 connections, none open", s)
	}
}

// An answer that comes while the body is still wanted does not end the upload.
func TestBothWaysAtOnce(t *testing.T) {
	u := build(t, options(listen(t, func(_ int, c *peer) {
		c.head()
		c.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
		io.CopyN(c, c.in, 6)
		c.head()
		c.say(good)
	})))
	r, w := io.Pipe()
	resp, err := u.RoundTrip(t.Context(), &Request{Method: "POST", Target: "/", Host: "h", Body: r, Length: 6})
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"abc", "def"} {
		got := make([]byte, 3)
		go func() {
			io.WriteString(w, word)
			if word == "def" {
				w.Close()
			}
		}()
		if _, err := io.ReadFull(resp.Body, got[:2]); err != nil {
			t.Fatalf("the body broke: %v", err)
		}
		if _, err := io.ReadFull(resp.Body, got[2:]); err != nil || string(got) != word {
			t.Fatalf("%q came back, %v, want %q", got, err, word)
		}
	}
	resp.Body.Close()
	wantGood(t, u)
	if s := u.Stats(); s.Dialed != 1 {
		t.Errorf("%d connections were dialed, want 1", s.Dialed)
	}
}
