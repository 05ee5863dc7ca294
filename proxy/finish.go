package proxy

import (
	"strings"

	"github.com/afterburner-gateway/afterburner/telemetry"
)

// finish lets go of everything the exchange held and tells what happened. It
// runs once, behind the sending.
func (g *Gateway) finish(x *exchange) step {
	if x.tunnel == nil {
		x.received = x.adaptor.stopBody()
	}
	g.release(x)
	if x.fetched != nil {
		x.fetched.response.Body.Close()
	}
	if x.answer.Reader != nil {
		x.answer.Reader.Leave()
	}
	if x.coder != nil {
		x.coder.Abort()
	}
	if x.cancel != nil {
		x.cancel()
	}
	g.tell(x)
	g.telemetry.End()
	return stepFinish
}

// tell counts the request and writes its access line.
func (g *Gateway) tell(x *exchange) {
	took := g.now().Sub(x.started)
	status := x.head.Status
	if !x.responded {
		status = 0
	}
	g.countedRoute(x).Request(telemetry.Observation{
		Method: x.Method, Status: status, Cache: x.result, Reason: x.reason,
		Duration: took, BytesIn: x.received, BytesOut: x.sent,
	})
	if !g.access.On() {
		return
	}
	pattern := ""
	if x.route != nil {
		pattern = x.route.pattern
	}
	g.access.Log(telemetry.Line{
		Time: x.started, Method: x.Method, Path: x.path(), Route: pattern, Status: status,
		Cache: x.result, Reason: x.reason, Duration: took,
		BytesIn: x.received, BytesOut: x.sent, Upstream: x.upstream, TraceID: x.traced().ID,
	})
}

// countedRoute is where the request is counted; one that no route took has a
// place of its own.
func (g *Gateway) countedRoute(x *exchange) *telemetry.Route {
	if x.route != nil {
		return x.route.counted
	}
	return g.unrouted
}

// traced is the request's trace, continued or begun at its first use.
func (x *exchange) traced() *telemetry.Trace {
	if x.trace.ID == "" {
		x.trace = x.gen.gateway.telemetry.Trace(
			cloned(x.Fields.Get("Traceparent")), cloned(x.Fields.Get("Tracestate")))
	}
	return &x.trace
}

// cloned is a copy of a view, nothing for nothing.
func cloned(s string) string { return strings.Clone(s) }
