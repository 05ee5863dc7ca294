package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/afterburner-gateway/afterburner/admin"
)

// Status is what the gateway is and does now.
func (l *live) Status(context.Context) admin.Status {
	l.mu.Lock()
	c, hash, loadedAt, last := l.config, l.hash, l.loadedAt, l.last
	l.mu.Unlock()
	store := l.gateway.Stats()
	saved := l.telemetry.Savings()
	status := admin.Status{
		Version:       version(),
		Started:       l.started,
		UptimeSeconds: int64(time.Since(l.started) / time.Second),
		Listeners: []admin.Listener{
			{Name: "http", Address: l.fronts.address()},
			{Name: "admin", Address: l.back.address()},
		},
		Config: admin.ConfigStatus{
			Source: l.source.name(), Hash: hash, LoadedAt: loadedAt, LastTry: last, Effective: c.Masked(),
		},
		Cache: &admin.CacheStatus{
			Bytes: store.Bytes, Budget: store.Budget, Entries: store.Entries, Flights: store.Flights,
		},
		Savings: &admin.Savings{
			Requests: saved.Requests, Hits: saved.Hits, Collapsed: saved.Collapsed,
			OriginRequests: saved.OriginRequests, BytesSaved: saved.BytesSaved,
		},
	}
	for _, r := range c.Routes {
		status.Routes = append(status.Routes, admin.RouteStatus{
			Name: r.Name, Host: r.Host, Path: r.Path, Methods: r.Methods, Upstream: r.Upstream,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Upstreams)) {
		status.Upstreams = append(status.Upstreams, l.upstreamStatus(name, c.Upstreams[name].Targets))
	}
	return status
}

func (l *live) upstreamStatus(name string, targets []string) admin.UpstreamStatus {
	status := admin.UpstreamStatus{Name: name}
	pools := l.gateway.Targets(name) // in the order of the targets
	for i, target := range targets {
		one := admin.TargetStatus{Address: target}
		if i < len(pools) {
			p := pools[i]
			one.PoolStatus = &admin.PoolStatus{Open: p.Open, Idle: p.Idle, Waiting: p.Waiting, Dialed: p.Dialed, Reused: p.Reused}
		}
		status.Targets = append(status.Targets, one)
	}
	return status
}
