package config

// warnings notes what is allowed but probably not meant.
func (v *validator) warnings() {
	top := (*place)(nil)
	for i, r := range v.cfg.Routes {
		if r.Cache.Mode == "off" && r.Cache.TTL > 0 {
			v.warn(top.key("routes").item(i).key("cache", "ttl"), "has no effect with mode off; remove one of the two")
		}
	}
	if v.unfit {
		return // a route that is faulty may be the one that uses an upstream
	}
	used := map[string]bool{}
	for _, r := range v.cfg.Routes {
		used[r.Upstream] = true
	}
	for _, name := range v.upstreamNames() {
		if !used[name] {
			v.warn(top.key("upstreams", name), "no route uses this upstream; remove it or name it in a route")
		}
	}
}

func (v *validator) warn(at *place, message string) {
	v.note(at, Fault{Message: message, Warning: true})
}
