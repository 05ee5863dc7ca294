package proxy

import (
	"bytes"
	"strings"
)

// maxDecodings is how often a path is percent-decoded at most to find the
// reading that does not change any more. A path that is encoded more often
// than that is made to deceive.
const maxDecodings = 8

// reading is a path as some server on the way may understand it.
type reading struct {
	text    string
	escaped bool // segments are to be percent-decoded once
}

// isOdd says whether there may be a second reading of the path: it has a
// percent-escape, an empty segment or a dot segment. Most paths are not odd,
// and this is all that they cost.
func isOdd(path string) bool {
	return strings.IndexByte(path, '%') >= 0 || hasEmptySegment(path) || hasDotSegment(path)
}

func hasEmptySegment(path string) bool { return strings.Contains(path, "//") }

func hasDotSegment(path string) bool {
	if !strings.Contains(path, "/.") {
		return false
	}
	for i := 0; i < len(path); {
		segment, rest := cutSegment(path[i:])
		if segment == "." || segment == ".." {
			return true
		}
		i = len(path) - len(rest)
	}
	return false
}

// readings are the other ways to understand a path: after each percent-decoding
// until there is nothing left to decode, with the dot segments removed (RFC
// 3986 section 5.2.4) and the slashes merged, in either order. A server decodes
// once, another until nothing changes; a path is safe only where all agree. Not
// ok: there is no last reading, or a percent sign is no escape.
func readings(path string) (list []reading, ok bool) {
	steps, ok := decodings(path)
	if !ok {
		return nil, false
	}
	for i, text := range steps {
		escaped := i == 0
		merged := removeDots(mergeSlashes(text))
		if escaped && merged == text {
			continue // the path as it stands, which the caller has read
		}
		list = append(list, reading{merged, escaped})
		if other := mergeSlashes(removeDots(text)); other != merged {
			list = append(list, reading{other, escaped})
		}
	}
	return list, true
}

// decodings are the path as it stands, decoded once, twice, until it is stable.
func decodings(path string) (steps []string, ok bool) {
	if !isWellEscaped(path) {
		return nil, false
	}
	for range maxDecodings {
		steps = append(steps, path)
		if strings.IndexByte(path, '%') < 0 {
			return steps, true
		}
		decoded := string(appendDecoded(make([]byte, 0, len(path)), path))
		if decoded == path {
			return steps, true // a bare percent sign is left
		}
		path = decoded
	}
	return nil, false
}

// isWellEscaped: every percent sign begins an escape (RFC 3986 section 2.1).
func isWellEscaped(path string) bool {
	for i := strings.IndexByte(path, '%'); i >= 0 && i < len(path); i++ {
		if path[i] != '%' {
			continue
		}
		if _, ok := escapeAt(path, i); !ok {
			return false
		}
	}
	return true
}

// appendDecoded decodes text once; what is no escape stays.
func appendDecoded(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if c, ok := escapeAt(text, i); ok {
			dst = append(dst, c)
			i += 2
			continue
		}
		dst = append(dst, text[i])
	}
	return dst
}

func escapeAt(text string, i int) (c byte, ok bool) {
	if text[i] != '%' || i+2 >= len(text) {
		return 0, false
	}
	high, low := hexDigit(text[i+1]), hexDigit(text[i+2])
	return high<<4 | low&0xf, high < 16 && low < 16
}

// hexDigit is the value of a hexadecimal digit, 255 of any other byte.
func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

func mergeSlashes(path string) string {
	if !hasEmptySegment(path) {
		return path
	}
	merged := make([]byte, 0, len(path))
	for i := range len(path) {
		if path[i] != '/' || i == 0 || path[i-1] != '/' {
			merged = append(merged, path[i])
		}
	}
	return string(merged)
}

// removeDots is RFC 3986 section 5.2.4 for a path that begins with a slash.
func removeDots(path string) string {
	if !hasDotSegment(path) {
		return path
	}
	kept := make([]byte, 0, len(path))
	segment, rest := "", path
	for rest != "" {
		segment, rest = cutSegment(rest)
		switch segment {
		case ".":
		case "..":
			kept = kept[:max(0, bytes.LastIndexByte(kept, '/'))]
		default:
			kept = append(append(kept, '/'), segment...)
		}
	}
	if segment == "." || segment == ".." {
		kept = append(kept, '/') // "/a/." is "/a/"
	}
	return string(kept)
}
