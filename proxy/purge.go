package proxy

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
)

// A purge makes what is stored a miss, or softly: stale. What it names is an
// absolute URL, or a path, which means every host. When it has returned, nobody
// who asks from then on is served what it reached.

// PurgeURL purges all variants, codings and schemes of a URL. It is read by the
// key rules of the route that a GET of it would take.
func (g *Gateway) PurgeURL(raw string, soft bool) error {
	host, target, err := readPurged(raw)
	if err != nil {
		return err
	}
	gen := g.current.Load()
	if host == "" {
		g.purgePath(gen, target, soft)
	} else {
		g.purgeTarget(gen, host, target, soft)
	}
	g.telemetry.Purged("url")
	return nil
}

// PurgePrefix purges all URLs that begin so, byte for byte as they are stored:
// the host in lower case and whole, the path as clients write it, the query as
// the key rules leave it. Of more than 1 KiB the first counts.
func (g *Gateway) PurgePrefix(raw string, soft bool) error {
	host, target, err := readPurged(raw)
	if err != nil {
		return err
	}
	if host == "" {
		g.store.PurgePrefix(target, soft)
	}
	for _, scheme := range schemesOf(host) {
		g.store.PurgePrefix(asStored(scheme, host, target), soft)
	}
	g.telemetry.Purged("prefix")
	return nil
}

// PurgeTag purges what carries a tag: of its route, or of the response's
// Surrogate-Key, Cache-Tag or Cache-Groups.
func (g *Gateway) PurgeTag(tag string, soft bool) {
	g.store.PurgeTag(tag, soft)
	g.telemetry.Purged("tag")
}

// PurgeAll purges everything that is stored.
func (g *Gateway) PurgeAll(soft bool) {
	g.store.PurgeAll(soft)
	g.telemetry.Purged("all")
}

// readPurged splits what a purge names into a host and the target of a request;
// no host means every host.
func readPurged(raw string) (host, target string, err error) {
	target = raw
	if !strings.HasPrefix(raw, "/") || strings.HasPrefix(raw, "//") {
		if host, target, err = splitURL(raw); err != nil {
			return "", "", err
		}
	}
	if err := checkTarget(target); err != nil {
		return "", "", fmt.Errorf("purge %q: %w", raw, err)
	}
	return host, target, nil
}

// splitURL keeps the spelling of the target; a fragment is none of its.
func splitURL(raw string) (host, target string, err error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", fmt.Errorf("purge %q: it is neither an http URL nor a path", raw)
	}
	_, rest, _ := strings.Cut(raw, "://")
	target = "/"
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		target = rest[i:]
	}
	target, _, _ = strings.Cut(target, "#")
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return lower(u.Host), target, nil
}

// schemesOf are those that a host is purged in; none where there is no host.
func schemesOf(host string) []string {
	if host == "" {
		return nil
	}
	return []string{"http", "https"}
}

// asStored is a URL with its host as keys have it, and all else as it stands.
func asStored(scheme, host, target string) string {
	return string((*cache.KeyRules)(nil).AppendURL(nil, scheme, host, target))
}

// purgeTarget purges one host's URL.
func (g *Gateway) purgeTarget(gen *generation, host, target string, soft bool) {
	rules := gen.keyRules(hostname(host), target)
	for _, scheme := range schemesOf(host) {
		g.store.PurgeURL(string(rules.AppendURL(nil, scheme, host, target)), soft)
	}
}

// purgePath purges a path of every host, by the rules of each route that could
// have stored it.
func (g *Gateway) purgePath(gen *generation, target string, soft bool) {
	for _, host := range gen.hosts {
		url := string(gen.keyRules(host, target).AppendURL(nil, "http", "any", target))
		g.store.PurgeURL(url[strings.Index(url, "://any")+len("://any"):], soft)
	}
}
