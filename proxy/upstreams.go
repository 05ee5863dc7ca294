package proxy

import (
	"context"
	"fmt"
	"net"
	"reflect"
	"sync"
	"time"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// upstreams keeps the pools of unchanged upstreams from one configuration to
// the next, and retires those that left.
type upstreams struct {
	dial    dial
	mu      sync.Mutex
	current map[string]*pooled
}

// dial opens a connection to a target; nil: over the network.
type dial = func(ctx context.Context, network, addr string) (net.Conn, error)

// pooled is an upstream with what it was made from.
type pooled struct {
	from config.Upstream
	*upstream.Upstream
}

func newUpstreams(d dial) *upstreams { return &upstreams{dial: d, current: map[string]*pooled{}} }

// take makes the set of a new configuration: commit makes it current, and only
// then are the others retired, so that a bad configuration changes nothing.
func (u *upstreams) take(wanted map[string]config.Upstream) (set map[string]*pooled, commit func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	set = make(map[string]*pooled, len(wanted))
	for name, from := range wanted {
		if old := u.current[name]; old != nil && reflect.DeepEqual(old.from, from) {
			set[name] = old
			continue
		}
		options, err := u.options(name, from)
		if err != nil {
			return nil, nil, fmt.Errorf("make upstream %s: %w", name, err)
		}
		made, err := upstream.New(options)
		if err != nil {
			return nil, nil, fmt.Errorf("make upstream %s: %w", name, err)
		}
		set[name] = &pooled{from, made}
	}
	return set, func() { u.replace(set) }, nil
}

func (u *upstreams) replace(set map[string]*pooled) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for name, old := range u.current {
		if set[name] != old {
			old.Retire()
		}
	}
	u.current = set
}

// targets are the figures of one upstream.
func (u *upstreams) targets(name string) []upstream.TargetStats {
	u.mu.Lock()
	defer u.mu.Unlock()
	if one := u.current[name]; one != nil {
		return one.Targets()
	}
	return nil
}

func (u *upstreams) retire() { u.replace(map[string]*pooled{}) }

func (u *upstreams) options(name string, c config.Upstream) (upstream.Options, error) {
	secure, err := upstream.TLSOptions{
		CAFile: c.TLS.CA, ServerName: serverName(c), CertFile: c.TLS.Cert, KeyFile: c.TLS.Key,
		InsecureSkipVerify: c.TLS.InsecureSkipVerify,
	}.Config()
	if err != nil {
		return upstream.Options{}, err
	}
	return upstream.Options{
		Name:           name,
		Targets:        c.Targets,
		Connect:        time.Duration(c.Timeout.Connect),
		Response:       time.Duration(c.Timeout.Response),
		MaxConnections: c.Pool.MaxConnections,
		Idle:           time.Duration(c.Pool.Idle),
		MaxWaiting:     c.Pool.MaxWaiting,
		Wait:           time.Duration(c.Pool.Wait),
		Attempts:       c.Retry.Attempts,
		TLS:            secure,
		Dial:           u.dial,
	}, nil
}

// serverName is whom TLS asks for; empty: each target's own name.
func serverName(c config.Upstream) string {
	if c.TLS.ServerName != "" || c.Host == "keep" || c.Host == "target" {
		return c.TLS.ServerName
	}
	return hostname(c.Host)
}
