//go:build soak

package test

import "testing"

// TestSoakHammer is TestHammer for as long as SOAK says (10m), with another seed
// each minute.
func TestSoakHammer(t *testing.T) { soak(t, hammer) }
