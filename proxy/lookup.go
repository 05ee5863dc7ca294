package proxy

import (
	"time"
	"unsafe"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// lookup asks the store and does as its one word says.
func (g *Gateway) lookup(x *exchange) step {
	x.coding = x.negotiate()
	switch {
	case x.Protocol != "":
		return x.pass(cache.Answer{Reason: cache.Upgrade, Forward: cache.FwdBypass})
	case x.Length != 0 && (x.Method == "GET" || x.Method == "HEAD"):
		return x.pass(cache.Answer{Reason: cache.RequestBody, Forward: cache.FwdBypass})
	}
	x.key = x.route.key.Append(x.key[:0], x.Scheme, x.Host, x.Target, x.Fields)
	x.asked = cache.Request{Method: x.Method, Key: unsafe.String(unsafe.SliceData(x.key), len(x.key)), Fields: x.Fields}
	x.answer = g.store.Lookup(&x.asked, x.route.policy, x.moment(), x.tries.alone)
	x.reason = string(x.answer.Reason)
	switch x.answer.Word {
	case cache.Hit:
		x.result = telemetry.CacheHit
		return stepDeliver
	}
	if x.answer.Reason == cache.OnlyCached {
		return x.fail(notCached, "Ask again without only-if-cached.")
	}
	x.upstream = x.route.origin
	switch x.answer.Word {
	case cache.Lead, cache.Alone:
		x.result = telemetry.CacheMiss
		order := x.newOrder(x.answer.Flight.Request.Fields, true)
		go g.fly(x.answer.Flight, x.answer.Fill, order)
		return stepAwait
	case cache.Follow:
		x.result = telemetry.CacheCollapsed
		g.telemetry.Follower()
		return stepAwait
	}
	return x.pass(x.answer)
}

// moment is now: when the request came, or, once it has waited, the clock's.
func (x *exchange) moment() time.Time {
	if x.tries == (tries{}) {
		return x.started
	}
	return x.gen.gateway.now()
}

// pass sends the request on for itself alone.
func (x *exchange) pass(answer cache.Answer) step {
	x.answer, x.upstream = answer, x.route.origin
	x.result, x.reason = telemetry.CacheBypass, string(x.answer.Reason)
	if x.answer.Reason == "" {
		x.result = telemetry.CacheMiss
	}
	return stepFetch
}

// negotiate finds the coding that the client takes and the route offers.
func (x *exchange) negotiate() string {
	if x.route.compress == nil {
		return ""
	}
	accept, lines := "", 0
	for value := range x.Fields.All("Accept-Encoding") {
		if lines++; lines > 1 {
			value = accept + ", " + value
		}
		accept = value
	}
	return compress.Negotiate(accept, lines > 0, x.route.compress.Encodings)
}

// maxAgain is how many flights may turn out not to be for a request before it
// goes alone.
const maxAgain = 2

// await reads the head of the flight that the request leads or follows, or
// learns why there is none for it.
func (g *Gateway) await(x *exchange) step {
	outcome, filled, err := x.answer.Reader.Head(&x.asked, x.Gone(), x.passInterim)
	if !x.answer.Reader.Leads() {
		g.telemetry.Flight(outcome.String())
	}
	if outcome == cache.Shared {
		x.filled = filled
		if filled.Verdict.Reason != "" {
			x.reason = string(filled.Verdict.Reason)
		}
		return stepDeliver
	}
	leads := x.answer.Reader.Leads()
	x.answer.Reader.Leave()
	x.answer.Reader = nil
	switch outcome {
	case cache.Gone:
		x.reason, x.closing = clientGone, true
		return stepFinish
	case cache.GiveUp:
		x.tries.alone = true
	case cache.Again, cache.TooOld: // an origin that hangs must not have them queue
		x.tries.again++
		x.tries.alone = x.tries.again >= maxAgain
	case cache.Failed:
		if x.tries.failed++; leads || x.tries.failed > 1 {
			return x.failUpstream(err)
		}
	}
	return stepLookup
}

// passInterim hands on what a flight that this request leads brought early.
func (x *exchange) passInterim(early cache.Interim) { x.Inform(early.Status, early.Fields) }

// clientGone is the reason of a request whose client did not wait.
const clientGone = "client_gone"
