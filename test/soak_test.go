//go:build soak

package test

import (
	"os"
	"testing"
	"time"
)

// TestSoakChaos is TestChaos for as long as SOAK says (10m), with another seed
// each minute.
func TestSoakChaos(t *testing.T) { soak(t, chaos) }

// soak runs a test with one seed after the other, a minute each.
func soak(t *testing.T, run func(t *testing.T, seed uint64, length time.Duration)) {
	length := 10 * time.Minute
	if text := os.Getenv("SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("SOAK: %v; write 30s, 10m or 1h", err)
		}
	}
	warmUp(t, newSockets(t))
	seed := uint64(time.Now().UnixNano())
	for end := time.Now().Add(length); time.Now().Before(end); seed++ {
		run(t, seed, min(time.Minute, time.Until(end)))
	}
}
