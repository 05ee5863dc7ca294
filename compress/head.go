package compress

import "strings"

// ETag is the entity tag of a coded response: "abc" becomes "abc-br", because
// two codings are two representations and a strong tag may name one only (RFC
// 9110 section 8.8.3.3). A weak tag is the same for both. What is no entity tag,
// and any tag without a coding, stays as it is.
func ETag(etag, coding string) string {
	if coding == "" || !strongTag(etag) {
		return etag
	}
	return etag[:len(etag)-1] + "-" + coding + `"`
}

// PlainETag undoes ETag: the tag of the representation without coding, and the
// coding, "" where the tag names none. A client may have weakened the tag, so a
// weak one is undone too. It does not allocate where there is nothing to undo.
func PlainETag(etag string) (plain, coding string) {
	weak := strings.TrimPrefix(etag, "W/")
	if !strongTag(weak) {
		return etag, ""
	}
	inner := etag[:len(etag)-1]
	for _, coding := range [...]string{Zstd, Brotli, Gzip} {
		if start := len(inner) - len(coding); strings.HasSuffix(inner, coding) && inner[start-1] == '-' {
			return inner[:start-1] + `"`, coding
		}
	}
	return etag, ""
}

// PlainETags makes an If-None-Match or If-Match list fit for an origin that
// knows nothing of our codings: behind each tag that names one stands the tag
// without it. The tag as sent stays, because the origin's own tags may end the
// same way. "*" and a malformed list come back unchanged.
//
// It is for requests to the origin. Where the response is at hand, compare the
// list as it came with ETag of that response: a 304 speaks of one coding.
func PlainETags(list string) string {
	var out strings.Builder
	changed := false
	for rest := list; rest != ""; {
		tag, after, ok := cutTag(rest)
		if !ok {
			return list
		}
		rest = after
		if tag == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteString(", ")
		}
		out.WriteString(tag)
		if plain, coding := PlainETag(tag); coding != "" {
			out.WriteString(", ")
			out.WriteString(plain)
			changed = true
		}
	}
	if !changed {
		return list
	}
	return out.String()
}

// cutTag cuts the first entity tag of a list; empty members are "". In a tag a
// backslash escapes nothing, and a comma divides nothing (RFC 9110 section 8.8.3).
func cutTag(list string) (tag, rest string, ok bool) {
	list = trim(list)
	if list == "" || list[0] == ',' {
		return "", strings.TrimPrefix(list, ","), true
	}
	open := len(list) - len(strings.TrimPrefix(list, "W/"))
	if len(list) < open+2 || list[open] != '"' {
		return "", "", false
	}
	end := strings.IndexByte(list[open+1:], '"')
	if end < 0 {
		return "", "", false
	}
	end += open + 2
	tag, rest = list[:end], trim(list[end:])
	if rest != "" && rest[0] != ',' {
		return "", "", false
	}
	return tag, strings.TrimPrefix(rest, ","), true
}

// strongTag tells whether s is an entity tag without the mark of a weak one.
func strongTag(s string) bool {
	return len(s) >= 2 && s[0] == '"' && strings.IndexByte(s[1:], '"') == len(s)-2
}

// AddVary is a Vary field that names Accept-Encoding: a response that could have
// been coded says so, coded or not (RFC 9110 section 12.5.5). "*" covers all.
func AddVary(existing string) string {
	if trim(existing) == "" {
		return "Accept-Encoding"
	}
	for rest := existing; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, ",")
		if name = trim(name); name == "*" || strings.EqualFold(name, "Accept-Encoding") {
			return existing
		}
	}
	return existing + ", Accept-Encoding"
}

// Outdates tells whether coding a body makes this response field untrue, so that
// it must go. Content-Digest covers the content as sent. Repr-Digest covers the
// selected representation, and a content coding is part of that (RFC 9530
// sections 2 and 3.1), so ours is another one. Digest and Content-MD5 are their
// obsolete elders. Content-Length is the plain body's, and Accept-Ranges would
// promise parts of bytes that are made anew for each answer.
func Outdates(name string) bool {
	for _, outdated := range [...]string{
		"Content-Length", "Accept-Ranges",
		"Content-Digest", "Repr-Digest", "Digest", "Content-MD5",
	} {
		if strings.EqualFold(name, outdated) {
			return true
		}
	}
	return false
}
