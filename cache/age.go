package cache

import (
	"math"
	"strings"
	"time"
)

// maxDelta is the longest time that the cache reckons with, 2^31-1 seconds: no
// sum of a few of them overflows a time.Duration.
const maxDelta = math.MaxInt32 * time.Second

// clamp keeps a time between 0 and maxDelta.
func clamp(d time.Duration) time.Duration { return min(max(d, 0), maxDelta) }

// ageField is the Age of a response: the first member of the first line, and 0
// where that is no number (RFC 9111 section 5.1).
func ageField(f Fields) time.Duration {
	first, _, _ := strings.Cut(f.Get("Age"), ",")
	n, _ := deltaSeconds(trimOWS(first))
	return time.Duration(n) * time.Second
}

// initialAge is the corrected initial age of RFC 9111 section 4.2.3: how old the
// response was when its head came.
func initialAge(f Fields, requested, received time.Time) time.Duration {
	apparent := clamp(received.Sub(dateOf(f, received)))
	delay := clamp(received.Sub(requested))
	return clamp(max(apparent, ageField(f)+delay))
}

// Age is the current age at now (RFC 9111 section 4.2.3), never less than
// Initial even where the clock went back.
func (v *Verdict) Age(now time.Time) time.Duration {
	return v.Initial + clamp(now.Sub(v.Received))
}
