//go:build !race

package test

import "time"

// chaosLength is how long the short run takes.
const chaosLength = 10 * time.Second
