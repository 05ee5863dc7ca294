package main

import (
	"fmt"
	"strings"
)

// scenario is one kind of request, sent over 64 kept-alive connections.
type scenario struct {
	name, what string
	path       string // a key's number follows
	keys       int
	size       int  // of the body, in bytes
	cached     bool // the origin is not asked again
	// aim and floor are the best peer's CPU per request over the gateway's: 1
	// is as good, more is better.
	aim, floor float64
}

func scenarios() []scenario {
	return []scenario{
		{"pass", "1 KiB that no cache may keep, over kept-alive connections to the origin", "/pass/1024/", 1, 1 << 10, false, 0.9, 0.7},
		{"hit1k", "1 KiB from the cache, one key", "/cached/1024/", 1, 1 << 10, true, 1, 0.8},
		{"hit10k", "1 KiB from the cache, 10,000 keys, each as often", "/cached/1024/", 10_000, 1 << 10, true, 1, 0.8},
		{"hit64k", "64 KiB from the cache, one key", "/cached/65536/", 1, 64 << 10, true, 1, 0.8},
	}
}

// choose picks by a list of names; "all" is everything, in the order of all.
func choose[T any](all []T, name func(T) string, list string) ([]T, error) {
	if list == "all" {
		return all, nil
	}
	wanted := make(map[string]bool)
	for one := range strings.SplitSeq(list, ",") {
		wanted[one] = true
	}
	var known []string
	var chosen []T
	for _, one := range all {
		known = append(known, name(one))
		if wanted[name(one)] {
			chosen = append(chosen, one)
			delete(wanted, name(one))
		}
	}
	for unknown := range wanted {
		return nil, fmt.Errorf("%q is not one of all, %s", unknown, strings.Join(known, ", "))
	}
	return chosen, nil
}
