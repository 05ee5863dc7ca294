package proxy

import (
	"fmt"
	"net/url"
	"strings"
)

// PurgeURL makes what is stored under a URL a miss: all its variants, codings
// and schemes. It is an absolute URL, or a path, which means every host. It is
// read by the key rules of the route that a GET of it would take.
func (g *Gateway) PurgeURL(raw string) error {
	gen := g.current.Load()
	if strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") {
		if err := checkTarget(raw); err != nil {
			return fmt.Errorf("purge %q: %w", raw, err)
		}
		g.purgePath(gen, raw)
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("purge %q: it is neither an http URL nor a path", raw)
	}
	_, rest, _ := strings.Cut(raw, "://")
	target := "/"
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		target = rest[i:]
	}
	target, _, _ = strings.Cut(target, "#")
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	if err := checkTarget(target); err != nil {
		return fmt.Errorf("purge %q: %w", raw, err)
	}
	g.purgeURL(gen, lower(u.Host), target)
	return nil
}

// PurgeAll makes everything that is stored a miss.
func (g *Gateway) PurgeAll() {
	g.store.PurgeAll()
	g.telemetry.Purged("all")
}

// purgeURL purges one host's URL, in both schemes.
func (g *Gateway) purgeURL(gen *generation, host, target string) {
	rules := gen.keyRules(hostname(host), target)
	for _, scheme := range []string{"http", "https"} {
		g.store.PurgeURL(string(rules.AppendURL(nil, scheme, host, target)))
	}
	g.telemetry.Purged("url")
}

// purgePath purges a path of every host, by the rules of each route that could
// have stored it.
func (g *Gateway) purgePath(gen *generation, target string) {
	for _, host := range gen.hosts {
		url := string(gen.keyRules(host, target).AppendURL(nil, "http", "any", target))
		g.store.PurgeURL(url[strings.Index(url, "://any")+len("://any"):])
	}
	g.telemetry.Purged("url")
}
