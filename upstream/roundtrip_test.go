package upstream

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

func TestLargeAnswers(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 1<<17)
	u := build(t, options(listen(t, func(_ int, c *peer) {
		for {
			switch head := c.head(); {
			case head == "":
				return
			case strings.Contains(head, "/chunked"):
				c.say(chunked)
				for at := 0; at < len(big); at += 10000 {
					piece := big[at:min(at+10000, len(big))]
					c.say(fmt.Sprintf("%x\r\n%s\r\n", len(piece), piece))
				}
				c.say("0\r\n\r\n")
			default:
				c.say(answerWith(big))
			}
		}
	})))
	for _, target := range []string{"/sized", "/chunked"} {
		resp, err := u.RoundTrip(t.Context(), get(target))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || string(body) != big {
			t.Errorf("%s: %d bytes, %v, want the %d that were sent", target, len(body), err, len(big))
		}
	}
	if s := u.Stats(); s.Dialed != 1 || s.Idle != 1 {
		t.Errorf("%+v, want one connection, idle without a Close", s)
	}
}

// What comes after a whole answer is never the answer to the next request.
func TestBytesBetweenExchanges(t *testing.T) {
	said := make(chan struct{})
	next := make(chan struct{})
	u := build(t, options(listen(t, func(n int, c *peer) {
		c.head()
		c.say(good)
		if n == 1 {
			<-next
			c.say(answerWith("evil"))
			close(said)
		}
		c.head()
	})))
	wantGood(t, u)
	close(next)
	<-said
	wantGood(t, u)
	if s := u.Stats(); s.Dialed != 2 || s.Open != 1 {
		t.Errorf("%+v, want a second connection instead of the first", s)
	}
}

func TestResetInsideABodyThatEndsWithTheConnection(t *testing.T) {
	read := make(chan struct{})
	u := build(t, options(listen(t, func(_ int, c *peer) {
		c.head()
		c.say(ok + "\r\nbody")
		<-read
		c.Conn.(*net.TCPConn).SetLinger(0)
	})))
	resp, err := u.RoundTrip(t.Context(), get("/"))
	if err != nil {
		t.Fatal(err)
	}
	io.ReadFull(resp.Body, make([]byte, 4))
	close(read)
	if n, err := resp.Body.Read(make([]byte, 4)); n != 0 || kindOf(err) != "http_response_incomplete" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Read = %d, %v, want http_response_incomplete", n, err)
	}
}

// Invariant: no request reaches the origin twice unless it is idempotent.
func TestPooledConnectionThatClosed(t *testing.T) {
	body := func() io.Reader { return strings.NewReader("abc") }
	for _, row := range []struct {
		name string
		req  Request
		want string
	}{
		{"GET is sent again", Request{Method: "GET"}, `200 "second"`},
		{"DELETE is sent again", Request{Method: "DELETE"}, `200 "second"`},
		{"PUT with a body is not", Request{Method: "PUT", Body: body(), Length: 3}, "connection_terminated"},
		{"POST is not", Request{Method: "POST"}, "connection_terminated"},
		{"an unknown method is not", Request{Method: "MKCOL"}, "connection_terminated"},
	} {
		u := build(t, options(listen(t, func(n int, c *peer) {
			c.head()
			if n > 1 {
				c.say(answerWith("second"))
				return
			}
			c.say(good)
			c.head() // the next request, never answered
		})))
		wantGood(t, u)
		row.req.Target, row.req.Host = "/", "h"
		if got := outcome(u.RoundTrip(t.Context(), &row.req)); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// One that is known to be closed is replaced for any method: nothing was sent.
func TestPooledConnectionThatWasClosedBefore(t *testing.T) {
	closed := make(chan struct{})
	u := build(t, options(listen(t, func(n int, c *peer) {
		c.head()
		c.say(good)
		if n == 1 {
			c.Close()
			close(closed)
		}
	})))
	wantGood(t, u)
	<-closed
	post := &Request{Method: "POST", Target: "/", Host: "h", Body: strings.NewReader("abc"), Length: 3}
	if got, want := outcome(u.RoundTrip(t.Context(), post)), `200 "good"`; got != want {
		t.Errorf("POST = %s, want %s", got, want)
	}
}

func TestAFreshConnectionThatClosesIsNotTriedAgain(t *testing.T) {
	u := build(t, options(listen(t, func(_ int, c *peer) { c.head() })))
	got := outcome(u.RoundTrip(t.Context(), get("/")))
	if s := u.Stats(); got != "connection_terminated" || s.Dialed != 1 || s.Open != 0 {
		t.Errorf("%s with %+v, want connection_terminated after one connection", got, s)
	}
}

func TestInform(t *testing.T) {
	u := build(t, options(listen(t, func(_ int, c *peer) {
		c.head()
		c.say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: y\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\n\r\n" + good)
	})))
	req, heard := get("/"), ""
	req.Inform = func(status int, fields [][2]string) { heard += fmt.Sprint(status, lines(fields), ";") }
	if got, want := outcome(u.RoundTrip(t.Context(), req)), `200 "good"`; got != want {
		t.Errorf("the answer is %s, want %s", got, want)
	}
	if want := "103 [Link: </a>];102;"; heard != want {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

func TestUpgrade(t *testing.T) {
	u := build(t, options(listen(t, func(_ int, c *peer) {
		if strings.Contains(c.head(), "/other") {
			c.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
			return
		}
		c.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nA: b\r\n\r\nhello ")
		io.Copy(c, c.in)
	})))
	req := &Request{Method: "GET", Target: "/", Host: "h", Fields: [][2]string{{"Upgrade", "websocket"}}, Upgrade: true}
	resp, err := u.RoundTrip(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(resp.Status, lines(resp.Fields)), "101 [A: b, Upgrade: WebSocket]"; got != want {
		t.Errorf("the head is %s, want %s", got, want)
	}
	io.WriteString(resp.Conn, "world")
	resp.Conn.(interface{ CloseWrite() error }).CloseWrite()
	if got, err := io.ReadAll(resp.Conn); string(got) != "hello world" || err != nil {
		t.Errorf("the tunnel gave %q, %v, want %q", got, err, "hello world")
	}
	if s := u.Stats(); s.Open != 1 {
		t.Errorf("%+v, want the tunnel to count", s)
	}
	resp.Conn.Close()
	resp.Conn.Close()
	resp.Body.Close()
	if s := u.Stats(); s.Open != 0 {
		t.Errorf("%+v, want none open", s)
	}
	req.Target = "/other"
	if got, want := outcome(u.RoundTrip(t.Context(), req)), "http_protocol_error"; got != want {
		t.Errorf("a protocol that was not offered: %s, want %s", got, want)
	}
}

func TestTargetsTakeTurns(t *testing.T) {
	var targets []string
	for _, name := range []string{"a", "b", "c"} {
		targets = append(targets, listen(t, func(_ int, c *peer) {
			for c.head() != "" {
				c.say(answerWith(name))
			}
		}))
	}
	o := options("")
	o.Targets = targets
	u, got := build(t, o), ""
	for range 7 {
		resp, err := u.RoundTrip(t.Context(), get("/"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		got += string(body)
	}
	if want := "abcabca"; got != want {
		t.Errorf("the targets answered %s, want %s", got, want)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	u := build(t, options("http://"+addr))
	_, err = u.RoundTrip(t.Context(), get("/"))
	var e *Error
	if !errors.As(err, &e) || e.Kind != ConnectionRefused || e.Reached || e.Target != addr || !e.Kind.Unreachable() {
		t.Errorf("the error is %+v, want connection_refused by %s, not reached", err, addr)
	}
	if s := u.Stats(); s.Open != 0 {
		t.Errorf("%+v, want none open", s)
	}
}
