// Package proxy is the gateway itself: start reading here.
//
// A request's life is a table of named steps (steps.go):
//
//	admit → route → (batch) → lookup → (deliver | await | fetch → judge) → deliver → finish
//
// The steps see one exchange (exchange.go): a view of the request, its body,
// and one Respond. Adaptors carry exchanges: http1.go over fasthttp's
// connections, nethttp.go over the standard library's (HTTP/2), inprocess.go for
// the items of a batch. Nothing else knows
// a protocol. What a request may rely on is its generation (generation.go), the
// immutable translation of one configuration (compile.go), loaded once.
//
// A response that is stored or shared is fetched by a flight (fly.go), in a
// goroutine of its own; the exchange only reads it.
package proxy
