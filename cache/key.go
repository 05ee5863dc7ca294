package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// KeyRules say which requests ask for the same thing. nil and the zero value
// have no rules: the target alone counts, byte for byte.
type KeyRules struct {
	query   QueryRules
	headers []string // lower-cased, sorted
	cookies []string // as given (cookie names have cases), sorted
	sum     string   // 16 hex digits of the rules' hash; empty: no rules
}

// NewKeyRules makes rules: how to read the query, whose headers' and which
// cookies' values are part of the key. The order of the names does not matter.
func NewKeyRules(query QueryRules, headers, cookies []string) *KeyRules {
	k := &KeyRules{query: query}
	for _, name := range headers {
		k.headers = append(k.headers, strings.ToLower(name))
	}
	k.cookies = slices.Clone(cookies)
	for _, names := range []*[]string{&k.headers, &k.cookies} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	if query.active() || len(k.headers)+len(k.cookies) > 0 {
		k.sum = k.hash()
	}
	return k
}

// hash tells rules apart, the same in every process.
func (k *KeyRules) hash() string {
	all := []byte{0}
	if k.query.Sort {
		all[0] = 1
	}
	for _, names := range [][]string{k.query.Ignore, k.query.Allow, k.headers, k.cookies} {
		for _, name := range names {
			all = appendValue(all, name)
		}
		all = append(all, 0)
	}
	sum := sha256.Sum256(all)
	return hex.EncodeToString(sum[:8])
}

// Append appends the primary key of a request (RFC 9111 section 2): its URL as
// of AppendURL, and where there are rules a NUL, their hash, and the keyed
// headers' and cookies' values with their lengths, so that no two requests that
// the rules tell apart have one key. It allocates nothing when dst has room.
func (k *KeyRules) Append(dst []byte, scheme, host, target string, f Fields) []byte {
	dst = k.AppendURL(dst, scheme, host, target)
	if k == nil || k.sum == "" {
		return dst
	}
	dst = append(dst, 0)
	dst = append(dst, k.sum...)
	for _, name := range k.headers {
		dst = appendLines(dst, name, f)
	}
	for _, name := range k.cookies {
		dst = appendCookies(dst, name, f)
	}
	return dst
}

// AppendURL appends the part of the key that a purge names: scheme://host, lower
// case and without the default port, then the path as sent, then the query as
// the rules have it. scheme is "http" or "https"; target is in origin-form.
func (k *KeyRules) AppendURL(dst []byte, scheme, host, target string) []byte {
	dst = append(dst, scheme...)
	dst = append(dst, "://"...)
	dst = appendHost(dst, scheme, host)
	if !strings.HasPrefix(target, "/") {
		dst = append(dst, '/')
	}
	path, query, found := strings.Cut(target, "?")
	if k == nil || !found || !k.query.active() {
		return appendWithoutNUL(dst, target)
	}
	return k.query.append(appendWithoutNUL(dst, path), query)
}

// URLOf slices a key's URL part: what AppendURL made it of, the query as the
// rules have it.
func URLOf(key string) (scheme, host, target string) {
	url, _, _ := strings.Cut(key, "\x00")
	scheme, rest, _ := strings.Cut(url, "://")
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		return scheme, rest, ""
	}
	return scheme, rest[:slash], rest[slash:]
}

// appendHost appends the host in lower case, without an empty or default port
// (RFC 9110 section 4.2.3). A slash or a NUL, which no valid host has, cannot
// end it early.
func appendHost(dst []byte, scheme, host string) []byte {
	port := ":80"
	if scheme == "https" {
		port = ":443"
	}
	host = strings.TrimSuffix(strings.TrimSuffix(host, port), ":")
	for i := range len(host) {
		switch c := host[i]; c {
		case '/':
			dst = append(dst, "%2f"...)
		case 0:
			dst = append(dst, "%00"...)
		default:
			dst = append(dst, lower(c))
		}
	}
	return dst
}

// appendWithoutNUL keeps the first NUL of a key its separator.
func appendWithoutNUL(dst []byte, s string) []byte {
	for {
		before, after, found := strings.Cut(s, "\x00")
		dst = append(dst, before...)
		if !found {
			return dst
		}
		dst, s = append(dst, "%00"...), after
	}
}

// appendLines appends each line of a field, then a 0: absent is not empty.
func appendLines(dst []byte, name string, f Fields) []byte {
	for i := range f {
		if sameName(f[i][0], name) {
			dst = appendValue(dst, trimOWS(f[i][1]))
		}
	}
	return append(dst, 0)
}

// appendCookies appends each value of a cookie, then a 0. Of two cookies of one
// name some origins read the first and some the last, so all of them count.
func appendCookies(dst []byte, name string, f Fields) []byte {
	for i := range f {
		if !sameName(f[i][0], "Cookie") {
			continue
		}
		for rest := f[i][1]; rest != ""; {
			var pair string
			pair, rest, _ = strings.Cut(rest, ";")
			if n, value, found := strings.Cut(pair, "="); found && trimOWS(n) == name {
				dst = appendValue(dst, trimOWS(value))
			}
		}
	}
	return append(dst, 0)
}

// appendValue appends a length, at least 1, and that many bytes less one.
func appendValue(dst []byte, value string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(value))+1)
	return append(dst, value...)
}
