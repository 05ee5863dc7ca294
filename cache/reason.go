package cache

// A Reason is why the cache said no. Its text is the log's `reason`, the metric
// label and the Cache-Status detail. The empty one means yes.
type Reason string

// Reasons that come from the request's own facts: it passes the cache, or is
// not answered by what is stored. They say nothing about other requests.
const (
	ModeOff        Reason = "mode_off"                      // the route's cache is off
	Method         Reason = "method"                        // only GET is stored (RFC 9111 section 3)
	RequestBody    Reason = "request_body"                  // a GET or HEAD with a body (RFC 9110 section 9.3.1)
	BodyTooLarge   Reason = "request_body_too_large_to_key" // cache.methods: over 1 MiB
	BodiesHeld     Reason = "request_bodies_held"           // cache.methods: over 64 MiB of them at once
	Range          Reason = "range"                         // RFC 9110 section 14.2
	Conditional    Reason = "conditional"                   // If-Match, If-Unmodified-Since (RFC 9111 section 4.3.2)
	Upgrade        Reason = "upgrade"                       // RFC 9110 section 7.8
	EventStream    Reason = "event_stream"                  // text/event-stream never ends
	RequestNoStore Reason = "request_no_store"              // RFC 9111 section 5.2.1.5
	ClientNoCache  Reason = "client_no_cache"               // RFC 9111 sections 5.2.1.4 and 5.4
	ClientMaxAge   Reason = "client_max_age"                // RFC 9111 section 5.2.1.1
	ClientMinFresh Reason = "client_min_fresh"              // RFC 9111 section 5.2.1.3
	ClientMaxStale Reason = "client_max_stale"              // RFC 9111 section 5.2.1.2: stale, and the client is content
	OnlyCached     Reason = "only_if_cached"                // RFC 9111 section 5.2.1.7: nothing is stored, nobody is asked
	Credentials    Reason = "credentials"                   // RFC 9111 section 3.5: no permission to share
)

// Reasons that come from the response, and so tell what to expect of the key.
const (
	NoStore       Reason = "no_store"          // RFC 9111 section 5.2.2.5
	Private       Reason = "private"           // RFC 9111 section 5.2.2.7
	NoCache       Reason = "no_cache"          // RFC 9111 section 5.2.2.4
	BadControl    Reason = "bad_cache_control" // RFC 9111 section 4.2.1: invalid, so not reused
	SetCookie     Reason = "set_cookie"        // RFC 9111 section 7.3
	VaryStar      Reason = "vary_star"         // RFC 9111 section 4.1
	VaryInvalid   Reason = "vary_invalid"      // a member that is no field name (RFC 9110 section 12.5.5)
	VaryTooMany   Reason = "vary_too_many"     // more than 32 names
	VaryRewritten Reason = "vary_rewritten"    // on a field that the gateway itself writes: the client's says nothing about it
	NoFreshness   Reason = "no_freshness"      // RFC 9111 section 4.2.2: nothing to go by
	Expired       Reason = "expired"           // RFC 9111 section 4.2: stale on arrival
	TooLarge      Reason = "too_large"         // the body is larger than store.max_object
)

// Reasons that belong to one moment: they mark nothing.
const (
	Status          Reason = "status"           // RFC 9111 section 3, RFC 6585
	ContentRange    Reason = "content_range"    // RFC 9110 section 14.4: a part, not the whole
	ServerError     Reason = "server_error"     // RFC 9110 section 15.6
	Stale           Reason = "stale"            // RFC 9111 section 4.2
	UncacheableMark Reason = "uncacheable_mark" // answers under this key were refused a moment ago
)

// Reasons of a stale answer that stands in for an origin that failed.
const (
	StaleIfError     Reason = "stale_if_error"    // RFC 5861 section 4
	StaleUnreachable Reason = "stale_unreachable" // RFC 9111 section 4.2.4
)

// MarksKey tells whether a refusal may keep the next crowd from queueing behind
// one fetch: only where it comes from the response, and never from a server
// error, which may be gone the next moment.
func (r Reason) MarksKey() bool {
	switch r {
	case NoStore, Private, NoCache, BadControl, SetCookie, VaryStar, VaryInvalid,
		VaryTooMany, VaryRewritten, NoFreshness, Expired, TooLarge:
		return true
	}
	return false
}

// ReasonNote is a reason and what it tells an operator.
type ReasonNote struct {
	Reason Reason
	Note   string
}

// Reasons is the whole set, in the order of the documentation.
func Reasons() []ReasonNote {
	return []ReasonNote{
		{ModeOff, "The route's cache.mode is off."},
		{Method, "Only answers to GET, and to the methods of cache.methods, are stored; GET, HEAD and those are answered from the store."},
		{RequestBody, "A GET or HEAD request with a body passes the cache: the body could matter to the answer."},
		{BodyTooLarge, "The route keys this method by its body (cache.methods), and the body is larger than 1 MiB."},
		{BodiesHeld, "The route keys this method by its body (cache.methods), and requests under way hold 64 MiB of bodies already."},
		{Range, "The request asks for a part of what is not stored, and the whole is too large, too slow or not to be stored; the origin is asked for the part alone."},
		{Conditional, "The request carries If-Match, If-Unmodified-Since or, keyed by its body, If-None-Match, which the origin has to decide."},
		{Upgrade, "The request wants to change the protocol."},
		{EventStream, "Server-sent events have no end and are never stored."},
		{RequestNoStore, "The request's Cache-Control has no-store."},
		{ClientNoCache, "The request's Cache-Control has no-cache (or it has Pragma: no-cache and no Cache-Control)."},
		{ClientMaxAge, "The stored answer is older than the request's max-age allows."},
		{ClientMinFresh, "The stored answer does not stay fresh as long as the request's min-fresh asks."},
		{ClientMaxStale, "The stored answer is stale, and the request's max-stale says how stale it may be."},
		{OnlyCached, "The request's Cache-Control has only-if-cached and nothing stored answers it; it gets a 504."},
		{Credentials, "The request carries a credential, and neither the origin nor the route permits sharing the answer."},
		{NoStore, "The origin's Cache-Control has no-store."},
		{Private, "The origin's Cache-Control has private, with or without field names."},
		{NoCache, "The origin's Cache-Control has no-cache, with or without field names; or it is silent but sends Pragma: no-cache. What has a validator is stored and validated for each request."},
		{BadControl, "The origin's Cache-Control has a quoted string that does not end; what it says cannot be known."},
		{SetCookie, "The answer sets a cookie, and the route's cache.set_cookie is bypass."},
		{VaryStar, "The origin's Vary has *: no other request can be known to match."},
		{VaryInvalid, "The origin's Vary names something that cannot be a field."},
		{VaryTooMany, "The origin's Vary names more than 32 fields."},
		{VaryRewritten, "The origin's Vary names a field that the gateway writes anew for each request, like Forwarded or Traceparent."},
		{NoFreshness, "The origin does not say how long the answer is fresh, and the route gives no ttl for it."},
		{Expired, "The answer was already as old as its freshness lifetime when it came, as with max-age=0, and has neither a validator nor permission to be served stale."},
		{TooLarge, "The body is larger than store.max_object."},
		{Status, "The status belongs to one request only (1xx, 206, 304), its RFC forbids storing it (428, 429, 431, 511), or must-understand comes with a status that is not understood."},
		{ContentRange, "The answer has a Content-Range although it is not 206."},
		{ServerError, "The answer is a 5xx that may not be stored; the next request tries the origin again."},
		{Stale, "The stored answer's freshness has run out. With a hit: it was served nevertheless, while one request refreshes it."},
		{UncacheableMark, "Answers under this key could not be stored a moment ago, so requests do not wait for each other."},
		{StaleIfError, "The origin answered with 500, 502, 503 or 504, and a stale answer stands in for that."},
		{StaleUnreachable, "The origin could not be reached (refused, timed out, reset before a head came), and a stale answer stands in."},
	}
}
