package cache

import (
	"strings"
	"time"
)

// The formats of an HTTP-date without their zone (RFC 9110 section 5.6.7).
const (
	imfFixdate = "Mon, 02 Jan 2006 15:04:05"
	rfc850     = "Monday, 02-Jan-06 15:04:05"
	asctime    = time.ANSIC
)

// parseDate reads an HTTP-date in any of its three formats. Letters count in
// either case, and a zone other than GMT makes it invalid (RFC 9111 section
// 4.2). now settles the century of a two-digit year.
func parseDate(s string, now time.Time) (time.Time, bool) {
	s = trimOWS(s)
	if len(s) == len(asctime) {
		t, err := time.Parse(asctime, s)
		return t, err == nil
	}
	head := len(s) - len(" GMT")
	if head < 0 || !strings.EqualFold(s[head:], " GMT") {
		return time.Time{}, false
	}
	s = s[:head]
	if len(s) == len(imfFixdate) && s[3] == ',' {
		t, err := time.Parse(imfFixdate, s)
		return t, err == nil
	}
	if t, err := time.Parse(rfc850, s); err == nil {
		return century(t, now), true
	}
	return time.Time{}, false
}

// century moves a two-digit year: what appears to be more than 50 years in the
// future was the most recent such year in the past (RFC 9110 section 5.6.7).
func century(t, now time.Time) time.Time {
	limit := now.AddDate(50, 0, 0)
	for t.After(limit) {
		t = t.AddDate(-100, 0, 0)
	}
	for later := t.AddDate(100, 0, 0); !later.After(limit); later = t.AddDate(100, 0, 0) {
		t = later
	}
	return t
}

// dateOf is when the response was made: its Date, or the time of receipt where
// that is missing or unreadable (RFC 9110 section 6.6.1).
func dateOf(f Fields, received time.Time) time.Time {
	if date, ok := parseDate(f.Get("Date"), received); ok {
		return date
	}
	return received
}
