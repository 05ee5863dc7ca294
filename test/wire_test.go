package test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// pipeSize is how many bytes wait in one direction, like in a socket's buffer.
const pipeSize = 64 << 10

// A wire is one end of a connection in memory. It does what the gateway asks of
// a socket and no other memory connection does: deadlines that are
// os.ErrDeadlineExceeded, a reset, a bounded buffer, and a look at what waits.
// Who waits for it is durably blocked, so that virtual time goes on.
type wire struct {
	in, out       *pipe
	local, remote net.Addr
	sockets       *sockets
	hard          bool // SetLinger(0): Close resets
}

// newWire makes both ends of a connection.
func newWire(client, server net.Addr, s *sockets) (*wire, *wire) {
	up, down := new(pipe), new(pipe)
	return &wire{in: down, out: up, local: client, remote: server, sockets: s},
		&wire{in: up, out: down, local: server, remote: client, sockets: s}
}

func (w *wire) Read(p []byte) (int, error)  { return w.in.read(p) }
func (w *wire) Write(p []byte) (int, error) { return w.out.write(p) }
func (w *wire) LocalAddr() net.Addr         { return w.local }
func (w *wire) RemoteAddr() net.Addr        { return w.remote }

// Close lets the peer read what was written, and then the end; or a reset,
// after SetLinger(0).
func (w *wire) Close() error {
	end := io.EOF
	if w.hard {
		end = syscall.ECONNRESET
	}
	w.out.finish(end)
	w.in.abandon()
	return nil
}

// CloseWrite ends what the peer reads, and goes on reading.
func (w *wire) CloseWrite() error {
	w.out.finish(io.EOF)
	return nil
}

// SetLinger is that of a net.TCPConn, for 0.
func (w *wire) SetLinger(int) error { w.hard = true; return nil }

func (w *wire) SetDeadline(t time.Time) error {
	return errors.Join(w.SetReadDeadline(t), w.SetWriteDeadline(t))
}

func (w *wire) SetReadDeadline(t time.Time) error {
	w.in.set(&w.in.readBy, t)
	return nil
}

func (w *wire) SetWriteDeadline(t time.Time) error {
	w.out.set(&w.out.writeBy, t)
	return nil
}

// A pipe is one direction.
type pipe struct {
	mu              sync.Mutex
	data            []byte
	end             error // behind the data; nil: more may come
	abandoned       bool  // its reader closed
	readBy, writeBy time.Time
	changed         chan struct{} // closed at the next change; nil: nobody waits
}

func (p *pipe) read(b []byte) (int, error) {
	for {
		p.mu.Lock()
		n, err := p.take(b)
		changed, by := p.wait(), p.readBy
		p.mu.Unlock()
		if n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
		await(changed, by)
	}
}

// take reads what is there. mu is held.
func (p *pipe) take(b []byte) (int, error) {
	switch {
	case p.abandoned:
		return 0, net.ErrClosed
	case passed(p.readBy):
		return 0, os.ErrDeadlineExceeded
	case len(p.data) == 0:
		return 0, p.end
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	p.wake()
	return n, nil
}

func (p *pipe) write(b []byte) (written int, err error) {
	for {
		p.mu.Lock()
		n, err := p.put(b[written:])
		written += n
		changed, by := p.wait(), p.writeBy
		p.mu.Unlock()
		if written == len(b) || err != nil {
			return written, err
		}
		await(changed, by)
	}
}

// put writes what there is room for. mu is held.
func (p *pipe) put(b []byte) (int, error) {
	switch {
	case p.end != nil:
		return 0, net.ErrClosed
	case p.abandoned:
		return 0, syscall.EPIPE
	case passed(p.writeBy):
		return 0, os.ErrDeadlineExceeded
	}
	n := min(len(b), pipeSize-len(p.data))
	p.data = append(p.data, b[:n]...)
	p.wake()
	return n, nil
}

func (p *pipe) finish(end error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end == nil {
		p.end = end
	}
	p.wake()
}

func (p *pipe) abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.abandoned = true
	p.wake()
}

func (p *pipe) set(deadline *time.Time, t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*deadline = t
	p.wake()
}

// wait returns a channel that is closed at the next change. mu is held.
func (p *pipe) wait() <-chan struct{} {
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return p.changed
}

// wake lets everybody look again. mu is held.
func (p *pipe) wake() {
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

func await(changed <-chan struct{}, by time.Time) {
	if by.IsZero() {
		<-changed
		return
	}
	timer := time.NewTimer(time.Until(by))
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	}
}

// sockets stand for a wire when the gateway peeks: one has nothing to read, one
// has a byte, the peer of one has closed.
type sockets struct{ quiet, talking, closed int }

func newSockets(t *testing.T) *sockets {
	t.Helper()
	var pairs [3][2]int
	for i := range pairs {
		pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			t.Fatalf("make sockets to peek at: %v", err)
		}
		pairs[i] = pair
		t.Cleanup(func() { _, _ = syscall.Close(pair[0]), syscall.Close(pair[1]) })
	}
	if _, err := syscall.Write(pairs[1][1], []byte("x")); err != nil {
		t.Fatalf("write to a socket to peek at: %v", err)
	}
	if err := syscall.Shutdown(pairs[2][1], syscall.SHUT_RDWR); err != nil {
		t.Fatalf("close a socket to peek at: %v", err)
	}
	return &sockets{quiet: pairs[0][0], talking: pairs[1][0], closed: pairs[2][0]}
}

// SyscallConn is what the gateway peeks through.
func (w *wire) SyscallConn() (syscall.RawConn, error) { return peek{w}, nil }

// peek is a wire as a raw connection that may only be looked at.
type peek struct{ wire *wire }

// Control shows the socket that is in the wire's state.
func (k peek) Control(look func(fd uintptr)) error {
	p, s := k.wire.in, k.wire.sockets
	p.mu.Lock()
	fd := s.quiet
	switch {
	case p.abandoned:
		p.mu.Unlock()
		return net.ErrClosed
	case len(p.data) > 0:
		fd = s.talking
	case p.end != nil:
		fd = s.closed
	}
	p.mu.Unlock()
	look(uintptr(fd))
	return nil
}

var errPeekOnly = errors.New("a wire may be looked at, not read or written, by its socket")

func (peek) Read(func(uintptr) bool) error  { return errPeekOnly }
func (peek) Write(func(uintptr) bool) error { return errPeekOnly }

// A listener takes wires.
type listener struct {
	address net.Addr
	wires   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func newListener(address net.Addr) *listener {
	return &listener{address: address, wires: make(chan net.Conn, 64), closed: make(chan struct{})}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.wires:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return l.address }
