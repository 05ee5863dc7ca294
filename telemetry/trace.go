package telemetry

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// A Trace is a request's place in a distributed trace (W3C Trace Context).
type Trace struct {
	// ID is the trace id, 32 lower-case hexadecimal digits, for the log.
	ID string
	// Traceparent is the field to send to the origin, never empty.
	Traceparent string
	// Tracestate is the field to send to the origin; empty: send none.
	Tracestate string
}

// Trace continues the trace that a request's fields name, or begins one where
// they are absent or invalid. No span is recorded: a valid traceparent is passed
// on as it came, a new one says "not sampled". A tracestate without a valid
// traceparent, or one that does not parse, is dropped (section 3.3 there).
//
// It costs some allocations: call it when the origin or the log needs it. The
// Trace keeps parts of its arguments, so they must not lie in reused memory.
func (t *Telemetry) Trace(traceparent, tracestate string) Trace {
	// The cheap look first: most requests carry none.
	if traceparent == "" {
		return beginTrace()
	}
	fields := traceFields{traceparent, tracestate}
	ctx := propagation.TraceContext{}.Extract(context.Background(), fields)
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() || !visible(traceparent) {
		return beginTrace()
	}
	if span.TraceState().Len() == 0 {
		tracestate = ""
	}
	id := span.TraceID()
	return Trace{ID: hex.EncodeToString(id[:]), Traceparent: traceparent, Tracestate: tracestate}
}

// visible is about versions after 00: the propagator does not look at what such
// a traceparent has behind the flags, and nothing may split the field we send.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// beginTrace makes version 00 with random ids and no flags.
func beginTrace() Trace {
	b := make([]byte, 0, len("00-")+32+len("-")+16+len("-00"))
	b = append(b, "00-"...)
	b = appendID(b)
	b = appendID(b)
	b = append(b, '-')
	b = appendID(b)
	b = append(b, "-00"...)
	s := string(b)
	return Trace{ID: s[3:35], Traceparent: s}
}

// appendID adds 16 digits that are not all zero, which would be invalid.
func appendID(b []byte) []byte {
	const digits = "0123456789abcdef"
	n := rand.Uint64() | 1
	for shift := 60; shift >= 0; shift -= 4 {
		b = append(b, digits[n>>shift&0xf])
	}
	return b
}

// traceFields carries the two fields to the propagator.
type traceFields struct{ traceparent, tracestate string }

// Get implements propagation.TextMapCarrier.
func (f traceFields) Get(name string) string {
	if strings.EqualFold(name, "traceparent") {
		return f.traceparent
	}
	return f.tracestate
}

// Set implements propagation.TextMapCarrier; nothing is injected here.
func (f traceFields) Set(string, string) {}

// Keys implements propagation.TextMapCarrier.
func (f traceFields) Keys() []string { return []string{"traceparent", "tracestate"} }
