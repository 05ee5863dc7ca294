package config

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is written with a unit: 250ms, 5s, 1h. It is never negative.
type Duration time.Duration

// String is the duration as the file writes it: 250ms, 1m30s, 1h.
func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Size is a number of bytes, written 512KiB or 64MiB. It is never negative.
type Size int64

// String is the size in the largest unit that leaves a whole number: 64MiB.
func (s Size) String() string {
	number, unit := int64(s), "B"
	for _, larger := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if number == 0 || number%1024 != 0 {
			break
		}
		number, unit = number/1024, larger
	}
	return strconv.FormatInt(number, 10) + unit
}

// parseDuration reads a duration. The problem is a remark that follows the
// value in a message; "" means that there is none.
func parseDuration(text string) (d Duration, problem string) {
	if isNumber(text) {
		return 0, "has no unit; write 5s, 250ms or 1h"
	}
	parsed, err := time.ParseDuration(text)
	switch {
	case err != nil && strings.HasSuffix(text, "d"):
		return 0, "is not a duration: there is no unit for days; write 24h for one"
	case err != nil:
		return 0, "is not a duration; write 5s, 250ms or 1h"
	case parsed < 0:
		return 0, "is negative; write 5s, 250ms or 1h"
	}
	return Duration(parsed), ""
}

// parseSize reads a size: a whole number with a unit, in powers of 1024
// (KiB, MiB, GiB, TiB) or of 1000 (kB, KB, MB, GB, TB).
func parseSize(text string) (s Size, problem string) {
	const examples = "; write 512KiB, 64MiB or 1GiB"
	if isNumber(text) {
		return 0, "has no unit" + examples
	}
	digits := strings.TrimRight(text, "BKMGTikmgtb")
	unit, known := sizeUnit(text[len(digits):])
	if !known {
		return 0, "is not a size" + examples
	}
	number, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil && !isNumber(digits):
		return 0, "is not a size" + examples
	case strings.HasPrefix(digits, "-"):
		return 0, "is negative" + examples
	case err != nil && strings.Contains(digits, "."):
		return 0, "is not a whole number of " + text[len(digits):] + "; write it in a smaller unit"
	case err != nil || number > math.MaxInt64/unit:
		return 0, "is too large" + examples
	}
	return Size(number * unit), ""
}

func sizeUnit(name string) (bytes int64, known bool) {
	switch name {
	case "B":
		return 1, true
	case "KiB":
		return 1 << 10, true
	case "MiB":
		return 1 << 20, true
	case "GiB":
		return 1 << 30, true
	case "TiB":
		return 1 << 40, true
	case "kB", "KB":
		return 1e3, true
	case "MB":
		return 1e6, true
	case "GB":
		return 1e9, true
	case "TB":
		return 1e12, true
	}
	return 0, false
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
