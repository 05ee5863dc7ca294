package cache

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// Every successful unsafe request is a ban of its URL, and the client chooses how
// long that is: the list was bounded in number, not in bytes.
func TestBansOfLongURLsTakeLittleMemory(t *testing.T) {
	b := newBans()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 4000 {
		b.banURL("h/"+strconv.Itoa(i)+strings.Repeat("x", 8<<10), false)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2<<20 {
		t.Errorf("4,000 bans take %d bytes", grown)
	}
	if b.naming("http://h/7"+strings.Repeat("x", 8<<10), tagSet{}, 1).hard < 2 {
		t.Error("a ban was forgotten")
	}
	runtime.KeepAlive(b)
}
