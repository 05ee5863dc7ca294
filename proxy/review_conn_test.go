package proxy

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// serveTCP serves a gateway before an origin on a real socket, and tells where.
func serveTCP(t *testing.T, origin http.HandlerFunc, limits func(*config.Limits)) (address string) {
	t.Helper()
	return serveTCPWith(t, origin, func(c *config.Config) {
		if limits != nil {
			limits(&c.Limits)
		}
	})
}

func serveTCPWith(t *testing.T, origin http.HandlerFunc, change func(*config.Config)) (address string) {
	t.Helper()
	o := httptest.NewServer(origin)
	t.Cleanup(o.Close)
	c, err := config.ForUpstream(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	change(c)
	g, err := New(c, Parts{
		Telemetry: telemetry.New(telemetry.Options{Version: "test"}),
		Log:       slog.New(slog.DiscardHandler),
		Memory:    64 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(g, c.Limits)
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Shutdown(t.Context()) })
	return ln.Addr().String()
}

func connectTo(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// A process that is out of file descriptors for a moment stopped serving for
// ever: fasthttp takes every error of Accept but a timeout for the last.
func TestAcceptOutlivesTooManyOpenFiles(t *testing.T) {
	client, served := net.Pipe()
	defer client.Close()
	failing := &failingListener{next: served}
	failing.errs.Store(3)
	bounded := &listener{Listener: failing, open: new(atomic.Int64), max: 10}
	c, err := bounded.Accept()
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	c.Close()
	if _, err = bounded.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept of a closed listener: %v", err)
	}
}

// failingListener has no file descriptors for a few times, then a connection,
// then it is closed.
type failingListener struct {
	net.Listener
	errs atomic.Int64
	next net.Conn
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.errs.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	if l.next == nil {
		return nil, net.ErrClosed
	}
	c := l.next
	l.next = nil
	return c, nil
}

// A refused connection that its client kept open held up all others: it was
// lingered for in the loop that accepts.
func TestRefusedConnectionsDoNotHoldUpAccept(t *testing.T) {
	address := serveTCP(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") },
		func(l *config.Limits) { l.Connections = 1 })
	first := connectTo(t, address)
	_, _ = io.WriteString(first, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if r, err := http.ReadResponse(bufio.NewReader(first), nil); err != nil || r.StatusCode != 200 {
		t.Fatalf("the first: %v %v", r, err)
	}
	began := time.Now()
	for range 4 {
		c := connectTo(t, address) // never closes its side
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || r.StatusCode != 503 {
			t.Fatalf("one too many: %v %v", r, err)
		}
	}
	if took := time.Since(began); took > 900*time.Millisecond {
		t.Errorf("four refusals took %v", took)
	}
}

// deadlineConn notes the largest write between two deadlines.
type deadlineConn struct {
	sinkConn
	deadline time.Time
	refused  int
	largest  int
}

func (c *deadlineConn) SetWriteDeadline(t time.Time) error { c.deadline = t; return nil }

func (c *deadlineConn) Write(p []byte) (int, error) {
	if !c.deadline.IsZero() && time.Now().After(c.deadline) {
		c.refused++
		return 0, errors.New("i/o timeout")
	}
	c.largest = max(c.largest, len(p))
	return c.sinkConn.Write(p)
}

// A whole object went out under one write deadline: a client that read 8 MiB
// slower than in a minute was cut off, although it made progress all the time.
func TestLargeObjectIsSentInPieces(t *testing.T) {
	to := &deadlineConn{}
	h := &http1{conn: &conn{Conn: to}}
	body := []byte(strings.Repeat("0123456789abcdef", 8<<20/16))
	h.wire = []byte("head")
	sent, err := h.sendWhole(body)
	if err != nil || sent != int64(len(body)) || string(to.last) != "head"+string(body) {
		t.Fatalf("sent %d bytes, wrote %d, %v", sent, len(to.last), err)
	}
	if to.largest > 1<<20 {
		t.Errorf("%d bytes went out in one write, under one deadline", to.largest)
	}
}

// On a connection that was idle for longer than a write may take, the deadline of
// the last answer was over: a 103 or a 100 was lost, and the client waited.
func TestInterimAnswerAfterALongIdleTime(t *testing.T) {
	over := time.Now().Add(-time.Second)
	for name, send := range map[string]func(*http1){
		"RFC 9110 section 15.2": func(h *http1) { h.inform(103, nil) },
		"RFC 9110 section 10.1.1": func(h *http1) {
			h.expect = &expectation{conn: h.conn}
			h.expect.proceed()
		},
	} {
		t.Run(name, func(t *testing.T) {
			to := &deadlineConn{deadline: over}
			send(&http1{exchange: exchange{request: request{Minor: 1}}, conn: &conn{Conn: to, renewed: over.Add(-writeTimeout)}})
			if to.refused > 0 || !strings.HasPrefix(string(to.last), "HTTP/1.1 10") {
				t.Errorf("%d writes were refused, sent %q", to.refused, to.last)
			}
		})
	}
}
