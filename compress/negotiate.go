package compress

import "strings"

// The codings this package has, by the names of the IANA registry.
const (
	Zstd   = "zstd"
	Brotli = "br"
	Gzip   = "gzip"
)

// Places in a weights table: the codings, identity, and all that is not named.
const (
	atZstd = iota
	atBrotli
	atGzip
	atIdentity
	atStar
	places
)

// unnamed is the weight of a coding that the field does not name.
const unnamed = -1

// weights are in thousandths, 0 (refused) to 1000, or unnamed.
type weights [places]int

// Negotiate picks the content coding for a client (RFC 9110 section 12.5.3):
// one of offered, or "" for identity. The highest weight wins; of equal ones
// the first in offered, which is the server's preference. Identity wins only
// where the client names it with a higher weight than any coding. Refusing it
// is no error: with nothing else to give, it is still the answer.
//
// Several field lines are joined with ", " by the caller. present is false where
// there is no such field: then the client gets identity, because those that do
// not ask often cannot decode. A malformed member is ignored. It does not allocate.
func Negotiate(accept string, present bool, offered []string) string {
	if !present || accept == "" {
		return ""
	}
	w := weigh(accept)
	best, top := "", 0
	for _, coding := range offered {
		if q := w.of(coding); q > top {
			best, top = coding, q
		}
	}
	if w[atIdentity] > top {
		return ""
	}
	return best
}

// weigh reads the field once. Of a coding that is named twice the lower weight
// counts, so that a refusal stays one.
func weigh(accept string) weights {
	w := weights{unnamed, unnamed, unnamed, unnamed, unnamed}
	for accept != "" {
		var member string
		member, accept, _ = strings.Cut(accept, ",")
		coding, weight, weighted := strings.Cut(member, ";")
		at, known := place(trim(coding))
		if !known {
			continue
		}
		q, ok := 1000, true
		if weighted {
			q, ok = qvalue(trim(weight))
		}
		if ok && (w[at] == unnamed || q < w[at]) {
			w[at] = q
		}
	}
	return w
}

// of is the weight of an offered coding; 0 where it is refused or not asked for.
func (w *weights) of(coding string) int {
	at, known := place(coding)
	switch {
	case !known || at >= atIdentity:
		return 0
	case w[at] != unnamed:
		return w[at]
	default:
		return max(w[atStar], 0)
	}
}

// place finds a coding's place; the length leaves few to compare with. Codings
// compare without regard to case, and x-gzip is gzip (RFC 9110 section 8.4.1.3).
func place(coding string) (at int, known bool) {
	switch len(coding) {
	case len("*"):
		return atStar, coding == "*"
	case len(Brotli):
		return atBrotli, strings.EqualFold(coding, Brotli)
	case len(Gzip):
		if strings.EqualFold(coding, Gzip) {
			return atGzip, true
		}
		return atZstd, strings.EqualFold(coding, Zstd)
	case len("x-gzip"):
		return atGzip, strings.EqualFold(coding, "x-gzip")
	case len("identity"):
		return atIdentity, strings.EqualFold(coding, "identity")
	}
	return 0, false
}

// qvalue reads "q=" and a weight of at most three decimals, in thousandths (RFC
// 9110 section 12.4.2). Anything else, further parameters included, is not ok.
func qvalue(s string) (thousandths int, ok bool) {
	if len(s) < 3 || s[0]|0x20 != 'q' || s[1] != '=' {
		return 0, false
	}
	whole, decimals := s[2], s[3:]
	if whole != '0' && whole != '1' || len(decimals) > 4 {
		return 0, false
	}
	if decimals != "" && decimals[0] != '.' {
		return 0, false
	}
	q := int(whole-'0') * 1000
	for i, unit := 1, 100; i < len(decimals); i, unit = i+1, unit/10 {
		d := decimals[i]
		if d < '0' || d > '9' {
			return 0, false
		}
		q += int(d-'0') * unit
	}
	return q, q <= 1000
}

// trim drops the optional white space around a list member: SP and HTAB alone
// (RFC 9110 section 5.6.3).
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
