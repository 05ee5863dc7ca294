package test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A madOrigin answers each request in a framing of chance, and often badly.
type madOrigin struct {
	listener net.Listener
	seed     uint64
	report   func(error)
	requests atomic.Uint64
	open     atomic.Int64 // connections
	done     sync.WaitGroup

	mu    sync.Mutex
	count map[string]int // by what was done
}

func newMadOrigin(t *testing.T, seed uint64, report func(error)) *madOrigin {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &madOrigin{listener: l, seed: seed, report: report, count: map[string]int{}}
	o.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			o.open.Add(1)
			o.done.Go(func() { o.serve(c.(*net.TCPConn)) })
		}
	})
	return o
}

// close ends when every connection was closed by the gateway.
func (o *madOrigin) close() {
	o.listener.Close()
	o.done.Wait()
}

func (o *madOrigin) did(what string) {
	o.mu.Lock()
	o.count[what]++
	o.mu.Unlock()
}

func (o *madOrigin) serve(c *net.TCPConn) {
	defer o.open.Add(-1)
	defer c.Close()
	in := bufio.NewReader(c)
	for keep := true; keep; {
		r, err := http.ReadRequest(in)
		var broken net.Error
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &broken):
			return
		case err != nil:
			o.report(fmt.Errorf("the origin got what is no request: %w", err))
			return
		}
		m := &mischief{origin: o, conn: c, in: in, request: r, id: idOf(r.URL.Path), dice: rand.New(rand.NewPCG(o.seed, o.requests.Add(1)))}
		keep = m.upload() && m.answer()
	}
}

// idOf is the last segment of a path.
func idOf(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// mischief is done to one request.
type mischief struct {
	origin  *madOrigin
	conn    *net.TCPConn
	in      *bufio.Reader
	request *http.Request
	id      string
	dice    *rand.Rand
	unread  bool // the request's body was left
	endless bool // only the connection's end ends the answer
	last    bool // the answer says that the connection ends
	head    int  // bytes of the answer's head
}

// one tells whether one chance in n came.
func (m *mischief) one(n int) bool { return m.dice.IntN(n) == 0 }

// upload reads the request's body, or leaves it. One that ends as it should must
// be whole.
func (m *mischief) upload() (goOn bool) {
	if m.request.Method != "POST" {
		return true
	}
	if m.one(6) {
		m.unread = true
		m.origin.did("answered before the upload's end")
		return true
	}
	if m.request.Header.Get("Expect") != "" && !m.one(3) {
		if _, err := io.WriteString(m.conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return false
		}
	}
	body, err := io.ReadAll(m.request.Body)
	if err != nil {
		m.origin.did("got a broken upload")
		return false
	}
	if err := checkWhole(m.id, body); err != nil {
		m.origin.report(fmt.Errorf("upload for %s: %w", m.id, err))
	}
	return true
}

// answer answers, and tells whether the connection goes on.
func (m *mischief) answer() (goOn bool) {
	wire := m.message()
	if m.one(8) {
		m.write([]byte("HTTP/1.1 103 Early Hints\r\nLink: </" + m.id + ">\r\n\r\n"))
	}
	if m.dice.IntN(100) < 60 || m.unread {
		m.origin.did("whole")
		m.write(wire)
		return m.leave(!m.last && !m.one(20)) // sometimes without a word
	}
	at := m.dice.IntN(len(wire))
	switch m.dice.IntN(6) {
	case 0:
		m.origin.did("cut")
		if m.endless {
			at = m.dice.IntN(m.head)
		}
		m.write(wire[:at])
	case 1:
		m.origin.did("reset")
		m.write(wire[:at])
		_ = m.conn.SetLinger(0)
	case 2:
		m.origin.did("stalled")
		m.write(wire[:at])
		_, _ = io.Copy(io.Discard, m.in) // until the gateway gives up
	case 3:
		m.lie(wire)
	default:
		return m.surplus(wire)
	}
	return false
}

// leave ends a connection whose request was not read by reading the rest.
func (m *mischief) leave(keep bool) bool {
	if m.unread {
		_ = m.conn.CloseWrite()
		_, _ = io.Copy(io.Discard, m.in)
		return false
	}
	return keep
}

// lie sends what is no response.
func (m *mischief) lie(wire []byte) {
	m.origin.did("no response")
	line, rest, _ := strings.Cut(string(wire), "\r\n")
	m.write([]byte([]string{
		"junk" + string(wire),
		strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 500) + string(wire),
		line + "\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n" + rest,
		line + "\r\nContent-Length: 3\r\nContent-Length: 4\r\n" + rest,
		line + "\r\nX Bad: 1\r\n" + rest,
		line + "\r\n X-Folded\r\n" + rest,
		line + "\r\nX-Long: " + strings.Repeat("x", 80<<10) + "\r\n" + rest,
	}[m.dice.IntN(7)]))
}

// surplus sends a response too many behind a short one, in one segment, so that
// it is there when the connection could be used again.
func (m *mischief) surplus(wire []byte) (goOn bool) {
	if m.endless || len(wire) > 8<<10 {
		m.write(wire)
		return m.leave(!m.last)
	}
	m.origin.did("surplus")
	poison := newSpecimen("poison", 100, m.dice)
	_, _ = m.conn.Write(fmt.Appendf(wire, "HTTP/1.1 200 OK\r\nX-Id: poison\r\nCache-Control: max-age=60\r\nContent-Length: %d\r\n\r\n%s", len(poison), poison))
	if _, err := m.in.ReadByte(); err == nil {
		m.origin.report(fmt.Errorf("a connection with a response too many (after %s) was used again", m.id))
	}
	return false
}

// write sends in pieces; that a gateway has gone shows elsewhere.
func (m *mischief) write(wire []byte) {
	for len(wire) > 0 {
		n := len(wire)
		if m.one(2) {
			n = 1 + m.dice.IntN(n)
		}
		if _, err := m.conn.Write(wire[:n]); err != nil {
			return
		}
		wire = wire[n:]
	}
}
