//go:build soak && !race

package cache

import "testing"

// TestSoakFlood is TestFlood with a million keys.
func TestSoakFlood(t *testing.T) { flood(t, 1_000_000) }
