package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/afterburner-gateway/afterburner/cache"
)

// HTTP/1.x byte for byte, over sockets.
func TestConformanceBytes(t *testing.T) {
	const (
		ok   = "HTTP/1.1 200 OK\r\n"
		host = "Host: a.example\r\n"
	)
	cut := func(size int64) act {
		return func(s *stage, x *exchange) step {
			x.Respond(Head{Status: 200}, &body{s, size, func(to Sink) (cache.Fields, error) {
				return nil, errors.Join(s.play(to, []string{"he"}), errOrigin)
			}})
			return stepFinish
		}
	}
	for _, r := range []struct {
		name string
		act  act
		say  string // the first blank line in it waits for a 100
		want string
	}{
		{"a body handed over whole", whole("hello"), "GET / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n",
			ok + head + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9112 7.1 a stream", streamed(-1, "he", "llo"), "GET / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n",
			ok + "X-Stream: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n EOF"},
		{"RFC 9112 6.3 a stream to HTTP/1.0 ends with the connection", streamed(-1, "he", "llo"), "GET / HTTP/1.0\r\n" + host + "Connection: keep-alive\r\n\r\n",
			ok + "X-Stream: 1\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9112 9.3 HTTP/1.0 is kept when it asks", whole("hello"), "GET / HTTP/1.0\r\n" + host + "Connection: keep-alive\r\n\r\n" + "GET / HTTP/1.0\r\n\r\n",
			ok + head + "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello" + ok + head + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9112 8 a chunked body that breaks has no last chunk", cut(-1), "GET / HTTP/1.1\r\n" + host + "\r\n",
			ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n EOF"},
		{"RFC 9112 8 a body of known length that breaks is shorter", cut(5), "GET / HTTP/1.1\r\n" + host + "\r\n",
			ok + "Content-Length: 5\r\n\r\nhe EOF"},
		{"RFC 9112 8 a close-delimited body that breaks is reset", cut(-1), "GET / HTTP/1.0\r\n" + host + "\r\n",
			ok + "Connection: close\r\n\r\nhe reset"},
		{"RFC 9110 15.2 no interim response for HTTP/1.0", func(s *stage, x *exchange) step {
			x.Inform(103, [][2]string{{"Link", "</a>"}})
			return whole("hello")(s, x)
		}, "GET / HTTP/1.0\r\n" + host + "\r\n", ok + head + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9110 10.1.1 Expect, and the body is read", echo, "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n|hello" + "GET / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nConnection: close\r\n\r\nx",
			"HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 5\r\n\r\nhello" + ok + "Content-Length: 1\r\nConnection: close\r\n\r\nx EOF"},
		{"RFC 9110 10.1.1 Expect, and the body is chunked", echo, "POST / HTTP/1.1\r\n" + host + "Expect: 100-Continue\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n|5\r\nhello\r\n0\r\n\r\n",
			"HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9110 10.1.1 Expect, and the body is read never", whole("hello"), "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
			ok + head + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9110 10.1.1 Expect, and the body is read late", echoLate, "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
			ok + "X-Stream: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n EOF"},
		{"RFC 9110 10.1.1 no 100 where none is expected", echo, "POST / HTTP/1.1\r\n" + host + "Connection: close\r\nContent-Length: 5\r\n\r\nhello",
			ok + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9110 10.1.1 HTTP/1.0 expects nothing", echo, "POST / HTTP/1.0\r\n" + host + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
			ok + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"a body that was left is no request", whole("hello"), "POST / HTTP/1.1\r\n" + host + "Content-Length: 37\r\n\r\nGET /evil HTTP/1.1\r\nHost: a.example\r\n\r\n",
			ok + head + "Content-Length: 5\r\nConnection: close\r\n\r\nhello EOF"},
		{"RFC 9112 9.3.2 pipelined requests are answered in order", func(s *stage, x *exchange) step {
			return whole(strings.Clone(x.Target))(s, x)
		}, "GET /1 HTTP/1.1\r\n" + host + "\r\nGET /2 HTTP/1.1\r\n" + host + "\r\nGET /3 HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n",
			ok + head + "Content-Length: 2\r\n\r\n/1" + ok + head + "Content-Length: 2\r\n\r\n/2" + ok + head + "Content-Length: 2\r\nConnection: close\r\n\r\n/3 EOF"},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			address := ""
			newStage(t, carrier{streams: true, serve: at(&address, listen)}, r.act).free = true
			if got := dialog(t, dialTCP(t, address), r.say); got != r.want {
				t.Errorf("the server said\n%q, want\n%q", got, r.want)
			}
		})
	}
}

// dialog writes, waits at "|" for a 100, and reads to the end.
func dialog(t *testing.T, conn net.Conn, say string) string {
	t.Helper()
	reader, heard := bufio.NewReader(conn), ""
	first, second, waits := strings.Cut(say, "|")
	if _, err := io.WriteString(conn, first); err != nil {
		t.Fatal(err)
	}
	if waits {
		const proceed = "HTTP/1.1 100 Continue\r\n\r\n"
		piece := make([]byte, len(proceed))
		if _, err := io.ReadFull(reader, piece); err != nil {
			t.Fatalf("read the 100: %v", err)
		}
		heard = string(piece)
		if _, err := io.WriteString(conn, second); err != nil {
			t.Fatal(err)
		}
	}
	rest, err := io.ReadAll(reader)
	switch {
	case err == nil:
		return heard + string(rest) + " EOF"
	case errors.Is(err, syscall.ECONNRESET):
		return heard + string(rest) + " reset"
	}
	return fmt.Sprint(heard, string(rest), " ", err)
}

// An upgrade hands the bytes to and fro, with half-close, and finishes behind the
// tunnel. A carrier that offers none shows its steps no protocol to change to.
func TestConformanceUpgrade(t *testing.T) {
	const ask = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close, Upgrade\r\nUpgrade: echo\r\n\r\n"
	upgrade := func(s *stage, x *exchange) step {
		if x.Protocol == "" {
			return whole("no protocol")(s, x)
		}
		x.Upgrade(Head{Status: 101, Own: []byte("Upgrade: " + x.Protocol + "\r\n")}, echoing(s.t))
		return stepFinish
	}
	t.Run("fasthttp tunnels", func(t *testing.T) {
		address := ""
		s := newStage(t, carrier{streams: true, serve: at(&address, listen)}, upgrade)
		conn := dialTCP(t, address)
		if _, err := io.WriteString(conn, ask+"hello"); err != nil { // what comes at once is the tunnel's
			t.Fatal(err)
		}
		const want = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello"
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			t.Fatalf("the tunnel began with %q, %v", got, err)
		}
		if n := len(s.ended); n > 0 {
			t.Error("finished before the tunnel")
		}
		if _, err := io.WriteString(conn, "world"); err != nil {
			t.Fatal(err)
		}
		endWriting(conn)
		if rest, err := io.ReadAll(conn); string(rest) != "world" || err != nil {
			t.Errorf("the tunnel ended with %q, %v", rest, err)
		}
		if end := <-s.ended; end != (finished{received: 10, whole: true, over: true}) {
			t.Errorf("finish saw %+v", end)
		}
	})
	t.Run("net-http answers", func(t *testing.T) {
		address := ""
		s := newStage(t, carrier{streams: true, serve: at(&address, listenStandard)}, upgrade)
		got := dialog(t, dialTCP(t, address), ask)
		if !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || !strings.HasSuffix(got, "\r\n\r\nno protocol EOF") {
			t.Errorf("the server said %q", got)
		}
		<-s.ended
	})
	t.Run("net-http refuses HTTP/1.0", func(t *testing.T) {
		address := ""
		newStage(t, carrier{streams: true, serve: at(&address, listenStandard)}, upgrade)
		if got := dialog(t, dialTCP(t, address), "GET / HTTP/1.0\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.0 505 HTTP Version Not Supported\r\n") {
			t.Errorf("the server said %q", got)
		}
	})
}

// at serves for a client that the test itself is.
func at(address *string, listen func(*testing.T, *Gateway) string) func(*testing.T, *Gateway) func(*testing.T) client {
	return func(t *testing.T, g *Gateway) func(*testing.T) client {
		*address = listen(t, g)
		return func(*testing.T) client { return nil }
	}
}

func listenStandard(t *testing.T, g *Gateway) string {
	server := httptest.NewServer(NetHTTP(g))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// echoing is a connection to an origin that sends back what it gets.
func echoing(t *testing.T) tunnelEnd {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.Copy(c, c)
	}()
	return dialTCP(t, ln.Addr().String()).(tunnelEnd)
}
