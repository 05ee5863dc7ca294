//go:build race

package test

import "time"

// chaosLength is how long the short run takes; under the race detector everything
// is ten times slower, and a part of that says enough.
const chaosLength = 5 * time.Second
