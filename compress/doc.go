// Package compress picks a content coding (RFC 9110 section 12.5.3), says
// whether a response may and should carry one, and applies it.
//
//	rules, err := compress.NewRules([]string{"zstd", "br", "gzip"}, 1<<10, []string{"application/json", "text/*"})
//	codecs := compress.New(compress.Bounds{Bodies: 8, Streams: 64})
//
//	coding := compress.Negotiate(acceptEncoding, true, rules.Encodings)
//	reason := compress.Blocked(status, cacheControl, contentEncoding, contentRange)
//	if reason == "" {
//		reason = rules.Refuse(contentType, int64(len(body)))
//	}
//	if coding != "" && reason == "" {
//		coded, ok := codecs.TryEncode(coding, nil, body) // not ok: send it as it is
//	}
//
// A response that could be coded varies on Accept-Encoding whether it is coded
// or not: AddVary. One that is coded needs an entity tag of its own (ETag) and
// loses the fields that describe the bytes before (Outdates).
//
// It takes strings and bytes; it knows no route, no store and no HTTP server.
package compress
