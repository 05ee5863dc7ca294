package proxy

import "strings"

// trailed is a request's body that may have a trailer section behind it.
type trailed interface {
	// Trailers are known after the body's end.
	Trailers() [][2]string
}

// passedTrailers are a request's trailer fields as the origin is to see them. One
// that merges them into the head (RFC 9110 section 6.5.1) must not learn from them
// what the head would not have told: who asks, by which way.
func (x *exchange) passedTrailers(body trailed) [][2]string {
	var kept [][2]string
	for _, line := range body.Trailers() {
		if !x.drops(line[0], false) && !isRouting(line[0]) && !containsName(x.gen.credentials, line[0]) {
			kept = append(kept, line)
		}
	}
	return kept
}

// isRouting tells the fields by which hops find loops and each other.
func isRouting(name string) bool {
	return strings.EqualFold(name, "Via") || strings.EqualFold(name, "CDN-Loop")
}
