package proxy

import (
	"slices"
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
	if next, done := g.holdBody(x); done {
		return next
	}
	if x.route.keyedByClient && x.tries == (tries{}) { // once
		x.setForwardedFor()
	}
	x.key = x.appendKey(x.key[:0])
	x.asked = cache.Request{Method: x.Method, Key: unsafe.String(unsafe.SliceData(x.key), len(x.key)), Fields: x.Fields}
	x.answer = g.store.Lookup(&x.asked, x.route.policy, x.moment(), x.tries.alone)
	x.reason = string(x.answer.Reason)
	switch x.answer.Word {
	case cache.Hit:
		x.result = telemetry.CacheHit
		return stepDeliver
	case cache.HitStale:
		x.result = telemetry.CacheStale
		x.refresh()
		return stepDeliver
	}
	if x.answer.Reason == cache.OnlyCached {
		return x.fail(notCached, "Ask again without only-if-cached.")
	}
	x.upstream = x.route.origin
	switch x.answer.Word {
	case cache.Lead, cache.Alone:
		x.result = telemetry.CacheMiss
		x.launch()
		return stepAwait
	case cache.Follow:
		x.result = telemetry.CacheCollapsed
		g.telemetry.Follower()
		return stepAwait
	}
	return x.pass(x.answer)
}

// launch starts the flight that the lookup claimed.
func (x *exchange) launch() {
	flight := x.answer.Flight
	order := x.newOrder(flight.Request.Fields, true)
	if x.content.read {
		x.sendBody(order)
	}
	go x.gen.gateway.fly(flight, x.answer.Fill, order)
}

// refresh starts the flight behind a stale answer, if this request is the one to
// start it.
func (x *exchange) refresh() {
	if x.answer.Flight != nil {
		x.launch()
	}
}

// setForwardedFor puts what the origin will be told into the place of what the
// client says.
func (x *exchange) setForwardedFor() {
	told := x.provenance().forwardedFor
	x.Fields = slices.DeleteFunc(x.Fields, func(line [2]string) bool { return isName(line[0], "X-Forwarded-For") })
	x.Fields = append(x.Fields, [2]string{"X-Forwarded-For", told})
}

// moment is now: when the request came, or, once it may have waited, the clock's.
func (x *exchange) moment() time.Time {
	if x.ctx == nil && x.Length == 0 {
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
	if x.route.compress == nil || x.ranged() {
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
	if outcome == cache.Failed && x.answer.OnUnreachable {
		return x.standIn(cache.StaleUnreachable)
	}
	if filled != nil && x.answer.OnError && isOutage(filled.Status) {
		x.filled = filled
		return x.standIn(cache.StaleIfError)
	}
	if outcome == cache.Shared {
		x.filled = filled
		if filled.Validated {
			x.result = telemetry.CacheRevalidated
		}
		if filled.Verdict.Reason != "" {
			x.reason = string(filled.Verdict.Reason)
		}
		if x.ranged() {
			return x.awaitWhole()
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

// isOutage tells the statuses that a stale answer may stand in for (RFC 5861
// section 4).
func isOutage(status int) bool {
	return status == 500 || status >= 502 && status <= 504
}

// standIn answers with the stale object that the lookup found, which is older by
// the time that the origin took to fail.
func (x *exchange) standIn(reason cache.Reason) step {
	if x.answer.Reader != nil {
		x.answer.Reader.Leave()
		x.answer.Reader = nil
	}
	x.answer.Age = int64(x.answer.Object.Verdict.Age(x.gen.gateway.now()) / time.Second)
	x.stale, x.result, x.reason = true, telemetry.CacheStale, string(reason)
	return stepDeliver
}

// passInterim hands on what a flight that this request leads brought early.
func (x *exchange) passInterim(early cache.Interim) { x.Inform(early.Status, early.Fields) }

// clientGone is the reason of a request whose client did not wait.
const clientGone = "client_gone"
