package proxy

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// maxRanges is how many parts one answer may have. A request for more gets the
// whole: RFC 9110 section 14.2 lets a server protect itself so.
const maxRanges = 16

// span is a range of bytes: from one position up to, but without, another.
type span struct{ from, to int64 }

// parseRange reads a Range field (RFC 9110 section 14.1) for a representation of
// at least one byte. Not valid: it is to be ignored, because its unit is not
// bytes, its grammar is broken, it has more than maxRanges members, or two of
// them overlap. Valid without spans: all of them lie behind the end.
func parseRange(value string, size int64) (spans []span, valid bool) {
	unit, set, _ := strings.Cut(value, "=")
	if !strings.EqualFold(unit, "bytes") {
		return nil, false
	}
	members := 0
	for set != "" {
		var member string
		member, set, _ = strings.Cut(set, ",")
		if member = strings.Trim(member, " \t"); member == "" {
			continue // an empty member of a list (RFC 9110 section 5.6.1.2)
		}
		s, valid := parseSpan(member, size)
		if members++; !valid || members > maxRanges || overlaps(s, spans) {
			return nil, false
		}
		if s.from < s.to {
			spans = append(spans, s)
		}
	}
	return spans, members > 0
}

// parseSpan reads one range. An empty span lies behind the end.
func parseSpan(member string, size int64) (s span, valid bool) {
	first, last, found := strings.Cut(member, "-")
	if !found {
		return span{}, false
	}
	if first == "" { // the last bytes
		length, valid := position(last)
		return span{max(size-length, 0), size}, valid
	}
	from, valid := position(first)
	to := int64(math.MaxInt64)
	if valid && last != "" {
		to, valid = position(last)
	}
	return span{min(from, size), min(to, size-1) + 1}, valid && from <= to
}

// position reads digits. A number that is too large is behind every end.
func position(digits string) (int64, bool) {
	n, err := strconv.ParseUint(digits, 10, 63)
	return int64(n), err == nil || errors.Is(err, strconv.ErrRange)
}

func overlaps(s span, others []span) bool {
	for _, o := range others {
		if s.from < o.to && o.from < s.to {
			return true
		}
	}
	return false
}

// appendContentRange writes what Content-Range says of a part (RFC 9110 section
// 14.4).
func (s span) appendContentRange(dst []byte, size int64) []byte {
	dst = strconv.AppendInt(append(dst, "bytes "...), s.from, 10)
	dst = strconv.AppendInt(append(dst, '-'), s.to-1, 10)
	return strconv.AppendInt(append(dst, '/'), size, 10)
}
