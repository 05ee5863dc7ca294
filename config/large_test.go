package config

import (
	"fmt"
	"strings"
	"testing"
)

// largeFile is a file of n routes and upstreams; %d in the line is a number.
func largeFile(n int, line string) []byte {
	var b strings.Builder
	b.WriteString("upstreams:\n")
	for i := range n {
		fmt.Fprintf(&b, "  api-%d: { targets: [\"http://127.0.0.1:9000\"] }\n", i)
	}
	b.WriteString("routes:\n")
	for i := range n {
		b.WriteString(strings.ReplaceAll(line, "%d", fmt.Sprint(i)) + "\n")
	}
	return []byte(b.String())
}

func TestManyRoutes(t *testing.T) {
	for _, row := range []struct {
		name   string
		n      int
		line   string
		faults int
		last   string
	}{
		{"all sound", 10_000, "  - { path: \"/a/%d/{id}\", methods: [GET], upstream: api-%d, cache: { ttl: 5s } }", 0, ""},
		{"all misspelt", 3000, "  - { path: \"/a/%d\", upstream: api_%d }", maxFaults + 1, "afterburner.yaml:1:1: 2000 more faults are not shown"},
		{"all the same", 3000, "  - { path: /, upstream: api-0 }", maxFaults + 1, "afterburner.yaml:1:1: 1999 more faults are not shown"},
		{"no path", 3000, "  - { upstream: api-%d }", maxFaults + 1, "afterburner.yaml:1:1: 2000 more faults are not shown"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, faults := Parse("afterburner.yaml", largeFile(row.n, row.line), nil)
			last := ""
			if len(faults) > 0 {
				last = faults[len(faults)-1].String()
			}
			if len(faults) != row.faults || last != row.last {
				t.Errorf("%d faults, the last is %s, want %d and %s", len(faults), last, row.faults, row.last)
			}
		})
	}
}

func TestManyUnusedUpstreamsAreStillWarnings(t *testing.T) {
	text := append(largeFile(maxFaults+10, ""), []byte("  - { path: /, upstream: api-0 }\n")...)
	cfg, faults := Parse("afterburner.yaml", text, nil)
	if cfg == nil || len(faults.Errors()) > 0 || len(faults) != maxFaults+1 {
		t.Errorf("a configuration: %t, %d errors, %d faults", cfg != nil, len(faults.Errors()), len(faults))
	}
}

func TestFaultsAreBounded(t *testing.T) {
	text := smallest + "limits:\n" + strings.Repeat("  ? [a]\n  : 1\n", maxFaults+500)
	_, faults := Parse("afterburner.yaml", []byte(text), nil)
	last := faults[len(faults)-1].String()
	if want := "afterburner.yaml:1:1: 500 more faults are not shown"; len(faults) != maxFaults+1 || last != want {
		t.Errorf("%d faults, the last is %s, want %d and %s", len(faults), last, maxFaults+1, want)
	}
}

func TestAliasBombIsBounded(t *testing.T) {
	text := "upstreams: { api: { targets: [\"http://127.0.0.1:9000\"] } }\nroutes:\n  - { path: /, upstream: api, methods: &m [" +
		strings.Repeat("A,", 5000) + "] }\n" + strings.Repeat("  - { path: /, upstream: api, methods: *m }\n", 1000)
	_, faults := Parse("afterburner.yaml", []byte(text), nil)
	want := "afterburner.yaml:3:8432: routes[199].methods[4194]: the file holds more than 1000000 values (aliases and merge keys are counted as often as they are used)"
	if got := faults.Error(); got != want {
		t.Errorf("faults are\n%s\nwant\n%s", got, want)
	}
}

// Each merge key brings all keys of the one before it twice over.
func TestMergeBombIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(smallest + "admin:\n  <<:\n  - &a0 { token: x }\n")
	for i := 1; i <= 64; i++ {
		fmt.Fprintf(&b, "  - &a%d { <<: [*a%d, *a%d] }\n", i, i-1, i-1)
	}
	cfg, faults := Parse("afterburner.yaml", []byte(b.String()), nil)
	if len(faults) > 0 || cfg.Admin.Token != "x" {
		t.Errorf("faults are\n%s", faults)
	}
}

func BenchmarkParse10000Routes(b *testing.B) {
	text := largeFile(10_000, "  - { path: \"/a/%d/{id}\", methods: [GET], upstream: api-%d, cache: { ttl: 5s } }")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, faults := Parse("afterburner.yaml", text, nil); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}
