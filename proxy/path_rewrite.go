package proxy

import (
	"bytes"
	"strings"

	"github.com/afterburner-gateway/afterburner/config"
)

// rewriter builds the path sent to the upstream from what the wildcards
// matched. Values go in byte for byte as the client escaped them, so nothing is
// decoded twice.
type rewriter struct {
	parts []config.RewritePart
}

// newRewriter takes the parts of config.ParseRewrite.
func newRewriter(parts []config.RewritePart) *rewriter { return &rewriter{parts} }

// append adds the new path to dst. It says no, and leaves dst as it was, where
// the path holds a dot segment in some reading or begins with two slashes: the
// upstream could leave the part of it that the route was written for, or take
// the first segment for a host. The answer is that of an ambiguous path.
func (w *rewriter) append(dst []byte, p *params) ([]byte, bool) {
	start := len(dst)
	for _, part := range w.parts {
		if part.Param < 0 {
			dst = append(dst, part.Text...)
			continue
		}
		dst = append(dst, p.values[part.Param]...)
	}
	if !isSafeTarget(dst[start:]) {
		return dst[:start], false
	}
	return dst, true
}

func isSafeTarget(path []byte) bool {
	if len(path) > 1 && path[1] == '/' {
		return false
	}
	if !mayHaveDots(path) {
		return true
	}
	steps, ok := decodings(string(path))
	if !ok {
		return false
	}
	for _, step := range steps {
		if strings.HasPrefix(step, "//") || hasDotSegment(step) {
			return false
		}
	}
	return true
}

// mayHaveDots is quick and says yes too often.
func mayHaveDots(path []byte) bool {
	return bytes.IndexByte(path, '%') >= 0 || bytes.Contains(path, []byte("/."))
}
