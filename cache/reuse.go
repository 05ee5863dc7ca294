package cache

import "time"

// Reuse is what may be done with a stored response for one request.
type Reuse struct {
	// Fresh: it may answer the request as it is.
	Fresh bool
	// Reason is why not; empty when Fresh. Stale and the Client* reasons can be
	// cured by asking the origin, Credentials means that the response is not
	// for this request.
	Reason Reason
	// Age is the current age in whole seconds, for the Age field.
	Age int64
	// TTL is the freshness that is left in whole seconds, for Cache-Status;
	// negative: stale for that long.
	TTL int64
}

// Reusable answers whether the stored response may be used for the request at
// now (RFC 9111 section 4), its Vary having matched. max-stale is not heard: no
// client can ask for a stale answer. It allocates nothing.
func (v *Verdict) Reusable(req *Request, pol *Policy, now time.Time) Reuse {
	age := v.Age(now)
	left := v.Lifetime - age
	r := Reuse{Age: int64(age / time.Second), TTL: floorSeconds(left)}
	if !v.Explicit && pol.Principal(req.Fields) {
		r.Reason = Credentials
		return r
	}
	r.Reason = refusedByClient(req.Fields, age, left)
	if r.Reason == "" && left <= 0 {
		r.Reason = Stale
	}
	r.Fresh = r.Reason == ""
	return r
}

// refusedByClient reads the request's directives (RFC 9111 section 5.2.1).
func refusedByClient(f Fields, age, left time.Duration) Reason {
	control := ParseControl(f)
	switch {
	case control.NoCache, !control.Given && pragmaNoCache(f):
		return ClientNoCache
	case left <= 0: // stale, which says more
		return ""
	case control.MaxAge.Given && age > control.MaxAge.Duration():
		return ClientMaxAge
	case control.MinFresh.Given && left < control.MinFresh.Duration():
		return ClientMinFresh
	}
	return ""
}

// pragmaNoCache reads Pragma, which counts where there is no Cache-Control (RFC
// 9111 section 5.4). Its grammar is that of a Cache-Control list.
func pragmaNoCache(f Fields) bool {
	var pragma Control
	for i := range f {
		if sameName(f[i][0], "Pragma") {
			pragma.read(f[i][1])
		}
	}
	return pragma.NoCache
}

// floorSeconds rounds down, also below zero: what went stale half a second ago
// has a ttl of -1.
func floorSeconds(d time.Duration) int64 {
	s := int64(d / time.Second)
	if d%time.Second < 0 {
		s--
	}
	return s
}
