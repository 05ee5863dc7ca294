package cache

import "time"

// maxHeuristic bounds what is guessed from Last-Modified.
const maxHeuristic = time.Hour

// heuristicShare is the part of the time since the last change that a response
// is taken to stay fresh: a tenth (RFC 9111 section 4.2.2).
const heuristicShare = 10

// freshness is a response's lifetime and where it comes from.
type freshness struct {
	// lifetime counts from age 0.
	lifetime time.Duration
	// explicit: the origin said it (RFC 9111 section 4.2.1).
	explicit bool
	// none: nobody said anything, or not for this status.
	none bool
}

// freshness finds the lifetime: what the origin says, else the policy's ttl,
// else a heuristic.
func (j *judgement) freshness(initial time.Duration) freshness {
	if !j.overriding {
		if lifetime, ok := j.explicitLifetime(); ok {
			return freshness{lifetime: lifetime, explicit: true}
		}
	}
	ttl, assigned := j.ttl()
	switch {
	case assigned && ttl > 0:
		// It counts from receipt, whatever the origin's clock shows: it is the
		// operator's word on how long to keep the answer.
		return freshness{lifetime: clamp(initial + clamp(ttl))}
	case assigned, j.overriding:
		return freshness{none: true}
	}
	lifetime := j.heuristicLifetime()
	return freshness{lifetime: lifetime, none: lifetime <= 0}
}

// ttl is what the policy gives an answer of this status; assigned false: nothing.
func (j *judgement) ttl() (ttl time.Duration, assigned bool) {
	if ttl, assigned = j.pol.StatusTTL[j.head.Status]; assigned {
		return ttl, true
	}
	return j.pol.TTL, j.pol.TTL > 0 && j.cacheableByDefault() && j.head.Status < 500
}

// explicitLifetime is what the origin says (RFC 9111 section 4.2.1). A targeted
// field silences Expires too (RFC 9213 section 2.2).
func (j *judgement) explicitLifetime() (time.Duration, bool) {
	switch {
	case j.control.SMaxAge.Given:
		return j.control.SMaxAge.Duration(), true
	case j.control.MaxAge.Given:
		return j.control.MaxAge.Duration(), true
	case !j.targeted && j.head.Fields.Has("Expires"):
		return j.expiresLifetime(), true
	}
	return 0, false
}

// expiresLifetime is Expires less Date. A date that cannot be read is in the
// past (RFC 9111 section 5.3), and so are two dates.
func (j *judgement) expiresLifetime() time.Duration {
	lines := 0
	for range j.head.Fields.All("Expires") {
		lines++
	}
	expires, ok := parseDate(j.head.Fields.Get("Expires"), j.received)
	if !ok || lines != 1 {
		return 0
	}
	return clamp(expires.Sub(dateOf(j.head.Fields, j.received)))
}

// heuristicLifetime guesses from Last-Modified (RFC 9111 section 4.2.2).
func (j *judgement) heuristicLifetime() time.Duration {
	modified, ok := parseDate(j.head.Fields.Get("Last-Modified"), j.received)
	if !ok || !j.cacheableByDefault() || j.req.Method != "GET" && j.req.Method != "HEAD" {
		return 0
	}
	unchanged := dateOf(j.head.Fields, j.received).Sub(modified)
	return min(clamp(unchanged)/heuristicShare, maxHeuristic)
}

// cacheableByDefault: may a lifetime be assigned that the origin did not give?
// By its status, or because the origin calls it public (RFC 9111 section 4.2.2).
func (j *judgement) cacheableByDefault() bool {
	return j.control.Public || heuristicallyCacheable(j.head.Status)
}

// heuristicallyCacheable are the statuses of RFC 9110 section 15.1, less 206,
// which this cache does not combine.
func heuristicallyCacheable(status int) bool {
	switch status {
	case 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501:
		return true
	}
	return false
}

// understood are the final statuses whose caching this cache implements, for
// must-understand (RFC 9111 section 5.2.2.3): those of RFC 9110 section 15 less
// 206 and 304.
func understood(status int) bool {
	switch {
	case status == 206, status == 304, status == 306:
		return false
	case status >= 200 && status <= 205, status >= 300 && status <= 308:
		return true
	case status >= 400 && status <= 417, status == 421, status == 422, status == 426:
		return true
	}
	return status >= 500 && status <= 505
}

// neverStored are statuses that no cache may keep: interim ones, partial and
// not-modified answers, which belong to one request's own fields, and those
// whose RFC says so (RFC 6585 sections 3 to 6).
func neverStored(status int) bool {
	switch status {
	case 206, 304, 428, 429, 431, 511:
		return true
	}
	return status < 200
}
