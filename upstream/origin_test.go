package upstream

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// A scripted origin: serve gets the number of the connection, from 1, and the
// connection, which is closed when it returns.
type script func(n int, c *peer)

// A peer is the origin's end of a connection.
type peer struct {
	net.Conn
	in *bufio.Reader
}

// head reads a request head; "" at the end of the connection.
func (p *peer) head() string {
	var all strings.Builder
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return ""
		}
		all.WriteString(line)
		if line == "\r\n" {
			return all.String()
		}
	}
}

func (p *peer) say(s string) { io.WriteString(p, s) }

// reset closes the socket without an orderly end.
func (p *peer) reset() {
	socket := p.Conn
	if secure, ok := socket.(*tls.Conn); ok {
		socket = secure.NetConn()
	}
	socket.(*net.TCPConn).SetLinger(0)
	socket.Close()
}

const good = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"

// listen runs an origin on a loopback socket until the test ends.
func listen(t *testing.T, serve script) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	all.Go(func() {
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			all.Go(func() {
				defer c.Close()
				serve(n, &peer{c, bufio.NewReader(c)})
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return "http://" + l.Addr().String()
}

// piped is a Dial whose origin runs behind an in-memory pipe, for virtual time.
func piped(serve script) func(context.Context, string, string) (net.Conn, error) {
	var mu sync.Mutex
	n := 0
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		mu.Lock()
		n++
		k := n
		mu.Unlock()
		go func() {
			defer theirs.Close()
			serve(k, &peer{theirs, bufio.NewReader(theirs)})
		}()
		return ours, nil
	}
}

func options(target string) Options {
	return Options{
		Name: "api", Targets: []string{target}, Connect: 5 * time.Second, Response: 5 * time.Second,
		MaxConnections: 8, Idle: time.Minute, MaxWaiting: 8, Wait: 5 * time.Second,
	}
}

func build(t *testing.T, o Options) *Upstream {
	t.Helper()
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Retire)
	return u
}

// outcome is a whole result in one line: `200 [A: b] "body" [T: u]`, with `cut:
// KIND` where the body broke, or `KIND` alone.
func outcome(resp *Response, err error) string {
	if err != nil {
		return kindOf(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s := fmt.Sprintf("%d%s %q", resp.Status, lines(resp.Fields), body)
	if err != nil {
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			return s + " and not io.ErrUnexpectedEOF"
		}
		return s + " cut: " + kindOf(err)
	}
	return s + lines(resp.Trailers())
}

func kindOf(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("not an *Error: %v", err)
	}
	return string(e.Kind)
}

func lines(fields [][2]string) string {
	if len(fields) == 0 {
		return ""
	}
	var all []string
	for _, f := range fields {
		all = append(all, f[0]+": "+f[1])
	}
	return " [" + strings.Join(all, ", ") + "]"
}

func get(target string) *Request { return &Request{Method: "GET", Target: target, Host: "api"} }

// wantGood makes an ordinary request, whose answer must be its own.
func wantGood(t *testing.T, u *Upstream) {
	t.Helper()
	if got, want := outcome(u.RoundTrip(t.Context(), get("/good"))), `200 "good"`; got != want {
		t.Fatalf("GET /good = %s, want %s", got, want)
	}
}
