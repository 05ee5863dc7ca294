package proxy

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/afterburner-gateway/afterburner/batch"
	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
	"github.com/afterburner-gateway/afterburner/config"
)

// compile translates a configuration into a generation, whole or not at all.
func (g *Gateway) compile(c *config.Config) (*generation, error) {
	pools, commit, err := g.upstreams.take(c.Upstreams)
	if err != nil {
		return nil, err
	}
	gen := &generation{
		gateway:     g,
		limits:      limits{body: int64(c.Limits.RequestBody), pace: time.Duration(c.Limits.RequestTimeout)},
		credentials: c.Credentials,
	}
	for _, text := range c.TrustedProxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %w", err)
		}
		gen.trusted = append(gen.trusted, prefix.Masked())
	}
	entries := make([]routerEntry[*route], 0, len(c.Routes))
	for i := range c.Routes {
		from := &c.Routes[i]
		pattern, err := config.ParsePattern(from.Host, from.Path, from.Methods)
		if err != nil {
			return nil, fmt.Errorf("routes[%d].path: %w", i, err)
		}
		made, err := g.compileRoute(c, from, pattern)
		if err != nil {
			return nil, fmt.Errorf("routes[%d]: %w", i, err)
		}
		if from.Batch == nil {
			made.upstream = pools[from.Upstream].Upstream
		}
		entries = append(entries, routerEntry[*route]{pattern, made})
		gen.hosts = append(gen.hosts, sampleHost(pattern.Host))
	}
	gen.router = newRouter(entries)
	gen.hosts = append(gen.hosts, "")
	slices.Sort(gen.hosts)
	gen.hosts = slices.Compact(gen.hosts)
	commit()
	return gen, nil
}

// sampleHost is a host that a pattern's host takes.
func sampleHost(host string) string { return strings.Replace(host, "*", "any", 1) }

// compileRoute translates one route; its upstream is not set yet.
func (g *Gateway) compileRoute(c *config.Config, from *config.Route, pattern *config.Pattern) (*route, error) {
	r := &route{
		name:    from.Name,
		pattern: pattern.String(),
		origin:  from.Upstream,
		counted: g.telemetry.Route(pattern.String()),
	}
	var err error
	if from.Batch != nil {
		r.batch, err = compileBatch(from.Batch)
		return r, err
	}
	r.asked = g.telemetry.Upstream(from.Upstream)
	r.host = sentHost(c.Upstreams[from.Upstream])
	if from.Rewrite != "" {
		parts, err := config.ParseRewrite(from.Rewrite, pattern)
		if err != nil {
			return nil, fmt.Errorf("rewrite: %w", err)
		}
		r.rewrite = newRewriter(parts)
	}
	if !from.Compress.Off {
		r.compress, err = compress.NewRules(from.Compress.Encodings, int64(from.Compress.MinSize), from.Compress.Types)
		if err != nil {
			return nil, fmt.Errorf("compress: %w", err)
		}
	}
	if r.request, err = compileHeaders(from.Headers.Request, pattern); err != nil {
		return nil, fmt.Errorf("headers.request: %w", err)
	}
	if r.response, err = compileHeaders(from.Headers.Response, pattern); err != nil {
		return nil, fmt.Errorf("headers.response: %w", err)
	}
	if r.tags, err = compileTags(from.Cache.Tags, pattern); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	query := from.Cache.Key.Query
	r.key = cache.NewKeyRules(
		cache.QueryRules{Ignore: query.Ignore, Allow: query.Allow, Sort: query.Sort},
		from.Cache.Key.Headers, from.Cache.Key.Cookies)
	r.policy = compilePolicy(c, from, r)
	r.keyedByClient = containsName(from.Cache.Key.Headers, "X-Forwarded-For")
	r.confirms = !r.response.touches(append([]string{
		"Cache-Control", "CDN-Cache-Control", "Expires", "Pragma", "Age", "Date", "Vary", "ETag",
		"Last-Modified", "Set-Cookie",
	}, r.policy.Targets...))
	return r, nil
}

// sentHost is the Host that the upstream sees; "": the client's.
func sentHost(u config.Upstream) string {
	switch u.Host {
	case "keep":
		return ""
	case "target":
		_, host, _ := strings.Cut(u.Targets[0], "://")
		return host
	}
	return u.Host
}

func compilePolicy(c *config.Config, from *config.Route, r *route) *cache.Policy {
	p := &cache.Policy{
		TTL:                time.Duration(from.Cache.TTL),
		StatusTTL:          compileStatuses(from.Cache.StatusTTL),
		IgnoreClient:       from.Cache.ClientDirectives == "ignore",
		Targets:            from.Cache.Targets,
		KeyHeaders:         from.Cache.Key.Headers,
		StoreSetCookie:     from.Cache.SetCookie == "store",
		KeepAcceptEncoding: from.Compress.Off,
		MaxObject:          int64(c.Store.MaxObject),
		Fingerprint:        fingerprint(c, from),
		Rewritten:          []string{"forwarded", "x-forwarded-for", "traceparent", "tracestate", "via", "cdn-loop"},
	}
	p.StaleWhileRevalidate = time.Duration(from.Cache.StaleWhileRevalidate)
	if given := from.Cache.StaleIfError; given != nil {
		p.StaleIfError, p.StaleIfErrorGiven = time.Duration(*given), true
	}
	switch from.Cache.Mode {
	case "override":
		p.Mode = cache.Override
	case "off":
		p.Mode = cache.Off
	}
	if !from.Coalesce.Off {
		p.Wait, p.Unstored = time.Duration(from.Coalesce.Wait), from.Coalesce.Unstored
	}
	if p.Mode != cache.Off {
		p.BodyMethods = slices.Sorted(maps.Keys(from.Cache.Methods))
	}
	for _, name := range c.Credentials {
		// One that the route sets, the same for all, is nobody's but the gateway's.
		if !containsName(from.Cache.IgnoreCredentials, name) && !r.request.fixes(name) {
			p.Credentials = append(p.Credentials, name)
		}
	}
	return p
}

// compileStatuses translates status_ttl, whose keys are statuses by now.
func compileStatuses(from map[string]config.Duration) map[int]time.Duration {
	ttls := make(map[int]time.Duration, len(from))
	for text, ttl := range from {
		if status, err := strconv.Atoi(text); err == nil {
			ttls[status] = time.Duration(ttl)
		}
	}
	return ttls
}

func containsName(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// fingerprint covers all that shapes or permits a route's answers.
func fingerprint(c *config.Config, from *config.Route) uint64 {
	shape := struct {
		Upstream    config.Upstream
		Rewrite     string
		Headers     config.Headers
		Cache       config.Cache
		Compress    config.Compress
		Credentials []string
	}{c.Upstreams[from.Upstream], from.Rewrite, from.Headers, from.Cache, from.Compress, c.Credentials}
	text, err := json.Marshal(shape)
	if err != nil { // plain data: cannot be
		panic(fmt.Sprintf("fingerprint of a route: %v", err))
	}
	sum := fnv.New64a()
	sum.Write(text)
	return sum.Sum64()
}

func compileBatch(from *config.Batch) (*batchRoute, error) {
	b := &batchRoute{
		limits:      batch.Limits{MaxItems: from.MaxItems, MaxBody: int64(from.MaxBody)},
		concurrency: from.Concurrency,
		maxResponse: int64(from.MaxResponse),
		timeout:     time.Duration(from.Timeout),
	}
	var patterns []*config.Pattern
	for i, path := range from.Allow {
		p, err := config.ParsePattern("", path, nil)
		if err != nil {
			return nil, fmt.Errorf("batch.allow[%d]: %w", i, err)
		}
		patterns = append(patterns, p)
	}
	b.allowed = newPathSet(patterns)
	return b, nil
}
