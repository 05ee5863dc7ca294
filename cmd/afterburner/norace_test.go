//go:build !race

package main

import (
	"os"
	"testing"
)

var raceFlag []string

// The figure of the README's promise: a sidecar's image stays small.
func TestBinaryIsSmall(t *testing.T) {
	info, err := os.Stat(binary())
	if err != nil {
		t.Fatal(err)
	}
	const limit = 30 << 20
	t.Logf("the binary has %.1f MiB", float64(info.Size())/(1<<20))
	if info.Size() >= limit {
		t.Errorf("the binary has %d bytes, want less than %d (30 MiB)", info.Size(), limit)
	}
}
