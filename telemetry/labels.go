package telemetry

// A CacheResult is what the cache did for a request: the log's `cache` and a
// metric label.
type CacheResult uint8

// The results.
const (
	// CacheNone: the cache was not asked, as for the gateway's own errors.
	CacheNone CacheResult = iota
	// CacheHit: a fresh answer came from the store.
	CacheHit
	// CacheStale: a stale answer came from the store (RFC 9111 section 4.2.4).
	CacheStale
	// CacheRevalidated: the origin confirmed the stored answer (section 4.3).
	CacheRevalidated
	// CacheCollapsed: the answer is that of another request's fetch (RFC 9211 section 2.6).
	CacheCollapsed
	// CacheMiss: the origin answered.
	CacheMiss
	// CacheBypass: the origin answered, since the request may not use the cache.
	CacheBypass

	cacheResults = iota
)

// String is the word in the log and in the metrics.
func (c CacheResult) String() string {
	switch c {
	case CacheHit:
		return "hit"
	case CacheStale:
		return "stale"
	case CacheRevalidated:
		return "revalidated"
	case CacheCollapsed:
		return "collapsed"
	case CacheMiss:
		return "miss"
	case CacheBypass:
		return "bypass"
	}
	return "none"
}

// spared says that the origin did not have to send the body.
func (c CacheResult) spared() bool {
	switch c {
	case CacheHit, CacheStale, CacheRevalidated, CacheCollapsed:
		return true
	}
	return false
}

// known is c, or CacheNone for a number that is no result.
func (c CacheResult) known() CacheResult {
	if c >= cacheResults {
		return CacheNone
	}
	return c
}

// A method is an index for those that the semantic conventions name; clients
// choose the text freely, so all others count as one.
type method uint8

const (
	methodOther method = iota
	methodConnect
	methodDelete
	methodGet
	methodHead
	methodOptions
	methodPatch
	methodPost
	methodPut
	methodQuery
	methodTrace

	methods = iota
)

// methodOf is case-sensitive as methods are (RFC 9110 section 9.1).
func methodOf(name string) method {
	switch name {
	case "CONNECT":
		return methodConnect
	case "DELETE":
		return methodDelete
	case "GET":
		return methodGet
	case "HEAD":
		return methodHead
	case "OPTIONS":
		return methodOptions
	case "PATCH":
		return methodPatch
	case "POST":
		return methodPost
	case "PUT":
		return methodPut
	case "QUERY":
		return methodQuery
	case "TRACE":
		return methodTrace
	}
	return methodOther
}

// String is the label: the name, or _OTHER as the conventions say.
func (m method) String() string {
	names := [methods]string{
		other, "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
	}
	return names[m]
}

// other is the label value that stands for all without a series of their own.
const other = "_OTHER"
