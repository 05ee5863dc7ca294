package upstream

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// A target is one address of an upstream, with its connections.
type target struct {
	addr    string // host:port
	connect time.Duration
	dial    func(context.Context) (net.Conn, error)
	pool    pool

	dialed, reused atomic.Uint64
}

func newTarget(raw string, o Options, parked func()) (*target, error) {
	addr, err := parseTarget(raw)
	if err != nil {
		return nil, err
	}
	return &target{
		addr:    addr,
		connect: o.Connect,
		dial:    func(ctx context.Context) (net.Conn, error) { return o.Dial(ctx, "tcp", addr) },
		pool: pool{
			max: o.MaxConnections, maxWaiting: o.MaxWaiting,
			idleFor: o.Idle, wait: o.Wait, parked: parked,
		},
	}, nil
}

// parseTarget returns host:port of http://host[:port].
func parseTarget(raw string) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", errors.New("not a URL; write http://host:port")
	case u.Scheme != "http":
		return "", errors.New("the scheme must be http")
	case u.Hostname() == "":
		return "", errors.New("the host is missing")
	case u.User != nil:
		return "", errors.New("user information is not allowed")
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("only scheme, host and port are allowed")
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", errors.New("the port must be 1 to 65535")
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// take gives a connection with a place in the pool: a pooled one that is alive
// or, always if fresh, a new one.
func (t *target) take(ctx context.Context, fresh bool) (*conn, *Error) {
	if e := canceled(ctx, ConnectionTimeout); e != nil {
		return nil, e
	}
	c, e := t.pool.acquire(ctx)
	if e != nil {
		return nil, e
	}
	for c != nil && !fresh {
		if c.reusable(time.Now(), t.pool.idleFor) {
			c.pooled = true
			t.reused.Add(1)
			return c, nil
		}
		c.Close()
		c = t.pool.another()
	}
	if c != nil {
		c.Close()
	}
	c, e = t.open(ctx)
	if e != nil {
		t.pool.vacate()
	}
	return c, e
}

func (t *target) open(ctx context.Context) (*conn, *Error) {
	bounded := ctx
	if t.connect > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, t.connect)
		defer cancel()
	}
	nc, err := t.dial(bounded)
	if err == nil {
		t.dialed.Add(1)
		return newConn(nc), nil
	}
	if e := canceled(ctx, ConnectionTimeout); e != nil {
		return nil, e
	}
	return nil, dialError(err)
}
