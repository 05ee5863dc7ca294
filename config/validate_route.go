package config

import (
	"strings"
)

func (v *validator) routes() {
	top := (*place)(nil).key("routes")
	if len(v.cfg.Routes) == 0 {
		v.fault(top, `there is no route; write routes: [{ path: "/", upstream: api }]`)
	}
	names, upstreams := map[string]int{}, v.upstreamNames()
	for i, r := range v.cfg.Routes {
		at := top.item(i)
		if first, twice := names[r.Name]; twice && r.Name != "" {
			v.fault(at.key("name"), "%s is the name of routes[%d] too; choose another", v.show(at.key("name"), r.Name), first)
		} else {
			names[r.Name] = i
		}
		v.routeUpstream(at, r, upstreams)
		v.cache(at.key("cache"), r.Cache)
		v.tags(at.key("cache", "tags"), r)
		v.headers(at, r)
		if !r.Compress.Off {
			v.compress(at.key("compress"), r.Compress)
		}
		if r.Batch != nil {
			v.batch(at.key("batch"), *r.Batch)
		}
	}
}

func (v *validator) routeUpstream(route *place, r Route, names []string) {
	at := route.key("upstream")
	_, known := v.cfg.Upstreams[r.Upstream]
	switch {
	case r.Batch != nil && r.Upstream != "":
		v.fault(at, "a batch route has no upstream, its items go through the other routes; remove it")
	case r.Batch != nil || len(names) == 0: // the fault is that of upstreams
	case r.Upstream == "" && !v.written(at):
		v.fault(at, "is required; name the upstream that answers")
	case !known:
		v.fault(at, "there is no upstream %s%s", v.show(at, r.Upstream), v.didYouMean(r.Upstream, names))
	}
}

func (v *validator) cache(at *place, c Cache) {
	if ttl := at.key("ttl"); c.Mode == "override" && c.TTL == 0 {
		v.fault(ttl, "mode override needs a ttl of more than 0s; write one, like 30s")
	}
	v.headerNames(at.key("key", "headers"), c.Key.Headers)
	for i, name := range c.Key.Cookies {
		if item := at.key("key", "cookies").item(i); !isToken(name) {
			v.fault(item, "%s is not a cookie name; write one like session", v.show(item, name))
		}
	}
	v.bodyMethods(at.key("methods"), c.Methods)
	v.parameters(at.key("key", "query", "ignore"), c.Key.Query.Ignore)
	v.parameters(at.key("key", "query", "allow"), c.Key.Query.Allow)
	v.ignored(at.key("ignore_credentials"), c.IgnoreCredentials)
	v.statuses(at.key("status_ttl"), c.StatusTTL)
	v.targets(at.key("targets"), c.Targets)
}

// ignored checks names that must be among credentials: fields that name no
// principal have nothing to ignore.
func (v *validator) ignored(at *place, names []string) {
	for i, name := range names {
		if item := at.item(i); v.credentials != nil && !v.credentials[strings.ToLower(name)] {
			v.fault(item, "%s is not one of credentials%s", v.show(item, name), v.didYouMean(name, v.cfg.Credentials))
		}
	}
}

// parameters checks names of query parameters, with or without a * at the end.
func (v *validator) parameters(at *place, names []string) {
	for i, name := range names {
		item := at.item(i)
		switch {
		case name == "":
			v.fault(item, "is empty; write the name of a parameter")
		case strings.Contains(strings.TrimSuffix(name, "*"), "*"):
			v.fault(item, "%s: a * stands only at the end; write a name or a beginning like utm_*", v.show(item, name))
		}
	}
}

func (v *validator) compress(at *place, c Compress) {
	if len(c.Encodings) == 0 {
		v.fault(at.key("encodings"), "is empty; name an encoding, or write compress: false")
	}
	for i, text := range c.Types {
		if item := at.key("types").item(i); !isMediaRange(text) {
			v.fault(item, "%s is not a media type; write one like application/json, text/* or *+json", v.show(item, text))
		}
	}
}

// isMediaRange: type/subtype, type/* or *+suffix.
func isMediaRange(text string) bool {
	isName := func(s string) bool { return isToken(s) && !strings.Contains(s, "*") }
	if suffix, ok := strings.CutPrefix(text, "*+"); ok {
		return isName(suffix)
	}
	kind, subtype, _ := strings.Cut(text, "/")
	return isName(kind) && (subtype == "*" || isName(subtype))
}

func (v *validator) batch(at *place, b Batch) {
	allow := at.key("allow")
	if len(b.Allow) == 0 {
		v.fault(allow, `is required; list the paths that items may ask for, like ["/products/"]`)
	}
	for i, path := range b.Allow {
		_, err := ParsePattern("", path, nil)
		v.patternFaults(err, func(string) *place { return allow.item(i) })
	}
}
