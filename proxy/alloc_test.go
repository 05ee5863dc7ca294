//go:build !race

package proxy

import (
	"testing"
)

// A hit allocates nothing from the handler's entry to its return, with metrics
// on: each of these is what browsers and API clients send.
func TestHitAllocatesNothing(t *testing.T) {
	for name, fields := range map[string]string{
		"a browser":                          browserFields,
		"an API client that takes no coding": "Host: api.example.com\r\nUser-Agent: curl/8\r\nAccept: */*\r\n",
		"a client that allows an age":        browserFields + "Cache-Control: max-age=3600\r\n",
		"a coded answer":                     browserFields + "Accept-Encoding: gzip, deflate, br\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHit(t, fields)
			if n := testing.AllocsPerRun(1000, h.once); n != 0 {
				t.Errorf("a hit allocates %v times, want 0", n)
			}
		})
	}
}

// A request that is passed on allocates what belongs to its response alone: the
// exchange with the origin, the field lines and their list, and the trace. A
// context, a timer or a copy of the fields more would show here.
func TestPassAllocatesLittle(t *testing.T) {
	p := newPass(t)
	if n := testing.AllocsPerRun(1000, p.once); n > 5 {
		t.Errorf("a request that is passed on allocates %v times, want at most 5", n)
	}
}
