package proxy

import (
	"net/url"

	"github.com/afterburner-gateway/afterburner/cache"
)

// invalidate makes misses of what a response to an unsafe request says has
// changed: its target and what Location and Content-Location name at the same
// origin, if it succeeded (RFC 9111 section 4.4), and the groups of
// Cache-Group-Invalidation (RFC 9875 section 3). It goes by the rules of today,
// which may be newer than the exchange's own: it is about what is served next.
func (g *Gateway) invalidate(x *exchange, status int, fields cache.Fields) {
	if !isUnsafe(x.Method) || x.route.policy.KeysBody(x.Method) {
		return
	}
	if g.store.PurgeGroups(asStored(x.Scheme, x.Host, "/"), fields) > 0 {
		g.telemetry.Purged("group")
	}
	if status < 200 || status >= 400 {
		return
	}
	gen := g.current.Load()
	g.purgeTarget(gen, x.Host, x.Target, false)
	for _, name := range []string{"Location", "Content-Location"} {
		for reference := range fields.All(name) {
			if target, same := x.sameOrigin(reference); same {
				g.purgeTarget(gen, x.Host, target, false)
			}
		}
	}
	g.telemetry.Purged("invalidation")
}

// sameOrigin resolves a reference against the request's URL (RFC 3986 section 5)
// and returns its target, if it is of the same origin (RFC 9110 section 4.3.1):
// nobody may invalidate another's.
func (x *exchange) sameOrigin(reference string) (target string, same bool) {
	base, err := url.Parse(x.Scheme + "://" + x.Host + x.Target)
	if err != nil {
		return "", false
	}
	to, err := base.Parse(reference)
	if err != nil || to.Scheme != x.Scheme || to.Opaque != "" {
		return "", false
	}
	if asStored(x.Scheme, to.Host, "/") != asStored(x.Scheme, x.Host, "/") {
		return "", false
	}
	return to.RequestURI(), true
}
