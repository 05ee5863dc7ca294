package proxy

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/telemetry"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// order is what goes to the origin. That of a flight owns its memory: nothing
// of an exchange can be reached from it.
type order struct {
	gen     *generation
	route   *route
	request upstream.Request
	tags    []string // that the route gives; of a flight's alone
}

// newOrder writes the request as the origin is to see it. fields are the
// request's own, or a flight's copy; owned tells the latter, and then all else
// is copied, too.
func (x *exchange) newOrder(fields cache.Fields, owned bool) *order {
	var o *order
	if owned {
		o = new(order)
	} else {
		o = &x.alone().order
	}
	*o = order{gen: x.gen, route: x.route, request: upstream.Request{Fields: o.request.Fields[:0]}}
	o.request.Method, o.request.Target, o.request.Host = x.Method, x.sentTarget, x.Host
	if owned {
		o.request.Method = strings.Clone(x.Method)
		o.request.Target = strings.Clone(x.sentTarget)
		o.request.Host = strings.Clone(x.Host)
		o.tags = x.route.tags.of(&x.params)
	}
	if x.route.host != "" {
		o.request.Host = x.route.host
	}
	o.request.Fields = x.forwardedFields(o.request.Fields, fields, owned)
	if x.Protocol != "" {
		o.request.Upgrade = true
		o.request.Fields = append(o.request.Fields, [2]string{"Upgrade", x.Protocol})
	}
	return o
}

// forwardedFields are the client's end-to-end fields with what an intermediary
// changes: Accept-Encoding where the gateway codes itself, Via, the X-Forwarded
// and Forwarded fields, CDN-Loop and the trace.
func (x *exchange) forwardedFields(out [][2]string, fields cache.Fields, owned bool) [][2]string {
	trace, from := x.traced(), x.provenance()
	out = slices.Grow(out, len(fields)+10)
	for _, line := range fields {
		if x.drops(line[0], owned) {
			continue
		}
		if x.Method == "OPTIONS" && isName(line[0], "Max-Forwards") {
			line[1] = oneLess(line[1])
		}
		if x.route.compress != nil {
			line[1] = plainConditions(line[0], line[1])
		}
		out = append(out, line)
	}
	if x.route.compress != nil {
		out = append(out, [2]string{"Accept-Encoding", "identity"})
	}
	out = append(out,
		[2]string{"Via", via(x.Minor)},
		[2]string{"X-Forwarded-For", from.forwardedFor},
		[2]string{"X-Forwarded-Proto", from.proto},
		[2]string{"X-Forwarded-Host", from.host},
		[2]string{"Forwarded", from.forwarded},
		[2]string{"CDN-Loop", x.gen.gateway.loop},
		[2]string{"Traceparent", trace.Traceparent})
	if trace.Tracestate != "" {
		out = append(out, [2]string{"Tracestate", trace.Tracestate})
	}
	return out
}

// oneLess counts Max-Forwards down (RFC 9110 section 7.6.2). What is no number is
// not ours to judge.
func oneLess(count string) string {
	n, err := strconv.ParseUint(count, 10, 32)
	if err != nil || n == 0 {
		return count
	}
	return strconv.FormatUint(n-1, 10)
}

// via is our member of Via behind a message of HTTP/1.minor (RFC 9110 section
// 7.6.3).
func via(minor int) string {
	if minor == 0 {
		return "1.0 " + pseudonym
	}
	return "1.1 " + pseudonym
}

// drops tells whether a client's field is not passed on as it came. A flight
// asks for the whole: the exchange tests its client's conditions itself.
func (x *exchange) drops(name string, flight bool) bool {
	const forwarded = "X-Forwarded-"
	if len(name) > len(forwarded) && isName(name[:len(forwarded)], forwarded) {
		return x.peer == "" || isName(name, "X-Forwarded-For") || isName(name, "X-Forwarded-Proto") || isName(name, "X-Forwarded-Host")
	}
	switch len(name) {
	case len("Range"):
		return flight && strings.EqualFold(name, "Range")
	case len("If-Range"):
		return flight && strings.EqualFold(name, "If-Range")
	case len("Forwarded"):
		return strings.EqualFold(name, "Forwarded")
	case len("Tracestate"):
		return strings.EqualFold(name, "Tracestate")
	case len("Traceparent"):
		return strings.EqualFold(name, "Traceparent")
	case len("If-None-Match"):
		return flight && strings.EqualFold(name, "If-None-Match")
	case len("Accept-Encoding"):
		return x.route.compress != nil && strings.EqualFold(name, "Accept-Encoding")
	case len("If-Modified-Since"):
		return flight && strings.EqualFold(name, "If-Modified-Since")
	}
	return false
}

// confirm makes the request one that the origin may answer by confirming what is
// stored, by each validator it has (RFC 9111 section 4.3.1).
func (o *order) confirm(stale *cache.Object) {
	v := stale.Validators()
	if v.ETag != "" {
		o.request.Fields = append(o.request.Fields, [2]string{"If-None-Match", v.ETag})
	}
	if v.LastModified != "" {
		o.request.Fields = append(o.request.Fields, [2]string{"If-Modified-Since", v.LastModified})
	}
}

// unconditional takes the validators back.
func (o *order) unconditional() {
	o.request.Fields = slices.DeleteFunc(o.request.Fields, func(line [2]string) bool {
		return isName(line[0], "If-None-Match") || isName(line[0], "If-Modified-Since")
	})
}

// send asks the upstream once and counts it.
func (o *order) send(ctx context.Context) (*upstream.Response, error) {
	began := o.gen.gateway.now()
	response, err := o.route.upstream.RoundTrip(ctx, &o.request)
	status, failure := 0, ""
	if err != nil {
		failure = kindOf(err)
	} else {
		status = response.Status
	}
	o.route.asked.Tried(telemetry.Try{
		Method: o.request.Method, Status: status, Error: failure,
		Duration: o.gen.gateway.now().Sub(began),
	})
	return response, err
}
