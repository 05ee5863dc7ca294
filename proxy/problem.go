package proxy

import (
	"encoding/json"
	"errors"

	"github.com/afterburner-gateway/afterburner/upstream"
)

// problem is an answer that the gateway itself makes (RFC 9457). Its kind is
// the stable end of the type, the log's reason and the metric's label.
type problem struct {
	status int
	kind   string
	title  string
	cause  string // the error type of Proxy-Status (RFC 9209 section 2.3); empty: none fits
}

// The gateway's own answers; upstreamProblem has those for a failing upstream.
// Problems documents each.
var (
	badRequest          = problem{400, "bad_request", "The request could not be read", "http_request_error"}
	twoReadings         = problem{400, "ambiguous_path", "The path can be read in two ways that lead to different routes", "http_request_error"}
	badBatch            = problem{400, "bad_batch", "The batch could not be read", "http_request_error"}
	noRouteFound        = problem{404, "no_route", "No route takes this request", "destination_not_found"}
	wrongMethod         = problem{405, "method_not_allowed", "No route takes this method here", "http_request_denied"}
	requestTimeout      = problem{408, "request_timeout", "The request did not arrive in time", "http_request_error"}
	bodyTooLarge        = problem{413, "request_body_too_large", "The request body is too large", "http_request_error"}
	targetTooLong       = problem{414, "request_target_too_long", "The request target is too long", "http_request_error"}
	rangeNotSatisfiable = problem{416, "range_not_satisfiable", "None of the ranges lies in the representation", ""}
	headTooLarge        = problem{431, "request_head_too_large", "The request head is too large", "http_request_error"}
	internalError       = problem{500, "internal_error", "The gateway failed on this request", internalKind}
	tooManyConnections  = problem{503, "too_many_connections", "The gateway has no room for another connection", ""}
	notImplemented      = problem{501, "not_implemented", "The gateway does not do what the request needs", "http_request_error"}
	notCached           = problem{504, "only_if_cached", "Nothing stored answers this request", ""}
	loopDetected        = problem{508, "loop_detected", "The request has come through this gateway before", "proxy_loop_detected"}
)

// problemType is what each kind is the end of.
const problemType = "urn:afterburner:problem:"

// fail answers with a problem. detail says what to do about it, with nothing
// inner in it; extra are further field lines.
func (x *exchange) fail(p problem, detail string, extra ...[2]string) step {
	x.reason = p.kind
	own := x.own[:0]
	own = append(own, "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"...)
	own = appendDate(own, x.gen.gateway.now())
	if p.cause != "" {
		own = appendLine(own, "Proxy-Status", pseudonym+"; error="+p.cause)
	}
	for _, line := range extra {
		own = append(append(append(append(own, line[0]...), ": "...), line[1]...), "\r\n"...)
	}
	own = x.appendCacheStatus(own)
	x.own = own
	x.Respond(Head{Status: p.status, Own: own}, &objectBody{bytes: p.json(detail)})
	return stepFinish
}

func (p problem) json(detail string) []byte {
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail,omitempty"`
	}{problemType + p.kind, p.title, p.status, detail})
	if err != nil { // strings and a number: cannot be
		return []byte(`{"type":"about:blank"}`)
	}
	return append(body, '\n')
}

// failUpstream answers for an upstream that did not.
func (x *exchange) failUpstream(err error) step {
	switch {
	case errors.Is(err, errPanic):
		return x.fail(internalError, "")
	case errors.Is(err, errBodyTooLarge):
		x.closing = true
		return x.fail(bodyTooLarge, "It is larger than limits.request_body.")
	case errors.Is(err, errBadBody):
		x.closing = true
		return x.fail(badRequest, "The body's framing is broken.")
	case errors.Is(err, errSlowBody):
		x.closing = true
		return x.fail(requestTimeout, "The body made no progress for limits.request_timeout.")
	}
	kind := upstream.Kind(internalKind)
	var failure *upstream.Error
	if errors.As(err, &failure) {
		kind = failure.Kind
	}
	return x.fail(upstreamProblem(kind), "Upstream "+x.upstream+": "+string(kind)+".")
}

func upstreamProblem(kind upstream.Kind) problem {
	return problem{kind.Status(), string(kind), "The upstream did not answer", string(kind)}
}

// internalKind is the proxy error type of our own faults (RFC 9209 section
// 2.3.30).
const internalKind = "proxy_internal_error"
