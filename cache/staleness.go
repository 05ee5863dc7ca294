package cache

import "time"

// unreachableStale is how long after its freshness a response may stand in where
// no response head came and neither origin nor route said anything about errors.
const unreachableStale = 10 * time.Minute

// permitStale notes how long the response may be used once it is stale: as the
// origin says, else as the route says (RFC 5861). The origin's word on errors
// counts for a network failure too (RFC 5861 section 4). What the route gives is
// not for a server error: that stands in for nothing.
func (j *judgement) permitStale(v *Verdict) {
	var route struct{ while, err, unreachable time.Duration }
	if j.head.Status < 500 {
		route.while, route.err, route.unreachable = j.pol.StaleWhileRevalidate, j.pol.StaleIfError, unreachableStale
		if j.pol.StaleIfErrorGiven {
			route.unreachable = j.pol.StaleIfError
		}
	}
	v.StaleWhile = j.control.StaleWhileRevalidate.or(route.while)
	v.StaleError = j.control.StaleIfError.or(route.err)
	v.StaleUnreachable = j.control.StaleIfError.or(route.unreachable)
}

// or is the value where it is given, else another one.
func (s Seconds) or(other time.Duration) time.Duration {
	if s.Given {
		return s.Duration()
	}
	return clamp(other)
}
