package cache

import (
	"strconv"
	"time"
)

// Request is what the cache has to know of a request.
type Request struct {
	// Method as sent: GET, HEAD, POST.
	Method string
	// Key is the primary key: see KeyRules.Append.
	Key string
	// Fields are the request's end-to-end fields.
	Fields Fields
}

// Head is what the verdict has to know of a response.
type Head struct {
	Status int
	Fields Fields
}

// Mode says who decides about storing.
type Mode uint8

// The modes of a route's cache.
const (
	RFC9111  Mode = iota // the origin decides
	Override             // Policy.TTL decides, for requests without a principal
	Off                  // nothing is stored, nothing is looked up
)

// Policy is a route's rules, immutable and shared by pointer.
type Policy struct {
	Mode Mode
	// TTL is the freshness of a silent origin's answer (RFC9111) or of every
	// answer (Override), for statuses below 500 that may be cached by default.
	// It counts from receipt. 0: none.
	TTL time.Duration
	// Credentials are the fields that name a principal, less those that the
	// route ignores (IgnoreCredentials is already taken off).
	Credentials []string
	// KeyHeaders are the request fields that are part of the key: a credential
	// among them is keyed, and so no longer an obstacle.
	KeyHeaders []string
	// StoreSetCookie: an answer with Set-Cookie may be stored.
	StoreSetCookie bool
	// KeepAcceptEncoding: Accept-Encoding is part of the variant. Otherwise the
	// gateway codes itself and a Vary on Accept-Encoding selects nothing.
	KeepAcceptEncoding bool
	// Rewritten are the request fields, lower-cased, that the gateway writes
	// itself: what a client says in them does not select an answer.
	Rewritten []string
	// MaxObject is the largest body stored, in bytes. 0: Judge does not look.
	MaxObject int64
	// Wait is how long a request follows another's flight that has no head yet.
	// 0: requests are not coalesced.
	Wait time.Duration
	// Fingerprint covers all that shapes or permits the answer: an object or a
	// flight of another fingerprint is judged again or passed by.
	Fingerprint uint64
}

// Verdict is what Judge found out about a response.
type Verdict struct {
	// Reason is why it may not be stored; empty: it may.
	Reason Reason
	// Initial is the corrected initial age at Received (RFC 9111 section 4.2.3).
	Initial time.Duration
	// Lifetime is the freshness lifetime (section 4.2.1) counted from age 0.
	Lifetime time.Duration
	// Received is when the head came; the age grows from here.
	Received time.Time
	// Explicit: the origin itself said how long (max-age, s-maxage, Expires).
	// What is not explicit (ttl, heuristics, override) serves no principal.
	Explicit bool
	// NoStale: never reuse it stale (must-revalidate, proxy-revalidate,
	// s-maxage; sections 5.2.2.2, 5.2.2.8, 5.2.2.10).
	NoStale bool
	// Vary are the names the origin selected by, lower-cased and sorted,
	// without those the policy takes out.
	Vary []string
}

// Judge decides whether a response may be stored, how long it is fresh and what
// its reuse depends on (RFC 9111 section 3). It is pure: requested is when the
// request was sent, received when the head came. A refusal always has a reason.
func Judge(req *Request, head *Head, pol *Policy, requested, received time.Time) Verdict {
	j := judgement{req: req, head: head, pol: pol, received: received}
	j.principal = pol.Principal(req.Fields)
	j.overriding = pol.Mode == Override && !j.principal
	if j.control, j.targeted = parseTargeted(head.Fields, "CDN-Cache-Control"); !j.targeted {
		j.control = ParseControl(head.Fields)
	}
	v := Verdict{Received: received, Initial: initialAge(head.Fields, requested, received)}
	v.NoStale = j.control.MustRevalidate || j.control.ProxyRevalidate ||
		j.control.SMaxAge.Given && !j.overriding
	fresh := j.freshness(v.Initial)
	v.Lifetime, v.Explicit = fresh.lifetime, fresh.explicit
	v.Vary, v.Reason = ParseVary(head.Fields, pol)
	v.Reason = j.refusal(v.Reason, fresh, v.Initial)
	return v
}

// judgement is what Judge looks at, each thing read once.
type judgement struct {
	req      *Request
	head     *Head
	pol      *Policy
	received time.Time
	// principal: the request carries a credential that is not in the key.
	principal bool
	// overriding: Policy.TTL decides instead of the origin. Never for a
	// principal; there the origin's word holds as without override.
	overriding bool
	// control is Cache-Control, or the targeted field that stands for it.
	control  Control
	targeted bool
}

// refusal asks everybody who may say no, the request first. A server error says
// nothing about the key, whatever directives came with it.
func (j *judgement) refusal(vary Reason, fresh freshness, initial time.Duration) Reason {
	if r := j.ofRequest(); r != "" {
		return r
	}
	r := firstReason(j.ofStatus(), j.ofDirectives(), j.ofFields(), vary, j.ofFreshness(fresh, initial))
	if r.MarksKey() && j.head.Status >= 500 {
		return ServerError
	}
	return r
}

func firstReason(reasons ...Reason) Reason {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}

// ofRequest: what passes the cache is not stored, and of HEAD there is no body
// that could be.
func (j *judgement) ofRequest() Reason {
	if r := Passes(j.req, j.pol); r != "" {
		return r
	}
	if j.req.Method != "GET" {
		return Method
	}
	return ""
}

func (j *judgement) ofStatus() Reason {
	switch {
	case neverStored(j.head.Status):
		return Status
	case j.control.MustUnderstand && !j.overriding && !understood(j.head.Status):
		return Status
	case j.head.Fields.Has("Content-Range"):
		return ContentRange
	}
	return ""
}

// ofDirectives: qualified private and no-cache count for the whole response,
// which section 5.2.2.4 and 5.2.2.7 allow.
func (j *judgement) ofDirectives() Reason {
	switch {
	case j.overriding:
		return ""
	case j.control.NoStore && !j.control.MustUnderstand: // section 5.2.2.3
		return NoStore
	case j.control.Private:
		return Private
	case j.control.NoCache:
		return NoCache
	case j.control.Malformed:
		return BadControl
	}
	return ""
}

// ofFields are the obstacles that no override removes.
func (j *judgement) ofFields() Reason {
	f := j.head.Fields
	switch {
	case f.Has("Set-Cookie") && !j.pol.StoreSetCookie:
		return SetCookie
	case listsMediaType(f.Get("Content-Type"), "text/event-stream"):
		return EventStream
	}
	length, err := strconv.ParseInt(trimOWS(f.Get("Content-Length")), 10, 64)
	if err == nil && j.pol.MaxObject > 0 && length > j.pol.MaxObject {
		return TooLarge
	}
	return ""
}

func (j *judgement) ofFreshness(fresh freshness, initial time.Duration) Reason {
	switch {
	case fresh.none && j.head.Status >= 500:
		return ServerError
	case fresh.none:
		return NoFreshness
	case !fresh.explicit && !j.overriding && !j.control.Given && pragmaNoCache(j.head.Fields):
		return NoCache // a silent origin that means no: the safer reading of section 5.4
	case !j.mayShare(fresh.explicit):
		return Credentials
	case fresh.lifetime <= initial:
		return Expired
	}
	return ""
}

// mayShare: has each credential that the request carries and that is not in the
// key the origin's explicit permission (RFC 9111 section 3.5)? Cookie is content
// with an explicit freshness; what a ttl or a heuristic gave is nobody's word.
func (j *judgement) mayShare(explicit bool) bool {
	c := &j.control
	switch {
	case !j.principal:
		return true
	case !explicit:
		return false
	case c.Public, c.SMaxAge.Given, c.MustRevalidate:
		return true
	}
	for i := range j.req.Fields {
		name := j.req.Fields[i][0]
		if j.pol.credential(name) && !sameName(name, "Cookie") {
			return false
		}
	}
	return true
}
