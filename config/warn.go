package config

import (
	"fmt"
	"slices"
	"strings"
)

// warnings notes what is allowed but probably not meant.
func (v *validator) warnings() {
	v.warnInsecure()
	root := (*place)(nil)
	for i, r := range v.cfg.Routes {
		at := root.key("routes").item(i)
		v.warnCache(at.key("cache"), r)
		v.warnHeaders(at.key("headers", "request"), r.Headers.Request)
		v.warnHeaders(at.key("headers", "response"), r.Headers.Response)
		v.warnMethods(at.key("methods"), r)
		if r.Batch != nil {
			v.warnBatch(at, r)
		}
	}
	if v.unfit {
		return // a route that is faulty may be the one that is missed
	}
	v.warnCredentials(root.key("credentials"))
	v.warnUnanswered(root.key("routes"))
	v.warnUnused(root.key("upstreams"))
}

func (v *validator) warn(at *place, format string, args ...any) {
	v.note(at, Fault{Message: fmt.Sprintf(format, args...), Warning: true})
}

func (v *validator) warnCache(at *place, r Route) {
	c, ttl := r.Cache, at.key("ttl")
	switch {
	case c.TTL == 0:
	case c.Mode == "off" && !v.onlyInherited(ttl, at.key("mode")):
		v.warn(ttl, "has no effect with mode off; remove one of the two")
	case v.written(ttl) && len(r.Methods) > 0 && !slices.ContainsFunc(r.Methods, c.stores):
		v.warn(ttl, "has no effect: answers to GET and HEAD are stored, and methods has neither; remove it")
	}
	if len(c.IgnoreCredentials) == 0 || c.Mode == "off" {
		return
	}
	pattern, err := ParsePattern("", r.Path, nil)
	if err != nil {
		return
	}
	for _, s := range pattern.Segments {
		if isPrivate(s.Literal) {
			v.warn(at.key("ignore_credentials"), "%s in the path sounds private: one user's answer would go to all; remove this unless it is the same for all", quote(s.Literal))
			return
		}
	}
}

// onlyInherited: the one key comes from defaults and the other is the route's
// own, which then says that it does not want the first.
func (v *validator) onlyInherited(inherited, own *place) bool {
	return v.written(own) && !v.written(inherited)
}

// isPrivate: a segment that stands for what belongs to one user.
func isPrivate(segment string) bool {
	switch strings.TrimSuffix(strings.ToLower(segment), "s") {
	case "me", "my", "self", "account", "profile", "user", "customer", "member", "admin",
		"order", "cart", "basket", "checkout", "wallet", "billing", "invoice", "payment",
		"session", "login", "logout", "auth", "oauth", "token", "setting", "preference",
		"inbox", "message", "notification", "private":
		return true
	}
	return false
}

func (v *validator) warnHeaders(at *place, rules HeaderRules) {
	removed := map[string]*place{}
	for i, name := range rules.Remove {
		removed[strings.ToLower(name)] = at.key("remove").item(i)
	}
	for name := range rules.Set {
		if at := removed[strings.ToLower(name)]; at != nil {
			v.warn(at, "%s is set as well, and that wins; remove one of the two", quote(name))
		}
	}
}

// warnMethods: the gateway answers some methods before it looks for a route.
func (v *validator) warnMethods(at *place, r Route) {
	for i, method := range r.Methods {
		if method == "CONNECT" || method == "TRACE" {
			v.warn(at.item(i), "%s requests are refused before a route is looked for, and never come here; remove it", method)
		}
	}
	if r.Batch != nil && len(r.Methods) > 0 && !slices.Contains(r.Methods, "POST") {
		v.warn(at, "batches are sent with POST, which is not among them; add it")
	}
}

// warnCredentials: a list of one's own replaces the usual one, and what it
// forgets then names no principal. Nobody forgets all: an empty list is meant.
func (v *validator) warnCredentials(at *place) {
	if !v.written(at) || len(v.cfg.Credentials) == 0 {
		return
	}
	var missing []string
	for _, name := range []string{"Authorization", "Cookie"} {
		if !v.credentials[strings.ToLower(name)] {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		v.warn(at, "leaves out %s: what the API answers to one user by it may go to all; add it unless the API ignores it", strings.Join(missing, " and "))
	}
}

func (v *validator) warnUnused(top *place) {
	used := map[string]bool{}
	for _, r := range v.cfg.Routes {
		used[r.Upstream] = true
	}
	for _, name := range v.upstreamNames() {
		if !used[name] {
			v.warn(top.key(name), "no route uses this upstream; remove it or name it in a route")
		}
	}
}

// warnInsecure is about upstreams whose TLS protects from nobody.
func (v *validator) warnInsecure() {
	for _, name := range v.upstreamNames() {
		if v.cfg.Upstreams[name].TLS.InsecureSkipVerify {
			v.warn((*place)(nil).key("upstreams", name, "tls", "insecure_skip_verify"),
				"believes anybody who answers; whoever stands between can read and change everything")
		}
	}
}
