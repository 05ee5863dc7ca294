package upstream

import (
	"context"
	"crypto/tls"
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
	// Targets are http://host[:port] or https://host[:port], at least one, taken
	// in turn. The default ports are 80 and 443.
	Targets []string
	// TLS is for https targets; see TLSOptions. nil: the system's authorities. The
	// name of the server is each target's own host unless one is given; the least
	// version is 1.2, the protocol always HTTP/1.1. It is not to be changed later.
	TLS *tls.Config
	// Attempts is how often an idempotent request without a body is tried in all,
	// each time on the next target, while no response head comes (see RoundTrip).
	// 0: once.
	Attempts int
	// Connect bounds the opening of a connection, name lookup and TLS included.
	// 0: no bound.
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
	// up anew each time). A pooled connection stays when its name has got other
	// addresses: busy for ever, it is used for ever. On Linux a connection that is a
	// syscall.Conn is looked at before it is used again; others are not. TLS is put
	// on top of it here.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// An Upstream is an API behind the gateway: its targets and their connections.
// It is safe for concurrent use.
type Upstream struct {
	name     string
	targets  []*target
	next     atomic.Uint32
	attempts int
	response time.Duration
	maxHead  int

	heads  sync.Pool // *[]byte: request heads while they are written
	pieces sync.Pool // *[]byte: pieces of request bodies

	idle    time.Duration
	sweeper *time.Timer
	armed   atomic.Bool // the sweeper will run
}

// New makes an upstream, or says which option is at fault. It opens nothing.
func New(o Options) (*Upstream, error) {
	switch {
	case len(o.Targets) == 0:
		return nil, fmt.Errorf("upstream %s: no targets", o.Name)
	case o.MaxConnections < 1:
		return nil, fmt.Errorf("upstream %s: max_connections is %d, want at least 1", o.Name, o.MaxConnections)
	case min(o.MaxWaiting, o.MaxHead, o.Attempts) < 0 || min(o.Connect, o.Response, o.Idle, o.Wait) < 0:
		return nil, fmt.Errorf("upstream %s: a bound is negative", o.Name)
	}
	if o.MaxHead == 0 {
		o.MaxHead = 64 << 10
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.TLS == nil {
		o.TLS = newTLSConfig()
	}
	u := &Upstream{name: o.Name, response: o.Response, maxHead: o.MaxHead, idle: o.Idle, attempts: max(o.Attempts, 1)}
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
// An idempotent request without a body (RFC 9110 section 9.2.2) is tried again, on
// the target after that, up to Options.Attempts times in all, if its error is
// Unreachable: a head that broke off, or took too long, is no head. It is not after
// a response of any status, one that was refused, or a 1xx that Inform was told of.
// An origin may then get it twice.
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
	turn := u.next.Add(1) - 1
	for tries := 1; ; tries++ {
		t := u.targets[turn%uint32(len(u.targets))]
		e := x.try(t, wire)
		if e == nil {
			x.resp.Tries = tries
			return &x.resp, nil
		}
		if e.Tries = tries; tries == u.attempts || !x.repeatable(e) {
			return nil, e
		}
		turn++
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
