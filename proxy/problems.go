package proxy

import (
	"github.com/afterburner-gateway/afterburner/batch"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// A Problem documents an answer that the gateway itself makes (RFC 9457): its
// parts are those of the answer, and what its reader wants to know.
type Problem struct {
	Status int
	Type   string // urn:afterburner:problem:KIND; KIND is also the log's reason
	Title  string
	// ProxyStatus is the error of the field Proxy-Status (RFC 9209); empty: it has
	// none.
	ProxyStatus string
	When, Do    string // it is answered; and what helps
}

// Problems are all of them: the gateway's own, then those of an upstream that did
// not answer, then those of single items of a batch.
func Problems() []Problem {
	var all []Problem
	for _, d := range ownProblems() {
		all = append(all, d.problem.documented(d.when, d.do))
	}
	for _, d := range upstreamProblems() {
		all = append(all, upstreamProblem(d.kind).documented(d.when, d.do))
	}
	for _, d := range itemProblems() {
		all = append(all, problem{d.status, string(d.reason), itemTitle, ""}.documented(d.when, d.do))
	}
	return all
}

func (p problem) documented(when, do string) Problem {
	return Problem{Status: p.status, Type: problemType + p.kind, Title: p.title, ProxyStatus: p.cause, When: when, Do: do}
}

type ownProblem struct {
	problem  problem
	when, do string
}

func ownProblems() []ownProblem {
	return []ownProblem{
		{badRequest, "The request breaks a rule of HTTP, or could be read in two ways: its framing, a field, the Host, the target.", "The detail names the rule. The connection is closed. Correct the client; the request was not sent on."},
		{twoReadings, "The path has encoded slashes, dot segments or empty segments, and read without them it would take another route.", "Send the path in its plain form."},
		{badBatch, "The batch is no JSON, or not of the format; with status 413 it has too many items or bytes.", "The detail names the place. See batch.max_items and batch.max_body."},
		{noRouteFound, "No route of the configuration fits host and path.", "Add a route, or one with path: / for the rest."},
		{wrongMethod, "Routes fit the path, but none takes the method; or the method is TRACE.", "Allow lists the methods that are taken."},
		{requestTimeout, "The request's head took longer than limits.header_timeout, or its body made no progress for limits.request_timeout.", "Send again. If it is the network that is slow, raise the limit."},
		{bodyTooLarge, "The request's body is larger than limits.request_body, or a batch larger than batch.max_body.", "Send less, or raise the limit."},
		{targetTooLong, "The request's target is longer than 8 KiB.", "Send what is that long in a body."},
		{rangeNotSatisfiable, "The request's Range asks for parts behind the end of what is stored.", "Content-Range has the length of the whole."},
		{headTooLarge, "The request line and the fields together are larger than limits.header.", "Look for cookies that grow; or raise the limit."},
		{internalError, "The gateway failed on this request; others go on.", "The log of the gateway has the cause under panic. Please report it."},
		{notImplemented, "The method is CONNECT, or the body comes in a transfer coding beside chunked.", "This is no forward proxy; send the body as it is, or in chunks."},
		{tooManyConnections, "As many connections are open as limits.connections allows. The connection is closed unread.", "Try again after Retry-After; raise the limit if the machine can take more."},
		{notCached, "The request's Cache-Control has only-if-cached, and nothing stored answers it.", "Ask without only-if-cached."},
		{loopDetected, "The request has come through this very gateway before: an upstream leads back to it.", "Look at the targets of the upstreams."},
	}
}

type documentedKind struct {
	kind     upstream.Kind
	when, do string
}

func upstreamProblems() []documentedKind {
	const look = "Look at the API and the network before it."
	return []documentedKind{
		{upstream.DNSTimeout, "The name of the target was not resolved within timeout.connect.", "Look at the resolver."},
		{upstream.DNSError, "The name of the target has no address.", "Look at the target's name in the configuration, and at the resolver."},
		{upstream.DestinationUnavailable, "No connection to the target could be opened, for a reason that has no other word here.", look},
		{upstream.DestinationIPUnroutable, "There is no route to the target's address.", look},
		{upstream.ConnectionRefused, "Nothing listens at the target's address.", "Start the API, or correct the target."},
		{upstream.ConnectionTerminated, "The API closed the connection before it answered.", "Look at the API's log: it may have crashed, or its keep-alive time be short."},
		{upstream.ConnectionTimeout, "No connection was opened within timeout.connect.", look},
		{upstream.ConnectionReadTimeout, "The answer made no progress for timeout.response.", "Look why the API is slow, or raise the limit."},
		{upstream.ConnectionWriteTimeout, "The API did not take the request for timeout.response.", "Look why the API does not read."},
		{upstream.ConnectionLimitReached, "All connections to the target are busy: the queue is full, or no place came within pool.wait.", "Raise pool.max_connections if the API can take more; else it is too slow for its load."},
		{upstream.TLSProtocolError, "The TLS handshake with the target failed.", "The target must speak TLS 1.2 or newer; see that it is https at all."},
		{upstream.TLSCertificateError, "The target's certificate is not one that is believed.", "See tls.ca and tls.server_name of the upstream; the certificate may be out of date."},
		{upstream.TLSAlertReceived, "The target refused the TLS handshake.", "It may ask for a client certificate: tls.cert and tls.key."},
		{upstream.HTTPRequestError, "The request could not be sent on: its body broke off, or a part of it cannot be written.", "Send it again, whole."},
		{upstream.HTTPResponseIncomplete, "The API's answer broke off before its head was complete.", "Look at the API's log."},
		{upstream.HTTPResponseHeaderSize, "The head of the API's answer is larger than 64 KiB.", "Let the API send smaller fields."},
		{upstream.HTTPResponseTrailerSize, "The trailer section of the API's answer is larger than 64 KiB.", "Let the API send smaller trailers."},
		{upstream.HTTPResponseTransferCoded, "The API's answer comes in a transfer coding beside chunked.", "Let the API send chunked, or a Content-Length."},
		{upstream.HTTPResponseTimeout, "No complete head of an answer came within timeout.response.", "Look why the API is slow, or raise the limit."},
		{upstream.HTTPProtocolError, "The API's answer is no HTTP/1.1, or could be read in two ways.", "Look at what stands before it: junk before the status line, two lengths, a field name with a space."},
		{internalKind, "The gateway itself failed on the way to the upstream.", "The log of the gateway has the cause. Please report it."},
	}
}

type documentedItem struct {
	status   int
	reason   batch.Reason
	when, do string
}

// itemNotAllowed is of this room: batch does not know who allows what.
const itemNotAllowed batch.Reason = "item_not_allowed"

func itemProblems() []documentedItem {
	return []documentedItem{
		{403, itemNotAllowed, "The item's path is not in the batch route's allow.", "Ask for it by itself, or allow it."},
		{502, batch.Failed, "The item's answer broke off.", "Ask again."},
		{500, batch.Panicked, "The gateway failed on this item.", "The log of the gateway has the cause. Please report it."},
		{502, batch.TooLarge, "The answers of the batch together would exceed batch.max_response.", "Ask for fewer at once."},
		{504, batch.TimedOut, "batch.timeout was over before this item was answered.", "Ask for fewer at once, or raise the limit."},
		{503, batch.Canceled, "The batch was given up: its client left, or the gateway is stopping.", "Ask again."},
	}
}
