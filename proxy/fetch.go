package proxy

import (
	"errors"
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
	x.sendBody(o)
	o.request.Inform, o.request.TakesTrailers = x.alone().inform, x.TakesTrailers
	response, err := o.send(x.Context())
	if err != nil {
		if x.Context().Err() != nil && !isClientFault(err) {
			x.reason, x.closing = clientGone, true
			return stepFinish
		}
		if x.answer.OnUnreachable && !isClientFault(err) { // of a HEAD, or of a part
			return x.standIn(cache.StaleUnreachable)
		}
		return x.failUpstream(err)
	}
	x.fetched = &x.alone().fetched
	x.fetched.response = response
	if x.answer.OnError && isOutage(response.Status) {
		return x.standIn(cache.StaleIfError)
	}
	return stepJudge
}

// judge of a response that nobody else sees only invalidates: an unsafe method
// that succeeded changes what was stored (RFC 9111 section 4.4).
func (g *Gateway) judge(x *exchange) step {
	response := x.fetched.response
	received := g.now()
	x.fetched.fields = x.retagged(response.Status, x.route.shaped(response.Status, response.Length, x.passedFields(response, received)))
	g.invalidate(x, response.Status, response.Fields)
	if x.Method == "HEAD" && response.Status == 200 && x.answer.Object != nil && outdates(response, x.answer.Object) {
		g.store.Discard(x.answer.Object)
	}
	return stepDeliver
}

// outdates tells whether the answer to a HEAD is about another representation
// than the stored one (RFC 9111 section 4.3.5).
func outdates(response *upstream.Response, o *cache.Object) bool {
	now, then := cache.ValidatorsOf(response.Fields), o.Validators()
	return now.ETag != "" && now.ETag != then.ETag ||
		now.LastModified != "" && now.LastModified != then.LastModified ||
		response.Length >= 0 && response.Length != int64(len(o.Plain().Body))
}

// passedFields keep the Age that came.
func (x *exchange) passedFields(response *upstream.Response, received time.Time) cache.Fields {
	s := x.alone()
	s.kept = appendKept(s.kept[:0], response.Fields, response.Minor, received)
	for _, line := range response.Fields {
		if isName(line[0], "Age") {
			s.kept = append(s.kept, line)
			break
		}
	}
	return s.kept
}

// isUnsafe tells the methods that change something at the origin (RFC 9110
// section 9.2.1); unknown ones are taken to.
func isUnsafe(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "QUERY":
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
