package proxy

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// step names a station of a request's life.
type step uint8

const (
	stepAdmit step = iota
	stepRoute
	stepBatch
	stepLookup
	stepAwait
	stepFetch
	stepJudge
	stepDeliver
	stepFinish
	stepCount
)

// station is a step's name, as the log shows it, and what it does: it returns
// where the request goes next.
type station struct {
	name string
	run  func(*exchange) step
}

// table is the whole life of a request.
func (g *Gateway) table() [stepCount]station {
	return [stepCount]station{
		stepAdmit:   {"admit", g.admit},     // → route
		stepRoute:   {"route", g.routing},   // → batch, lookup
		stepBatch:   {"batch", g.batch},     // its items enter this table
		stepLookup:  {"lookup", g.lookup},   // → deliver (hit), await (lead, follow, alone), fetch (pass)
		stepAwait:   {"await", g.await},     // → deliver, lookup
		stepFetch:   {"fetch", g.fetch},     // → judge
		stepJudge:   {"judge", g.judge},     // → deliver
		stepDeliver: {"deliver", g.deliver}, // → finish
		stepFinish:  {"finish", g.finish},   // always, once, behind the adaptor's sending
	}
	// Each step but the last may also answer with a problem → finish.
}

// handle walks an exchange through the table, has its adaptor send the answer,
// and finishes it.
func (g *Gateway) handle(x *exchange) {
	g.walk(x)
	g.settle(x)
}

// settle sends the answer that the steps found and finishes the exchange.
func (g *Gateway) settle(x *exchange) {
	if x.responded {
		x.sent, x.err = x.adaptor.send(x)
		if errors.Is(x.err, errClientGone) || x.err != nil && x.ctx != nil && x.ctx.Err() != nil {
			x.reason = clientGone
		}
	}
	g.conclude(x)
}

// conclude finishes an exchange: always, once.
func (g *Gateway) conclude(x *exchange) {
	x.at = stepFinish
	g.steps[stepFinish].run(x)
}

// walk runs the steps up to the answer. A panic ends the request with a 500, and
// the process goes on (invariant 9).
func (g *Gateway) walk(x *exchange) {
	defer func() {
		if p := recover(); p != nil {
			g.panicked(g.steps[x.at].name, p)
			x.responded = false
			x.fail(internalError, "")
		}
	}()
	g.telemetry.Begin() // finish ends it
	for x.at = stepAdmit; x.at != stepFinish; {
		x.at = g.steps[x.at].run(x)
	}
}

// panicked writes down what must not happen.
func (g *Gateway) panicked(where string, p any) {
	g.telemetry.Panicked()
	g.log.Error("panic", "step", where, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}
