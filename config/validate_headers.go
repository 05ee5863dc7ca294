package config

import (
	"maps"
	"slices"
	"strings"
)

// headers checks the header rules of a route.
func (v *validator) headers(route *place, r Route) {
	at := route.key("headers")
	v.headerRules(at.key("request"), r.Headers.Request, reservedInRequest)
	v.headerRules(at.key("response"), r.Headers.Response, reservedInResponse)
	if len(r.Headers.Request.Set)+len(r.Headers.Response.Set) == 0 {
		return
	}
	pattern, err := ParsePattern("", r.Path, nil)
	if err != nil {
		return // the fault is that of the path
	}
	v.headerValues(at.key("request", "set"), r.Headers.Request.Set, pattern)
	v.headerValues(at.key("response", "set"), r.Headers.Response.Set, pattern)
}

// headerRules checks the names. reserved says why one is not the operator's to
// change, or "".
func (v *validator) headerRules(at *place, rules HeaderRules, reserved func(name string) string) {
	v.headerNames(at.key("remove"), rules.Remove)
	for i, name := range rules.Remove {
		if why := reserved(name); why != "" {
			v.fault(at.key("remove").item(i), "%s %s", quote(name), why)
		}
	}
	set, seen := at.key("set"), map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(rules.Set)) {
		folded := strings.ToLower(name)
		if first, twice := seen[folded]; twice {
			v.fault(set.key(name), "%s and %s are one field; write it once", quote(first), quote(name))
			continue
		}
		seen[folded] = name
		why := reserved(name)
		switch {
		case !isToken(name):
			v.fault(set.key(name), "%s is not a field name; write one like X-Api-Key", quote(name))
		case why != "":
			v.fault(set.key(name), "%s %s", quote(name), why)
		}
	}
}

func (v *validator) headerValues(at *place, set map[string]string, pattern *Pattern) {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if _, err := ParseTemplate(set[name], pattern); err != nil {
			v.templateFault(at.key(name), err, pattern)
		}
	}
}

// templateFault reports what is wrong with a header value. Where the
// environment was filled in, a name in it may be a secret: then the fault is
// that of the text around it.
func (v *validator) templateFault(at *place, err error, pattern *Pattern) {
	if text, filled := v.source(at); filled {
		around, _, _ := v.expandWith(text, func(string) string { return "_" })
		if _, err = ParseTemplate(around, pattern); err == nil {
			v.fault(at, "is not valid once the environment is filled in")
			return
		}
	}
	v.fault(at, "%s", err)
}

// reservedInRequest says why a request field is not the operator's to change,
// or "".
func reservedInRequest(name string) string {
	switch strings.ToLower(name) {
	case "host":
		return "is not changed here; write the name into upstreams.NAME.host"
	case "accept-encoding":
		return "is the gateway's own, which codes the answers itself; see compress"
	case "range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range":
		return "asks for a part or a change only, which a stored answer cannot tell; remove it"
	case "cdn-loop", "expect":
		return "is the gateway's own; remove it"
	}
	return framing(name)
}

// reservedInResponse is the same for the answer.
func reservedInResponse(name string) string {
	switch strings.ToLower(name) {
	case "age", "cache-status", "date":
		return "is the gateway's own; remove it"
	case "content-encoding", "content-range":
		return "says how the body is to be read; remove it"
	}
	return framing(name)
}

// framing are the fields of a message's frame and of a single connection (RFC
// 9110 section 7.6.1, RFC 9112 section 6), and the trace of its way (RFC 9110
// section 7.6.3).
func framing(name string) string {
	switch strings.ToLower(name) {
	case "content-length", "transfer-encoding", "trailer":
		return "frames the message, and is the gateway's own; remove it"
	case "connection", "keep-alive", "proxy-connection", "te", "upgrade", "http2-settings":
		return "belongs to one connection, and is the gateway's own; remove it"
	case "via":
		return "is the gateway's own; remove it"
	}
	return ""
}
