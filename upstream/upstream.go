package upstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Options describe one upstream. The defaults are the configuration's; zero
// means what each comment says.
type Options struct {
	// Name is what errors call it.
	Name string
	// Targets are http://host:port, at least one, taken in turn.
	Targets []string
	// Connect bounds the opening of a connection, name lookup included. 0: no bound.
	Connect time.Duration
	// Response bounds the time from the request's last byte to the end of the
	// response head, one write of the request, and the time between two reads of
	// the response body. 0: no bound.
	Response time.Duration
	// MaxConnections is how many connections one target may have, at least 1.
	MaxConnections int
	// Idle is how long an unused connection is kept. 0: none is kept.
	Idle time.Duration
	// MaxWaiting is how many requests may wait for a connection of one target.
	MaxWaiting int
	// Wait is how long one waits. 0: none waits.
	Wait time.Duration
	// MaxHead bounds a response head and a trailer section, in bytes. 0: 64 KiB.
	MaxHead int
	// Dial opens a connection. nil: a net.Dialer (both IP families, names looked
	// up anew each time). On Linux a connection that is a syscall.Conn is looked at
	// before it is used again; others are not.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// An Upstream is an API behind the gateway: its targets and their connections.
// It is safe for concurrent use.
type Upstream struct {
	name     string
	targets  []*target
	next     atomic.Uint32
	response time.Duration
	maxHead  int

	heads  sync.Pool // *[]byte: request heads while they are written
	pieces sync.Pool // *[]byte: pieces of request bodies

	idle    time.Duration
	sweeper *time.Timer
	armed   atomic.Bool // the sweeper will run
}

// Stats counts an upstream's connections, over all its targets.
type Stats struct {
	Open    int    // connections, those being dialed included
	Idle    int    // unused ones among them
	Waiting int    // requests that wait for one
	Dialed  uint64 // connections opened so far
	Reused  uint64 // requests that found one in the pool so far
}

// New makes an upstream, or says which option is at fault. It opens nothing.
func New(o Options) (*Upstream, error) {
	switch {
	case len(o.Targets) == 0:
		return nil, fmt.Errorf("upstream %s: no targets", o.Name)
	case o.MaxConnections < 1:
		return nil, fmt.Errorf("upstream %s: max_connections is %d, want at least 1", o.Name, o.MaxConnections)
	case min(o.MaxWaiting, o.MaxHead) < 0 || min(o.Connect, o.Response, o.Idle, o.Wait) < 0:
		return nil, fmt.Errorf("upstream %s: a bound is negative", o.Name)
	}
	if o.MaxHead == 0 {
		o.MaxHead = 64 << 10
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	u := &Upstream{name: o.Name, response: o.Response, maxHead: o.MaxHead, idle: o.Idle}
	u.heads.New = func() any { return new([]byte) }
	u.pieces.New = func() any { b := make([]byte, pieceSize); return &b }
	u.sweeper = time.AfterFunc(time.Hour, u.sweep)
	u.sweeper.Stop()
	for _, raw := range o.Targets {
		t, err := newTarget(raw, o, u.parked)
		if err != nil {
			return nil, fmt.Errorf("upstream %s: target %q: %w", o.Name, raw, err)
		}
		u.targets = append(u.targets, t)
	}
	return u, nil
}

// RoundTrip sends the request to the next target in turn and returns its final
// response as soon as the head is there. Errors are of type *Error.
//
// After an error nobody reads req.Body any more. With a response that holds from
// the return of Response.Body.Close, which must be called in any case.
//
// Cancelling ctx ends the exchange at any stage, the body included.
func (u *Upstream) RoundTrip(ctx context.Context, req *Request) (*Response, error) {
	head := u.heads.Get().(*[]byte)
	defer u.heads.Put(head)
	x := &exchange{ctx: ctx, up: u, req: req, streamed: req.streamed()}
	wire, err := req.appendTo((*head)[:0], x.streamed)
	if err != nil {
		return nil, &Error{Kind: HTTPRequestError, Err: fmt.Errorf("request refused: %w", err)}
	}
	if cap(wire) <= pieceSize { // one huge head must not stay in the pool
		*head = wire
	}
	t := u.targets[int(u.next.Add(1)-1)%len(u.targets)]
	// RFC 9112 section 9.3.1: a pooled connection may have closed just before the
	// request went out. Sent again at most once, on a new connection.
	for fresh := false; ; fresh = true {
		e := x.attempt(t, wire, fresh)
		if e == nil {
			return &x.resp, nil
		}
		if fresh || !e.stale {
			return nil, e
		}
	}
}

// Retire closes idle connections at once and the others when they are released.
// Round trips go on working; each uses a connection of its own.
func (u *Upstream) Retire() {
	for _, t := range u.targets {
		t.pool.retire()
	}
	u.sweeper.Stop()
}

// Stats counts the connections now.
func (u *Upstream) Stats() Stats {
	var s Stats
	for _, t := range u.targets {
		t.pool.count(&s)
		s.Dialed += t.dialed.Load()
		s.Reused += t.reused.Load()
	}
	return s
}

// parked is called after a connection became idle. The sweeper clears armed
// before it looks, so either it sees that connection or it is armed here.
func (u *Upstream) parked() {
	if u.armed.CompareAndSwap(false, true) {
		u.sweeper.Reset(u.idle)
	}
}

// sweep closes connections that were idle too long; it comes back while any is left.
func (u *Upstream) sweep() {
	u.armed.Store(false)
	now, oldest := time.Now(), time.Time{}
	for _, t := range u.targets {
		since := t.pool.sweep(now)
		if !since.IsZero() && (oldest.IsZero() || since.Before(oldest)) {
			oldest = since
		}
	}
	if !oldest.IsZero() && u.armed.CompareAndSwap(false, true) {
		u.sweeper.Reset(oldest.Add(u.idle).Sub(now))
	}
}

var (
	errQueueFull = errors.New("all connections are busy and the queue is full")
	errWaitOver  = errors.New("all connections stayed busy for the time that one may wait")
)
