package cache

import (
	"strconv"
	"time"
)

// Judge decides whether a response may be stored, how long it is fresh and what
// its reuse depends on (RFC 9111 section 3). It is pure: requested is when the
// request was sent, received when the head came. A refusal always has a reason.
// What is stale on arrival is stored where it can be of use: it has a validator,
// or may be served stale.
func Judge(req *Request, head *Head, pol *Policy, requested, received time.Time) Verdict {
	v := judge(req, head, pol, requested, received)
	if r := ofRequest(req, pol); r != "" {
		v.Reason = r
	}
	return v
}

// Revalidate judges a stored response that a 304, or the response to a HEAD, has
// updated (RFC 9111 sections 4.3.4 and 4.3.5): merged is its status and what
// MergeFields made of its fields, req the request that was answered so, whatever
// its method. With a reason the stored response is not renewed.
func Revalidate(req *Request, merged *Head, pol *Policy, requested, received time.Time) Verdict {
	return judge(req, merged, pol, requested, received)
}

// Shareable tells whether the response may answer the requests that waited for it
// too: it may be stored, and reused as it came. What is stale on arrival or must
// be validated answers only the request that fetched it (RFC 9111 section 4).
func (v *Verdict) Shareable() bool {
	return v.Reason == "" && !v.MustValidate && v.Lifetime > v.Initial
}

// judge looks at the response alone, and at who asked for it.
func judge(req *Request, head *Head, pol *Policy, requested, received time.Time) Verdict {
	j := judgement{req: req, head: head, pol: pol, received: received}
	j.principal = pol.Principal(req.Fields)
	j.overriding = pol.Mode == Override && !j.principal
	j.control, j.targeted = responseControl(head.Fields, pol.Targets)
	v := Verdict{Received: received, Initial: initialAge(head.Fields, requested, received)}
	j.fresh = j.freshness(v.Initial)
	v.Lifetime, v.Explicit, v.MustValidate = j.fresh.lifetime, j.fresh.explicit, j.mustValidate()
	v.NoStale = v.MustValidate || j.control.MustRevalidate || j.control.ProxyRevalidate ||
		j.control.SMaxAge.Given && !j.overriding
	if !v.NoStale {
		j.permitStale(&v)
	}
	v.Vary, v.Reason = ParseVary(head.Fields, pol)
	v.Reason = j.refusal(&v)
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
	fresh    freshness
}

// ofRequest: what passes the cache is not stored, and of HEAD there is no body
// that could be.
func ofRequest(req *Request, pol *Policy) Reason {
	if r := Passes(req, pol); r != "" {
		return r
	}
	if req.Method == "HEAD" {
		return Method
	}
	return ""
}

// mustValidate: no-cache, or a silent origin that says Pragma: no-cache, which is
// the safer reading of section 5.4.
func (j *judgement) mustValidate() bool {
	if j.overriding {
		return false
	}
	silent := !j.control.Given && !j.fresh.explicit
	return j.control.NoCache || silent && pragmaNoCache(j.head.Fields)
}

// refusal asks everybody who may say no; v.Reason is what Vary says. A server
// error says nothing about the key, whatever directives came with it.
func (j *judgement) refusal(v *Verdict) Reason {
	r := firstReason(j.ofStatus(), j.ofDirectives(v), j.ofFields(), v.Reason, j.ofSize(), j.ofFreshness(v))
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
func (j *judgement) ofDirectives(v *Verdict) Reason {
	switch {
	case j.overriding:
		return ""
	case j.control.NoStore && !j.control.MustUnderstand: // section 5.2.2.3
		return NoStore
	case j.control.Private:
		return Private
	case v.MustValidate && !j.useful(v):
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
	return ""
}

// ofSize comes behind what forbids sharing: what is only too large may be shared
// while it comes (Policy.Unstored).
func (j *judgement) ofSize() Reason {
	length, err := strconv.ParseInt(trimOWS(j.head.Fields.Get("Content-Length")), 10, 64)
	if err == nil && j.pol.MaxObject > 0 && length > j.pol.MaxObject {
		return TooLarge
	}
	return ""
}

func (j *judgement) ofFreshness(v *Verdict) Reason {
	switch {
	case j.fresh.none && j.head.Status >= 500:
		return ServerError
	case j.fresh.none && !(v.MustValidate && j.cacheableByDefault()):
		return NoFreshness
	case !j.mayShare(v.Explicit):
		return Credentials
	case v.Lifetime <= v.Initial && !j.useful(v):
		return Expired
	}
	return ""
}

// useful: is what answers nobody as it is worth storing? With a validator, or
// permission to serve it stale. A server error would only take the place of
// something better, and what was made for a principal needs more than a lifetime
// of nothing to go by.
func (j *judgement) useful(v *Verdict) bool {
	if j.head.Status >= 500 || j.principal && !j.permitted() {
		return false
	}
	return v.StaleWhile > 0 || v.StaleError > 0 || ValidatorsOf(j.head.Fields).Any()
}

// mayShare: has each credential that the request carries and that is not in the
// key the origin's explicit permission (RFC 9111 section 3.5)? Cookie is content
// with an explicit freshness; what a ttl or a heuristic gave is nobody's word.
func (j *judgement) mayShare(explicit bool) bool {
	switch {
	case !j.principal:
		return true
	case !explicit:
		return false
	case j.permitted():
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

// permitted: the origin says that one principal's answer may go to another (RFC
// 9111 section 3.5).
func (j *judgement) permitted() bool {
	return j.control.Public || j.control.SMaxAge.Given || j.control.MustRevalidate
}
