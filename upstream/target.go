package upstream

import (
	"context"
	"crypto/tls"
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
	tls     *tls.Config // nil: plain HTTP
	pool    pool

	dialed, reused, failed atomic.Uint64
}

func newTarget(raw string, o Options, parked func()) (*target, error) {
	addr, secure, err := parseTarget(raw)
	if err != nil {
		return nil, err
	}
	t := &target{
		addr:    addr,
		connect: o.Connect,
		dial:    func(ctx context.Context) (net.Conn, error) { return o.Dial(ctx, "tcp", addr) },
		pool: pool{
			max: o.MaxConnections, maxWaiting: o.MaxWaiting,
			idleFor: o.Idle, wait: o.Wait, parked: parked,
		},
	}
	if secure {
		host, _, _ := net.SplitHostPort(addr) // parseTarget joined it
		t.tls = forTarget(o.TLS, host)
	}
	return t, nil
}

// parseTarget returns host:port of http://host[:port] or https://host[:port], and
// which of the two it is.
func parseTarget(raw string) (addr string, secure bool, _ error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", false, errors.New("not a URL; write http://host:port")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", false, errors.New("the scheme must be http or https")
	case u.Hostname() == "":
		return "", false, errors.New("the host is missing")
	case u.User != nil:
		return "", false, errors.New("user information is not allowed")
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", false, errors.New("only scheme, host and port are allowed")
	}
	secure = u.Scheme == "https"
	port := u.Port()
	switch {
	case port != "":
	case secure:
		port = "443"
	default:
		port = "80"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", false, errors.New("the port must be 1 to 65535")
	}
	return net.JoinHostPort(u.Hostname(), port), secure, nil
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
		if now := time.Now(); c.reusable(now, t.pool.idleFor) {
			c.pooled, c.since = true, now
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
	c, e := t.connection(bounded)
	if e == nil {
		t.dialed.Add(1)
		return c, nil
	}
	if gone := canceled(ctx, ConnectionTimeout); gone != nil {
		return nil, gone
	}
	return nil, e
}

func (t *target) connection(ctx context.Context) (*conn, *Error) {
	nc, err := t.dial(ctx)
	if err != nil {
		return nil, dialError(err)
	}
	if t.tls == nil {
		return newConn(nc, nil), nil
	}
	return handshake(ctx, nc, t.tls)
}
