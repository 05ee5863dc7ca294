package upstream

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// All answers once more, over TLS, with the same results.
func TestAnswersOfAnyKindOverTLS(t *testing.T) {
	a := newAuthority(t)
	server := a.server()
	for _, row := range answers() {
		t.Run(row.name, func(t *testing.T) {
			u := build(t, a.secured(listenTLS(t, server, func(_ int, c *peer) { playAnswer(c, row) })))
			checkAnswer(t, u, row, 1)
		})
	}
}

// A bundle holds the writes of a TLS server back, so that several records
// leave in one piece.
type bundle struct {
	net.Conn
	on   bool
	held bytes.Buffer
}

func (b *bundle) Write(p []byte) (int, error) {
	if b.on {
		return b.held.Write(p)
	}
	return b.Conn.Write(p)
}

// release sends all but the last less bytes.
func (b *bundle) release(less int) {
	b.on = false
	b.Conn.SetWriteDeadline(time.Time{}) // CloseWrite leaves one that has passed
	b.Conn.Write(b.held.Bytes()[:b.held.Len()-less])
}

// What follows a whole answer over TLS is found wherever it waits: in the socket,
// in tls.Conn as a record, or as a part of one.
func TestWhatFollowsAnAnswerOverTLS(t *testing.T) {
	evil := answerWith("evil")
	for _, row := range []struct {
		name   string
		follow func(secure *tls.Conn, out *bundle)
		kept   bool
	}{
		{"nothing", func(_ *tls.Conn, out *bundle) { out.release(0) }, true},
		{"a record, in the same piece", func(secure *tls.Conn, out *bundle) {
			io.WriteString(secure, evil)
			out.release(0)
		}, false},
		{"half a record, in the same piece", func(secure *tls.Conn, out *bundle) {
			io.WriteString(secure, evil)
			out.release(10)
		}, false},
		{"the head of a record, in the same piece", func(secure *tls.Conn, out *bundle) {
			n := out.held.Len()
			io.WriteString(secure, evil)
			out.release(out.held.Len() - n - 5)
		}, false},
		{"a byte of a record, in the same piece", func(secure *tls.Conn, out *bundle) {
			n := out.held.Len()
			io.WriteString(secure, evil)
			out.release(out.held.Len() - n - 1)
		}, false},
		{"a closure alert, in the same piece", func(secure *tls.Conn, out *bundle) {
			secure.CloseWrite()
			out.release(0)
		}, false},
		{"a record, later", func(secure *tls.Conn, out *bundle) {
			out.release(0)
			io.WriteString(secure, evil)
		}, false},
		{"a closure alert, later", func(secure *tls.Conn, out *bundle) {
			out.release(0)
			secure.CloseWrite()
		}, false},
		{"a stray byte, later", func(_ *tls.Conn, out *bundle) {
			out.release(0)
			io.WriteString(out.Conn, "x")
		}, false},
		{"the end of the socket", func(_ *tls.Conn, out *bundle) {
			out.release(0)
			out.Conn.Close()
		}, false},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(fmt.Sprintf("%s, %s", row.name, tls.VersionName(version)), func(t *testing.T) {
				tryFollowing(t, version, row.follow, row.kept)
			})
		}
	}
}

func tryFollowing(t *testing.T, version uint16, follow func(*tls.Conn, *bundle), kept bool) {
	a := newAuthority(t)
	config, followed := a.server(), make(chan struct{})
	config.MaxVersion = version
	u := build(t, a.secured("https"+strings.TrimPrefix(listen(t, func(n int, c *peer) {
		out := &bundle{Conn: c.Conn}
		secure := tls.Server(out, config)
		p := &peer{secure, c.in}
		p.in.Reset(secure)
		p.head()
		out.on = true
		p.say(good)
		if n > 1 {
			out.release(0)
			return
		}
		follow(secure, out)
		close(followed)
		if p.head() != "" {
			p.say(good)
		}
	}), "http")))
	wantGood(t, u)
	<-followed
	wantGood(t, u)
	s := u.Stats()
	if again := s.Reused == 1 && s.Dialed == 1; again != kept || s.Dialed+s.Reused != 2 {
		t.Errorf("%+v, want the connection used again: %t", s, kept)
	}
}

// RFC 9112 section 9.8: without a closure alert a body up to the end of the
// connection may be cut; one with its own end is whole.
func TestEndOfTLS(t *testing.T) {
	for _, row := range []struct {
		name, say string
		alert     bool
		want      string
	}{
		{"with an alert", ok + "\r\nbody", true, `200 "body"`},
		{"without an alert", ok + "\r\nbody", false, `200 "body" cut: http_response_incomplete`},
		{"HTTP/1.0 without an alert", "HTTP/1.0 200 OK\r\n\r\nbody", false, `200 "body" cut: http_response_incomplete`},
		{"Content-Length without an alert", sized + "\r\nbody", false, `200 "body"`},
		{"chunked without an alert", chunked + "4\r\nbody\r\n0\r\n\r\n", false, `200 "body"`},
		{"no answer, with an alert", "", true, "connection_terminated"},
		{"no answer, without an alert", "", false, "connection_terminated"},
		{"half a head, without an alert", ok, false, "http_response_incomplete"},
	} {
		a := newAuthority(t)
		u := build(t, a.secured(listenTLS(t, a.server(), func(_ int, c *peer) {
			c.head()
			c.say(row.say)
			if !row.alert {
				c.Conn.(*tls.Conn).NetConn().Close()
			}
		})))
		if got := outcome(u.RoundTrip(t.Context(), get("/"))); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// The origin is told of the end of a connection that ended well (RFC 8446 section
// 6.1).
func TestGoodbyeOverTLS(t *testing.T) {
	for name, say := range map[string]string{
		"idle": good, "not to be used again": sized + "Connection: close\r\n\r\ngood",
	} {
		a, told := newAuthority(t), make(chan bool, 1)
		config := a.server()
		u := build(t, a.secured("https"+strings.TrimPrefix(listen(t, func(_ int, c *peer) {
			w := &wire{Conn: c.Conn}
			secure := tls.Server(w, config)
			p := &peer{secure, bufio.NewReader(secure)}
			p.head()
			p.say(say)
			_, err := io.Copy(io.Discard, p.in)
			told <- err == nil && !w.ended
		}), "http")))
		wantGood(t, u)
		u.Retire()
		if !<-told {
			t.Errorf("%s: the origin met the end without an alert", name)
		}
	}
}

func TestUploadAndUpgradeOverTLS(t *testing.T) {
	a := newAuthority(t)
	u := build(t, a.secured(listenTLS(t, a.server(), func(_ int, c *peer) {
		if !echoBody(c) {
			return
		}
		c.head()
		c.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello ")
		io.Copy(c, c.in)
	})))
	big := unsized{bytes.NewReader(make([]byte, 5<<20))}
	if got, want := outcome(u.RoundTrip(t.Context(), posting(big)())), `200 "5242880|"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	resp, err := u.RoundTrip(t.Context(), &Request{Method: "GET", Target: "/", Host: "h", Fields: [][2]string{{"Upgrade", "x"}}, Upgrade: true})
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(resp.Conn, "world")
	resp.Conn.(interface{ CloseWrite() error }).CloseWrite()
	if got, err := io.ReadAll(resp.Conn); string(got) != "hello world" || err != nil {
		t.Errorf("the tunnel gave %q, %v, want %q", got, err, "hello world")
	}
	resp.Conn.Close()
	if s := u.Stats(); s.Dialed != 1 || s.Open != 0 {
		t.Errorf("%+v, want one connection, closed", s)
	}
}

// A wire knows the bounds of records however they are cut.
func TestRecordsAreFollowed(t *testing.T) {
	stream := "\x17\x03\x03\x00\x02ab" + "\x15\x03\x03\x00\x00" + "\x17\x03\x03\x01\x00" + strings.Repeat("x", 256)
	whole := map[int]bool{0: true, 7: true, 12: true, len(stream): true}
	for step := 1; step <= len(stream); step++ {
		var w wire
		for at := 0; at < len(stream); {
			end := min(at+step, len(stream))
			w.follow([]byte(stream[at:end]))
			at = end
			if got := w.left == 0 && w.have == 0; got != whole[at] {
				t.Fatalf("in steps of %d, after %d bytes: whole is %t, want %t", step, at, got, whole[at])
			}
		}
	}
}
