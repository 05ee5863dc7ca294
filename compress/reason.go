package compress

import "strings"

// A Reason is why a response is not coded. Its text is the log's and the
// metric's label. The empty one means that nothing is against it.
type Reason string

// Why a response is left as it is.
const (
	NoBody      Reason = "no_body"       // the status has no content: RFC 9110 section 6.4.1
	Partial     Reason = "partial"       // a part of a representation cannot change its bytes: section 14.4
	Coded       Reason = "already_coded" // the origin chose a coding: section 8.4
	NoTransform Reason = "no_transform"  // RFC 9111 section 5.2.2.6, RFC 9110 section 7.7
	TypeOther   Reason = "type"          // the media type is not listed
	Small       Reason = "small"         // under min_size
	Busy        Reason = "codec_busy"    // all codecs are at work
)

// Blocked names why this response must not be coded, or nothing. The fields are
// the response's, several lines joined with ", ", "" where there is none. It
// does not allocate.
func Blocked(status int, cacheControl, contentEncoding, contentRange string) Reason {
	switch {
	case status < 200 || status == 204 || status == 205 || status == 304:
		return NoBody
	case status == 206 || contentRange != "":
		return Partial
	case contentEncoding != "" && !strings.EqualFold(contentEncoding, "identity"):
		return Coded
	case hasDirective(cacheControl, "no-transform"):
		return NoTransform
	}
	return ""
}

// hasDirective tells whether a Cache-Control field holds a directive, with or
// without an argument. A comma inside a quoted argument divides nothing.
func hasDirective(cacheControl, name string) bool {
	for cacheControl != "" {
		var member string
		member, cacheControl = cutMember(cacheControl)
		directive, _, _ := strings.Cut(member, "=")
		if strings.EqualFold(trim(directive), name) {
			return true
		}
	}
	return false
}

// cutMember cuts the first member of a list whose members may hold quoted
// strings (RFC 9110 sections 5.6.1 and 5.6.4).
func cutMember(list string) (member, rest string) {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ',' && !quoted:
			return list[:i], list[i+1:]
		}
	}
	return list, ""
}
