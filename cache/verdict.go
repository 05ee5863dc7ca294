package cache

import "time"

// Request is what the cache has to know of a request.
type Request struct {
	// Method as sent: GET, HEAD, POST.
	Method string
	// Key is the primary key: see KeyRules.Append.
	Key string
	// Fields are the request's end-to-end fields.
	Fields Fields
}

// Head is what the verdict has to know of a response.
type Head struct {
	Status int
	Fields Fields
}

// Mode says who decides about storing.
type Mode uint8

// The modes of a route's cache.
const (
	RFC9111  Mode = iota // the origin decides
	Override             // Policy.TTL decides, for requests without a principal
	Off                  // nothing is stored, nothing is looked up
)

// Policy is a route's rules, immutable and shared by pointer.
type Policy struct {
	Mode Mode
	// TTL is the freshness of a silent origin's answer (RFC9111) or of every
	// answer (Override), for statuses below 500 that may be cached by default.
	// It counts from receipt. 0: none.
	TTL time.Duration
	// StatusTTL stands for TTL on the statuses that it names, whichever they are:
	// negative caching. 0: an answer of that status has no freshness but the
	// origin's own.
	StatusTTL map[int]time.Duration
	// StaleWhileRevalidate is how long after its freshness an answer may be served
	// while one request refreshes it, where the origin is silent on it. 0: not at
	// all.
	StaleWhileRevalidate time.Duration
	// StaleIfError is how long after its freshness an answer may stand in where the
	// origin fails, and is silent on it. Given says that the route named it: it then
	// counts also where no response came, which otherwise permits 10 minutes.
	StaleIfError      time.Duration
	StaleIfErrorGiven bool
	// IgnoreClient: the request's Cache-Control and Pragma are not heard.
	IgnoreClient bool
	// Targets are names of targeted fields (RFC 9213), the one that counts most
	// first. CDN-Cache-Control is heard behind them, whether it is named or not.
	Targets []string
	// Credentials are the fields that name a principal, less those that the
	// route ignores (IgnoreCredentials is already taken off).
	Credentials []string
	// KeyHeaders are the request fields that are part of the key: a credential
	// among them is keyed, and so no longer an obstacle.
	KeyHeaders []string
	// BodyMethods are methods besides GET and HEAD that only ask, as the operator
	// says: their answers are stored under a key with the body (AppendBody), by
	// explicit freshness or TTL, never by a heuristic (RFC 9110 section 9.3.3).
	BodyMethods []string
	// StoreSetCookie: an answer with Set-Cookie may be stored.
	StoreSetCookie bool
	// KeepAcceptEncoding: Accept-Encoding is part of the variant. Otherwise the
	// gateway codes itself and a Vary on Accept-Encoding selects nothing.
	KeepAcceptEncoding bool
	// Rewritten are the request fields, lower-cased, that the gateway writes
	// itself: what a client says in them does not select an answer.
	Rewritten []string
	// MaxObject is the largest body stored, in bytes. 0: Judge does not look.
	MaxObject int64
	// Wait is how long a request follows another's flight that has no head yet.
	// 0: requests are not coalesced.
	Wait time.Duration
	// Unstored: requests that are identical and have no principal may share an
	// answer that is not stored, as long as nothing in it forbids that.
	Unstored bool
	// Fingerprint covers all that shapes or permits the answer: an object or a
	// flight of another fingerprint is judged again or passed by.
	Fingerprint uint64
}

// Verdict is what Judge found out about a response.
type Verdict struct {
	// Reason is why it may not be stored; empty: it may.
	Reason Reason
	// Initial is the corrected initial age at Received (RFC 9111 section 4.2.3).
	Initial time.Duration
	// Lifetime is the freshness lifetime (section 4.2.1) counted from age 0.
	Lifetime time.Duration
	// Received is when the head came; the age grows from here.
	Received time.Time
	// Explicit: the origin itself said how long (max-age, s-maxage, Expires).
	// What is not explicit (ttl, heuristics, override) serves no principal.
	Explicit bool
	// MustValidate: never reuse it without asking the origin, fresh or not (no-cache,
	// with field names or without; section 5.2.2.4).
	MustValidate bool
	// NoStale: never reuse it stale (must-revalidate, proxy-revalidate, s-maxage,
	// no-cache; section 4.2.4). The three times below are 0 then.
	NoStale bool
	// StaleWhile is how long after its freshness it may be served while one request
	// refreshes it (RFC 5861 section 3).
	StaleWhile time.Duration
	// StaleError is how long after its freshness it may stand in for a response of
	// 500, 502, 503 or 504 (RFC 5861 section 4).
	StaleError time.Duration
	// StaleUnreachable is how long after its freshness it may stand in where no
	// response head came (RFC 9111 section 4.2.4: disconnected).
	StaleUnreachable time.Duration
	// Vary are the names the origin selected by, lower-cased and sorted,
	// without those the policy takes out.
	Vary []string
}
