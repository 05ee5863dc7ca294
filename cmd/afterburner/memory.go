package main

import (
	"math"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// defaultMemory is the store's budget where nothing limits the process, in bytes.
const defaultMemory = 256 << 20

// fitMemory chooses the store's budget where the file names none (a quarter of
// what the process may have), and tells the garbage collector about it: the
// store is live memory, so the usual doubling would cost as much again.
func fitMemory(store int64) int64 {
	limit := memoryLimit()
	if store == 0 {
		store = defaultMemory
		if limit > 0 {
			store = max(limit/4, 1<<20)
		}
	}
	switch {
	case os.Getenv("GOMEMLIMIT") != "":
	case limit > 0:
		debug.SetMemoryLimit(limit / 10 * 9)
	default:
		debug.SetGCPercent(50)
		debug.SetMemoryLimit(store + store/5 + 64<<20)
	}
	return store
}

// memoryLimit is what the process may have: GOMEMLIMIT, or the cgroup's limit;
// 0: nobody says.
func memoryLimit() int64 {
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		return limit
	}
	limit, err := memlimit.FromCgroup()
	if err != nil || limit == 0 || limit > 1<<50 {
		return 0
	}
	return int64(limit)
}
