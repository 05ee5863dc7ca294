package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// tunnelEnd is one side of a connection that changed its protocol.
type tunnelEnd interface {
	io.ReadWriteCloser
	// CloseWrite ends one direction.
	CloseWrite() error
}

// tunnels counts what runs behind a 101: fasthttp forgets such connections, so
// they are ended from here.
type tunnels struct {
	mu     sync.Mutex
	ending bool
	open   map[io.Closer]bool
	empty  chan struct{} // closed when the last has ended; nil: nobody waits
}

// add takes a tunnel in, unless all are ending.
func (t *tunnels) add(end io.Closer) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ending {
		return false
	}
	if t.open == nil {
		t.open = make(map[io.Closer]bool)
	}
	t.open[end] = true
	return true
}

func (t *tunnels) remove(end io.Closer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, end)
	if len(t.open) == 0 && t.empty != nil {
		close(t.empty)
		t.empty = nil
	}
}

// wait takes no more tunnels and waits for the open ones; when the context ends
// it cuts them.
func (t *tunnels) wait(ctx context.Context) error {
	t.mu.Lock()
	t.ending = true
	if len(t.open) == 0 {
		t.mu.Unlock()
		return nil
	}
	t.empty = make(chan struct{})
	empty := t.empty
	t.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.open)
	for end := range t.open {
		_ = end.Close()
	}
	return fmt.Errorf("%d tunnels were cut: %w", n, ctx.Err())
}

// relay carries the bytes both ways until both directions have ended, one broke,
// or no byte came for idle. It returns how many went to the client.
func relay(client, origin tunnelEnd, idle time.Duration) (received, sent int64, err error) {
	pulse := newPulse(idle, func() {
		_ = client.Close()
		_ = origin.Close()
	})
	defer pulse.stop()
	up := make(chan error, 1)
	go func() {
		var err error
		received, err = pipe(origin, client, pulse)
		up <- err
	}()
	sent, err = pipe(client, origin, pulse)
	if err != nil { // one direction broke: so does the other
		_ = client.Close()
		_ = origin.Close()
	}
	return received, sent, errors.Join(err, <-up)
}

// pipe copies one direction and passes its end on as a half-close.
func pipe(to, from tunnelEnd, p *pulse) (int64, error) {
	n, err := io.Copy(struct{ io.Writer }{to}, &beating{from, p})
	if err != nil {
		_ = to.Close()
		_ = from.Close()
		return n, fmt.Errorf("carry a tunnel's bytes: %w", err)
	}
	return n, to.CloseWrite()
}

// pulse calls stop when nothing beat for a while. It is one timer; a beat only
// notes the time.
type pulse struct {
	mu    sync.Mutex
	last  time.Time
	idle  time.Duration
	timer *time.Timer
}

func newPulse(idle time.Duration, stop func()) *pulse {
	p := &pulse{last: time.Now(), idle: idle}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = time.AfterFunc(idle, func() { p.check(stop) })
	return p
}

func (p *pulse) check(stop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := p.idle - time.Since(p.last); left > 0 {
		p.timer.Reset(left)
		return
	}
	go stop()
}

func (p *pulse) beat() {
	p.mu.Lock()
	p.last = time.Now()
	p.mu.Unlock()
}

func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
}

// beating tells a pulse of each byte that comes.
type beating struct {
	io.Reader
	pulse *pulse
}

func (b *beating) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.pulse.beat()
	return n, err
}

// open101 sends the 101 and carries the connection on outside fasthttp. The
// exchange is finished when the tunnel is.
func (s *Server) open101(h *http1) {
	s.gateway.watcher.forget(h.conn) // in a tunnel an end may be half a close
	_, h.err = h.send(&h.exchange)
	if h.err != nil || !s.tunnels.add(h.tunnel) {
		h.closing = true
		h.ctx.SetConnectionClose()
		_ = h.tunnel.Close()
		s.gateway.conclude(&h.exchange)
		s.give(h)
		return
	}
	h.conn.tunnel = true
	h.ctx.HijackSetNoResponse(true)
	h.ctx.Hijack(func(c net.Conn) {
		defer s.give(h)
		defer s.tunnels.remove(h.tunnel)
		client := clientEnd{Reader: c, conn: h.conn}
		_ = h.conn.SetReadDeadline(time.Time{})
		_ = h.conn.Conn.SetDeadline(time.Time{})
		h.received, h.sent, h.err = relay(client, h.tunnel, s.idle)
		_ = h.tunnel.Close()
		s.gateway.conclude(&h.exchange)
	})
}

// clientEnd reads what fasthttp had buffered first, and writes past it.
type clientEnd struct {
	io.Reader
	conn *conn
}

func (e clientEnd) Write(p []byte) (int, error) {
	e.conn.renew(time.Now())
	return e.conn.Conn.Write(p)
}

func (e clientEnd) Close() error { return e.conn.Close() }

func (e clientEnd) CloseWrite() error {
	if half, ok := e.conn.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return e.conn.Close()
}
