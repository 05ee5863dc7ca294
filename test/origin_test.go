package test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// The origin answers the gateway's requests by its script, byte by byte: it is
// no HTTP server, so that it can stall, break off and lie.
type origin struct {
	answers []*scripted
	over    <-chan struct{} // the scenario has ended
	front   *listener       // the gateway's own: targets called "gateway" lead there
	sockets *sockets

	mu          sync.Mutex
	state       string // up, down, hanging
	wires       []net.Conn
	seen        []*seen
	faults      []error
	resumed     chan struct{} // closed by "origin: resume"
	atOnce, top int           // requests under way, and the most there were
	dialed      int           // connections
}

// seen is a request as it came to the origin.
type seen struct {
	*http.Request
	body []byte
	at   time.Time
	cut  bool // the gateway closed before the answer was out
}

func newOrigin(script []*scripted, over <-chan struct{}, front *listener, s *sockets) *origin {
	return &origin{answers: script, over: over, front: front, sockets: s, state: "up", resumed: make(chan struct{})}
}

// dial is what the gateway opens its connections with.
func (o *origin) dial(ctx context.Context, network, address string) (net.Conn, error) {
	local, remote := endpoint("10.0.0.1", 40000), endpoint("10.0.0.9", 80)
	host, _, _ := net.SplitHostPort(address)
	near, far := newWire(local, remote, o.sockets)
	if host == "gateway" {
		o.front.wires <- far
		return near, nil
	}
	o.mu.Lock()
	state := o.state
	if state == "up" {
		o.wires = append(o.wires, far)
		o.dialed++
	}
	o.mu.Unlock()
	switch state {
	case "down":
		return nil, &net.OpError{Op: "dial", Net: network, Addr: remote, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	case "hanging":
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: network, Addr: remote, Err: os.ErrDeadlineExceeded}
	}
	go o.serve(far)
	return near, nil
}

// serve answers the requests of one connection until it closes.
func (o *origin) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			if err != io.EOF && !errors.Is(err, net.ErrClosed) {
				o.fault(fmt.Errorf("origin: read a request: %w", err))
			}
			return
		}
		s := &seen{Request: request, at: time.Now()}
		if s.body, err = io.ReadAll(request.Body); err != nil {
			s.cut = true
		}
		answer, n := o.take(s)
		if answer == nil {
			return
		}
		keep, err := (&turn{origin: o, conn: c, number: n, request: s}).play(answer.acts)
		o.mu.Lock()
		o.atOnce--
		s.cut = s.cut || err != nil
		o.mu.Unlock()
		if !keep || err != nil {
			return
		}
	}
}

// take notes a request and finds the answer to it: the first line that fits and
// was not used.
func (o *origin) take(s *seen) (*scripted, int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, s)
	for _, a := range o.answers {
		if a.used && !a.repeat || !a.fits(s.Request) {
			continue
		}
		a.used = true
		o.atOnce++
		o.top = max(o.top, o.atOnce)
		return a, len(o.seen)
	}
	o.faults = append(o.faults, fmt.Errorf("origin: request %d, %s %s: no line of the script is left for it", len(o.seen), s.Method, s.RequestURI))
	return nil, 0
}

func (o *origin) fault(err error) {
	select {
	case <-o.over: // connections end in the middle then
		return
	default:
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = append(o.faults, err)
}

// set changes how connections are answered: up, down or hanging. Those that are
// open close.
func (o *origin) set(state string) {
	o.mu.Lock()
	wires := o.wires
	o.state, o.wires = state, nil
	o.mu.Unlock()
	for _, c := range wires {
		c.Close()
	}
}

// resume lets go on who holds now.
func (o *origin) resume() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.resumed)
	o.resumed = make(chan struct{})
}

func (o *origin) holding() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.resumed
}

func endpoint(ip string, port int) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: port} }
