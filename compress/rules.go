package compress

import (
	"fmt"
	"slices"
	"strings"
)

// Rules say which codings a route offers and which bodies are worth one. They
// do not change once made and may be shared.
type Rules struct {
	// Encodings are the codings offered, the preferred first.
	Encodings []string

	minSize  int64
	exact    []string // "application/json"
	prefixes []string // "text/"
	suffixes []string // "+json"
}

// NewRules compiles rules. minSize is the smallest body worth coding, in bytes;
// types are media types: exact, "type/*" or "*+suffix". An unknown coding, or a
// type of another form, is an error.
func NewRules(encodings []string, minSize int64, types []string) (*Rules, error) {
	r := &Rules{Encodings: slices.Clone(encodings), minSize: minSize}
	for _, coding := range encodings {
		if coding != Zstd && coding != Brotli && coding != Gzip {
			return nil, fmt.Errorf("unknown content coding %q; write zstd, br or gzip", coding)
		}
	}
	for _, pattern := range types {
		if !r.add(pattern) {
			return nil, fmt.Errorf("media type %q has none of the forms application/json, text/*, *+json", pattern)
		}
	}
	return r, nil
}

// add files a pattern under its form; false where it has none.
func (r *Rules) add(pattern string) bool {
	if suffix, ok := strings.CutPrefix(pattern, "*+"); ok {
		r.suffixes = append(r.suffixes, "+"+suffix)
		return suffix != "" && !strings.ContainsAny(suffix, "*/; ")
	}
	kind, sub, ok := strings.Cut(pattern, "/")
	if !ok || kind == "" || sub == "" || strings.ContainsAny(kind, "*; ") {
		return false
	}
	if sub == "*" {
		r.prefixes = append(r.prefixes, kind+"/")
		return true
	}
	r.exact = append(r.exact, pattern)
	return !strings.ContainsAny(sub, "*/; ")
}

// Refuse names why a body is not worth coding, TypeOther or Small, or nothing.
// Parameters of the media type do not matter, nor does its case. A size of -1 is
// unknown and taken for large enough. It does not allocate.
func (r *Rules) Refuse(contentType string, size int64) Reason {
	if !r.takes(contentType) {
		return TypeOther
	}
	if size >= 0 && size < r.minSize {
		return Small
	}
	return ""
}

// takes tells whether a pattern fits. The lists are short; the exact types,
// which most responses have, come first.
func (r *Rules) takes(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = trim(media)
	for _, exact := range r.exact {
		if strings.EqualFold(media, exact) {
			return true
		}
	}
	for _, prefix := range r.prefixes {
		if len(media) > len(prefix) && strings.EqualFold(media[:len(prefix)], prefix) {
			return true
		}
	}
	for _, suffix := range r.suffixes {
		if start := len(media) - len(suffix); start > 0 && strings.EqualFold(media[start:], suffix) {
			return true
		}
	}
	return false
}
