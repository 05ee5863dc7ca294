package cache

// requirement is a MUST or SHOULD of RFC 9111 that binds a shared cache.
type requirement struct {
	section, level, text string
	// test shows that it is met: TestName/row of this room or of proxy, or a scenario
	// of test/testdata. Empty: unmet says why it is not met.
	test, unmet string
}

func requirementsOnStoring() []requirement {
	return []requirement{
		{"3", "MUST NOT", "store a response to a method that the cache does not understand", "TestJudgeDirectives/POST stores nothing", ""},
		{"3", "MUST NOT", "store an interim response", "TestJudgeStatus/4.2.1 max-age", ""},
		{"3", "MUST NOT", "store a 206, a 304, or with must-understand another status that the cache does not understand", "TestJudgeStatus/5.2.2.3 must-understand, not understood", ""},
		{"3", "MUST NOT", "store a response with no-store", "TestJudgeDirectives/5.2.2.5 no-store beats max-age", ""},
		{"3", "MUST NOT", "store a response with private", "TestJudgeDirectives/5.2.2.7 private", ""},
		{"3", "MUST NOT", "store a response to a request with Authorization without explicit permission", "TestJudgeCredentials/3.5 Authorization, max-age alone", ""},
		{"3", "MUST NOT", "store what has neither explicit freshness, nor public, nor a heuristically cacheable status", "TestJudgeStatus/4.2.2 Last-Modified", ""},
		{"3.1", "MUST", "store all fields that were received, also unknown ones", "revalidated.txtar", ""},
		{"3.1", "MUST", "take out Connection and the fields that it lists before forwarding", "forwarded-fields.txtar", ""},
		{"3.1", "MUST NOT", "store what is specific to a client's proxy (Proxy-Authenticate and its like)", "forwarded-fields.txtar", ""},
		{"3.1", "MUST NOT", "combine trailer fields with header fields", "TestConformance/RFC 9110 6.5 trailers", ""},
		{"3.2", "MUST", "add each field of an update, in the place of those that are stored", "TestMergeFields/3.2 all its lines are", ""},
		{"3.2", "MUST", "leave Content-Length and what section 3.1 excludes out of an update", "TestMergeFields/3.2 Content-Length is exempt", ""},
		{"3.2", "SHOULD", "leave out other fields only as far as the stored bytes need it: Content-Encoding and Content-Range", "TestMergeFields/3.2 what the stored bytes depend on is exempt", ""},
		{"3.3", "MUST NOT", "store an incomplete or partial response without support for ranges", "truncated.txtar", ""},
		{"3.3", "MUST NOT", "answer a request with an incomplete response", "truncated.txtar", ""},
		{"3.3", "MUST NOT", "send a part without marking it with 206", "passing-requests.txtar", ""},
		{"3.4", "MUST", "when combining parts, update the stored fields by those of the new one", "", "No parts are stored, so none are combined."},
		{"3.5", "MUST NOT", "reuse a response to a request with Authorization without must-revalidate, public or s-maxage", "authorization.txtar", ""},
	}
}

func requirementsOnReuse() []requirement {
	return []requirement{
		{"4", "MUST NOT", "reuse a response for another target URI", "TestAppendURL/4.2.3 the path has", ""},
		{"4", "MUST NOT", "reuse a response for a method that its own method does not allow", "TestPasses/POST", ""},
		{"4", "MUST NOT", "reuse a response whose selecting fields do not match", "vary.txtar", ""},
		{"4", "MUST NOT", "reuse a response with no-cache that was not validated", "TestReusableStale/5.2.2.4 no-cache is never reused as it is", ""},
		{"4", "MUST NOT", "reuse a response that is neither fresh, nor permitted to be stale, nor validated", "TestReusable/4.2 as old as the lifetime is stale", ""},
		{"4", "MUST", "generate an Age in the place of the one that is stored", "hit-age.txtar", ""},
		{"4", "MUST", "write unsafe methods through to the origin", "TestPasses/POST", ""},
		{"4", "MUST", "use the most recent of several suitable responses, by Date", "", "The one that was received last is used; it differs from the one with the latest Date only behind caches that disagree."},
		{"4.1", "MUST NOT", "reuse a response unless all fields that Vary names match the original request", "TestSelects/another value", ""},
		{"4.1", "MUST NOT", "match an absent field with one that is there", "TestSelects/4.1 absent is not present", ""},
		{"4.1", "MUST NOT", "match a Vary that has the member *", "vary-star.txtar", ""},
		{"4.1", "SHOULD", "where some responses of a URI lack Vary, select by the most recent with a valid one", "", "Each stored response is selected by its own Vary, the last received first."},
		{"4.2", "SHOULD", "read dates without regard to case", "TestParseDate/4.2 month in another case", ""},
		{"4.2", "MUST", "round an Expires of finer resolution down", "TestParseDate/5.6.7 IMF-fixdate", ""},
		{"4.2", "MUST NOT", "let local time zones count", "TestParseDate/4.2 another zone", ""},
		{"4.2", "SHOULD", "take a date with a zone other than GMT as invalid", "TestParseDate/4.2 UTC", ""},
		{"4.2.1", "SHOULD", "take the first of several values, or the response as stale", "TestParseControl/4.2.1 two that differ, one line", ""},
		{"4.2.1", "SHOULD", "honour the most restrictive of directives that conflict", "TestJudgeDirectives/5.2.2.7 private beats public", ""},
		{"4.2.1", "SHOULD", "take invalid freshness information as stale", "TestJudgeFreshness/4.2.1 an unreadable max-age is stale", ""},
		{"4.2.2", "MUST NOT", "use heuristics where there is an explicit expiration time", "TestJudgeFreshness/4.2.2 not when the origin spoke", ""},
		{"4.2.3", "MUST", "count Age from when the request was sent", "TestInitialAge/4.2.3 Age and the delay", ""},
		{"4.2.4", "MUST NOT", "serve stale what no-cache, must-revalidate, proxy-revalidate or s-maxage forbid", "TestJudgeStale/4.2.4 they forbid what the origin says beside them", ""},
		{"4.2.4", "MUST NOT", "serve stale unless disconnected, or client, origin or configuration permit it", "TestReusableStale/4.2.4 nobody spoke of stale answers", ""},
	}
}

func requirementsOnValidation() []requirement {
	return []requirement{
		{"4.3.1", "MUST", "send the entity tags of what is validated", "revalidated.txtar", ""},
		{"4.3.1", "SHOULD", "send Last-Modified as If-Modified-Since too", "revalidated.txtar", ""},
		{"4.3.2", "SHOULD", "evaluate a client's conditions against the stored response", "not-modified.txtar", ""},
		{"4.3.2", "MUST NOT", "evaluate conditions that are the origin's: If-Match, If-Unmodified-Since", "TestPasses/13.1.1 If-Match", ""},
		{"4.3.2", "SHOULD", "answer 304 to an If-None-Match that matches", "not-modified.txtar", ""},
		{"4.3.2", "MUST NOT", "put the entity tag of a part into If-None-Match", "TestJudgeStatus/4.2.1 max-age", ""},
		{"4.3.2", "MUST", "answer 200 from the store where a 304 confirmed an entity tag that is not the client's", "revalidated-for-another-copy.txtar", ""},
		{"4.3.2", "SHOULD", "answer 304 to an If-Modified-Since that is not before Last-Modified", "not-modified.txtar", ""},
		{"4.3.2", "SHOULD", "the same by Date where Last-Modified is absent", "not-modified-by-date.txtar", ""},
		{"4.3.3", "MUST", "answer with the full response where that is what a validation brought", "revalidated-for-another-copy.txtar", ""},
		{"4.3.4", "MUST NOT", "update anything by a 304 whose strong validator nothing has", "TestSelectedBy304/4.3.4 a strong one that nothing has", ""},
		{"4.3.4", "MUST", "update the fields of each response that a 304 selects", "revalidated.txtar", ""},
		{"4.3.5", "SHOULD", "update or invalidate what a response to a HEAD is about", "head-outdates.txtar", ""},
		{"4.3.5", "SHOULD", "take a stored response as stale whose validators or length differ from a HEAD's", "head-outdates.txtar", ""},
		{"4.4", "MUST", "invalidate the target of an unsafe method that succeeded", "unsafe-invalidates.txtar", ""},
		{"4.4", "MUST NOT", "invalidate a URI of another origin", "unsafe-invalidates-others.txtar", ""},
	}
}

func requirementsOnFields() []requirement {
	return []requirement{
		{"5.1", "SHOULD", "use the first member of an Age that is a list", "TestInitialAge/5.1 the first of several members", ""},
		{"5.1", "SHOULD", "ignore an Age that is no number", "TestInitialAge/5.1 no number", ""},
		{"5.2", "MUST", "pass directives through, whatever they mean here", "targeted-directives.txtar", ""},
		{"5.2.1.5", "MUST NOT", "store a response to a request with no-store", "TestJudgeRequest/5.2.1.5 no-store", ""},
		{"5.2.1.7", "SHOULD", "answer only-if-cached from the store or with 504", "request-directives.txtar", ""},
		{"5.2.2", "MUST", "obey the response directives", "TestJudgeDirectives/5.2.2.4 no-cache", ""},
		{"5.2.2.2", "MUST NOT", "reuse a stale response with must-revalidate before it was validated", "TestReusableStale/4.2.4 must-revalidate", ""},
		{"5.2.2.2", "MUST", "generate an error where must-revalidate forbids a stale answer and the origin is not reached", "stale-unreachable.txtar", ""},
		{"5.2.2.2", "SHOULD", "make that a 504, unless another status fits better: 502 where the origin refuses", "stale-unreachable.txtar", ""},
		{"5.2.2.3", "MUST NOT", "store with must-understand what is not understood", "TestJudgeStatus/5.2.2.3 must-understand, not understood", ""},
		{"5.2.2.3", "SHOULD", "ignore no-store beside must-understand where it is understood", "TestJudgeDirectives/5.2.2.3 must-understand lifts no-store", ""},
		{"5.2.2.4", "MUST NOT", "reuse a response with no-cache before it was validated", "no-cache-is-confirmed.txtar", ""},
		{"5.2.2.4", "MUST NOT", "reuse fields that no-cache names before they were validated", "TestJudgeDirectives/5.2.2.4 no-cache with names and an entity tag", ""},
		{"5.2.2.5", "MUST NOT", "store a response with no-store, nor use it for another request", "no-store.txtar", ""},
		{"5.2.2.6", "MUST NOT", "transform the content of a response with no-transform", "no-transform.txtar", ""},
		{"5.2.2.7", "MUST NOT", "store a response with private", "no-store.txtar", ""},
		{"5.2.2.7", "MUST NOT", "store the fields that private names", "TestJudgeDirectives/5.2.2.7 private with names", ""},
		{"5.2.2.8", "MUST NOT", "reuse a stale response with proxy-revalidate before it was validated", "TestJudgeStale/4.2.4 proxy-revalidate", ""},
		{"5.2.2.10", "MUST", "let s-maxage count before max-age and Expires", "TestJudgeFreshness/5.2.2.10 s-maxage beats max-age", ""},
		{"5.2.2.10", "MUST NOT", "reuse a stale response with s-maxage before it was validated", "TestJudgeStale/4.2.4 s-maxage", ""},
		{"5.2.3", "MUST", "ignore unknown directives", "TestParseControl/5.2.3 an unknown directive", ""},
		{"5.3", "MUST", "take an invalid Expires, as 0, as past", "TestJudgeFreshness/5.3 Expires: 0", ""},
		{"5.3", "MUST", "ignore Expires beside max-age", "TestJudgeFreshness/5.3 max-age beats Expires", ""},
		{"5.3", "MUST", "ignore Expires beside s-maxage", "TestJudgeFreshness/5.3 s-maxage beats Expires", ""},
	}
}
