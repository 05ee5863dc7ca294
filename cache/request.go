package cache

import "strings"

// Passes tells why a request passes the cache by its own facts: nothing is
// looked up and nothing is stored. Empty: it does not. If-None-Match and
// If-Modified-Since are not among them, they are answered from the store.
func Passes(req *Request, pol *Policy) Reason {
	if pol.Mode == Off {
		return ModeOff
	}
	if !pol.takes(req.Method) {
		return Method
	}
	if pol.KeysBody(req.Method) && req.Fields.Has("If-None-Match") { // RFC 9110 section 13.1.2: a 412, not a 304
		return Conditional
	}
	for i := range req.Fields {
		if r := passesBy(req.Fields[i][0], req.Fields[i][1]); r != "" {
			return r
		}
	}
	if pol.heard(req.Fields).NoStore {
		return RequestNoStore
	}
	return ""
}

// passesBy looks at one field line.
func passesBy(name, value string) Reason {
	switch {
	case sameName(name, "If-Match"), sameName(name, "If-Unmodified-Since"):
		return Conditional
	case sameName(name, "Upgrade"):
		return Upgrade
	case sameName(name, "Accept") && listsMediaType(value, "text/event-stream"):
		return EventStream
	}
	return ""
}

// listsMediaType tells whether a media type is a member of the list, whatever
// its parameters.
func listsMediaType(list, mediaType string) bool {
	for list != "" {
		var member string
		member, list, _ = strings.Cut(list, ",")
		member, _, _ = strings.Cut(member, ";")
		if strings.EqualFold(trimOWS(member), mediaType) {
			return true
		}
	}
	return false
}

// hasRange tells whether the request asks for a part (RFC 9110 section 14.2). It
// is answered from a stored whole; a flight asks for the whole.
func hasRange(req *Request) bool { return req.Method == "GET" && req.Fields.Has("Range") }

// OnlyIfCached tells whether the request wants a stored answer or a 504 (RFC
// 9111 section 5.2.1.7), and the route hears it.
func OnlyIfCached(f Fields, pol *Policy) bool { return pol.heard(f).OnlyIfCached }

// wantsNew tells whether a request is owed an answer that was made after it came
// (RFC 9111 section 5.2.1.4): a flight that began before has none.
func wantsNew(f Fields, pol *Policy) bool { return pol.heard(f).NoCache }

// Principal tells whether the request carries a credential that the route
// neither ignores nor has in its key. What was stored without the origin's
// explicit freshness is not for such a request.
func (p *Policy) Principal(f Fields) bool {
	for i := range f {
		if p.credential(f[i][0]) {
			return true
		}
	}
	return false
}

// credential tells whether a field names a principal and is not in the key.
func (p *Policy) credential(name string) bool {
	return hasName(p.Credentials, name) && !hasName(p.KeyHeaders, name)
}

func hasName(names []string, name string) bool {
	for _, n := range names {
		if sameName(n, name) {
			return true
		}
	}
	return false
}
