package proxy

import (
	"errors"
	"strings"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// fetched is an answer that this exchange alone asked for.
type fetched struct {
	response *upstream.Response
	fields   cache.Fields
}

// fetch asks the origin for this request alone; its body streams there while
// the answer may already come.
func (g *Gateway) fetch(x *exchange) step {
	o := x.newOrder(x.Fields, false)
	if x.Length != 0 {
		body := x.adaptor.body()
		o.request.Body, o.request.Length, o.request.Expect = body, x.Length, x.Expects
		if t, ok := body.(trailed); ok {
			o.request.Trailers = func() [][2]string { return x.passedTrailers(t) }
		}
	}
	o.request.Inform = x.Inform
	response, err := o.send(x.Context())
	if err != nil {
		if x.Context().Err() != nil && !isClientFault(err) {
			x.reason, x.closing = clientGone, true
			return stepFinish
		}
		return x.failUpstream(err)
	}
	x.fetched = &fetched{response: response}
	return stepJudge
}

// judge of a response that nobody else sees only invalidates: an unsafe method
// that succeeded changes what was stored (RFC 9111 section 4.4).
func (g *Gateway) judge(x *exchange) step {
	response := x.fetched.response
	received := g.now()
	x.fetched.fields = x.route.response.apply(x.retagged(response.Status, varied(x.route.compress, response, passedFields(response, received))))
	if isUnsafe(x.Method) && response.Status >= 200 && response.Status < 400 {
		g.purgeURL(x.gen, x.Host, x.Target)
	}
	return stepDeliver
}

// passedFields keep the Age that came.
func passedFields(response *upstream.Response, received time.Time) cache.Fields {
	kept := keptFields(response.Fields, response.Minor, received)
	for _, line := range response.Fields {
		if strings.EqualFold(line[0], "Age") {
			return append(kept, line)
		}
	}
	return kept
}

// isUnsafe tells the methods that change something at the origin (RFC 9110
// section 9.2.1); unknown ones are taken to.
func isUnsafe(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return false
	}
	return true
}

// isClientFault tells whether it was the request's body that failed.
func isClientFault(err error) bool {
	return errors.Is(err, errBodyTooLarge) || errors.Is(err, errBadBody) || errors.Is(err, errSlowBody)
}

// kindOf is the error's name in the metrics (RFC 9209 section 2.3).
func kindOf(err error) string {
	var failure *upstream.Error
	if errors.As(err, &failure) {
		return string(failure.Kind)
	}
	return string(internalKind)
}

// Why a request's body could not be read; they travel through the upstream's
// error.
var (
	errBodyTooLarge = errors.New("the request body is larger than limits.request_body")
	errBadBody      = errors.New("the request body's framing is broken")
	errSlowBody     = errors.New("the request body made no progress")
)
