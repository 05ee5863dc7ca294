package config

import (
	"testing"
	"time"
)

func TestUnitsAreShownAsTheyAreWritten(t *testing.T) {
	for text, d := range map[string]time.Duration{
		"0s": 0, "250ms": 250 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "10s": 10 * time.Second,
		"1m": time.Minute, "1m30s": 90 * time.Second, "1h": time.Hour, "1h1m": 61 * time.Minute, "1h0m1s": time.Hour + time.Second,
	} {
		if got := Duration(d).String(); got != text {
			t.Errorf("%v is shown as %s, want %s", d, got, text)
		}
		if got, problem := parseDuration(text); got != Duration(d) || problem != "" {
			t.Errorf("%s is read as %v, %q", text, got, problem)
		}
	}
	for text, s := range map[string]Size{
		"0B": 0, "1000B": 1000, "1KiB": 1 << 10, "1025B": 1025, "64MiB": 64 << 20, "3GiB": 3 << 30, "2TiB": 2 << 40, "1024TiB": 1 << 50,
	} {
		if got := s.String(); got != text {
			t.Errorf("%d is shown as %s, want %s", int64(s), got, text)
		}
		if got, problem := parseSize(text); got != s || problem != "" {
			t.Errorf("%s is read as %v, %q", text, got, problem)
		}
	}
	for text, want := range map[string]Size{"1kB": 1e3, "1KB": 1e3, "10MB": 10e6, "1GB": 1e9, "1TB": 1e12} {
		if got, problem := parseSize(text); got != want || problem != "" {
			t.Errorf("%s is read as %v, %q", text, got, problem)
		}
	}
}
