package cache

import "time"

// Reuse is what may be done with a stored response for one request.
type Reuse struct {
	// Fresh: it may answer the request as it is.
	Fresh bool
	// Stale: it may answer the request although it is stale. Reason Stale: while
	// one request refreshes it (RFC 5861 section 3); ClientMaxStale: because the
	// client is content with it.
	Stale bool
	// OnError and OnUnreachable: it may stand in where the origin answers with 500,
	// 502, 503 or 504, and where no response head comes.
	OnError, OnUnreachable bool
	// Reason is why it is not Fresh. Credentials means that the response is not for
	// this request; the others can be cured by asking the origin.
	Reason Reason
	// Age is the current age in whole seconds, for the Age field.
	Age int64
	// TTL is the freshness that is left in whole seconds, for Cache-Status;
	// negative: stale for that long.
	TTL int64
}

// Reusable answers whether the stored response may be used for the request at
// now (RFC 9111 section 4), its Vary having matched. It allocates nothing.
func (v *Verdict) Reusable(req *Request, pol *Policy, now time.Time) Reuse {
	age := v.Age(now)
	left := v.Lifetime - age
	r := Reuse{Age: int64(age / time.Second), TTL: floorSeconds(left)}
	switch {
	case !v.Explicit && pol.Principal(req.Fields):
		r.Reason = Credentials
		return r
	case v.MustValidate:
		r.Reason = NoCache
		return r
	}
	client := pol.heard(req.Fields)
	r.Reason = refusedByClient(&client, age, left)
	switch {
	case r.Reason == "" && left > 0:
		r.Fresh = true
	case v.NoStale:
		r.Reason = firstReason(r.Reason, Stale)
	case r.Reason == "":
		r.Stale, r.Reason = v.servedStale(&client, age)
		fallthrough
	default:
		r.OnError, r.OnUnreachable = v.standsIn(&client, -left)
	}
	return r
}

// refusedByClient reads the request's directives (RFC 9111 section 5.2.1) about
// a response of that age that is fresh for what is left.
func refusedByClient(client *Control, age, left time.Duration) Reason {
	switch {
	case client.NoCache:
		return ClientNoCache
	case left <= 0: // stale, which says more
		return ""
	case client.MaxAge.Given && age > client.MaxAge.Duration():
		return ClientMaxAge
	case client.MinFresh.Given && left < client.MinFresh.Duration():
		return ClientMinFresh
	}
	return ""
}

// servedStale tells whether a stale response may be served at once, and why. A
// client that names a max-age or a min-fresh wants none (RFC 9111 section
// 5.2.1.1); with a max-stale beside max-age both count.
func (v *Verdict) servedStale(client *Control, age time.Duration) (bool, Reason) {
	over := age - v.Lifetime
	refreshing := within(over, v.StaleWhile)
	switch {
	case client.MinFresh.Given, client.MaxAge.Given && age > client.MaxAge.Duration():
		return false, Stale
	case client.MaxStale.Given && !within(over, client.MaxStale.Duration()):
		return false, Stale
	case client.MaxStale.Given && !refreshing:
		return true, ClientMaxStale
	case client.MaxAge.Given && !client.MaxStale.Given:
		return false, Stale
	}
	return refreshing, Stale
}

// standsIn tells whether a response that is stale for over, or fresh where that
// is negative, may be served in the place of an error. The request's own
// stale-if-error counts instead of what origin and route permit (RFC 5861 section
// 4). Other wishes of the client are about an origin that answers, but for
// no-cache, which wants nothing that is stored.
func (v *Verdict) standsIn(client *Control, over time.Duration) (onError, onUnreachable bool) {
	switch {
	case client.StaleIfError.Given:
		accepted := within(over, client.StaleIfError.Duration())
		return accepted, accepted
	case client.NoCache:
		return false, false
	}
	return within(over, v.StaleError), within(over, v.StaleUnreachable)
}

// within: RFC 5861 counts up to the given time, which 0 ends at once.
func within(over, window time.Duration) bool { return window > 0 && over <= window }

// heard is what a route hears of a request's directives: all or nothing. Pragma
// counts where there is no Cache-Control (RFC 9111 section 5.4).
func (p *Policy) heard(f Fields) Control {
	if p.IgnoreClient {
		return Control{}
	}
	control := ParseControl(f)
	control.NoCache = control.NoCache || !control.Given && pragmaNoCache(f)
	return control
}

// pragmaNoCache reads Pragma. Its grammar is that of a Cache-Control list.
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
