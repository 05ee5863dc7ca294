package telemetry

import (
	"regexp"
	"strings"
	"testing"
)

const (
	parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	state  = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"
)

func TestAValidTraceIsPassedOnAsItCame(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	rows := []struct {
		name, parent, state string
		want                Trace
	}{
		{"traceparent alone", parent, "", Trace{id, parent, ""}},
		{"with tracestate", parent, state, Trace{id, parent, state}},
		{"3.3.1.3 spaces around the commas", parent, "a=1 , b=2", Trace{id, parent, "a=1 , b=2"}},
		{"a tracestate that does not parse is dropped", parent, "no member", Trace{id, parent, ""}},
		{"a tracestate with a key twice is dropped", parent, "a=1,a=2", Trace{id, parent, ""}},
		{"a later version with more fields", "01" + parent[2:] + "-what-ever", "",
			Trace{id, "01" + parent[2:] + "-what-ever", ""}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := New(Options{}).Trace(row.parent, row.state); got != row.want {
				t.Errorf("Trace = %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestAnInvalidTraceIsReplacedByANewOne(t *testing.T) {
	form := regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-00$`)
	tel := New(Options{})
	seen := map[string]bool{}
	for name, given := range map[string]string{
		"absent":                                "",
		"2.2.2.3 a zero trace id":               "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"2.2.2.4 a zero parent id":              "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
		"upper case":                            strings.ToUpper(parent),
		"version ff":                            "ff" + parent[2:],
		"version 00 with more":                  parent + "-x",
		"too short":                             parent[:54],
		"two of them":                           parent + "," + parent,
		"a later version that splits the field": "01" + parent[2:] + "-\r\nX: y",
		"no hexadecimal":                        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
	} {
		got := tel.Trace(given, state)
		m := form.FindStringSubmatch(got.Traceparent)
		if m == nil || got.ID != m[1] || got.Tracestate != "" || strings.Contains(given, got.ID) {
			t.Errorf("%s: Trace = %+v", name, got)
		}
		if seen[got.ID] {
			t.Errorf("%s: the id %s came twice", name, got.ID)
		}
		seen[got.ID] = true
		// What we begin is valid for the next hop.
		if next := tel.Trace(got.Traceparent, ""); next != got {
			t.Errorf("%s: the next hop sees %+v, want %+v", name, next, got)
		}
	}
}

func FuzzTrace(f *testing.F) {
	f.Add(parent, state)
	f.Add("", "a=1")
	f.Add("01-"+parent[3:]+"-x", "a=1,a=2")
	f.Add("00-\xff", "\x00=\n")
	id := regexp.MustCompile(`^[0-9a-f]{32}$`)
	tel := New(Options{})
	f.Fuzz(func(t *testing.T, traceparent, tracestate string) {
		got := tel.Trace(traceparent, tracestate)
		if !id.MatchString(got.ID) || len(got.Traceparent) < 55 || got.Traceparent[3:35] != got.ID {
			t.Fatalf("Trace = %+v", got)
		}
		if got.Tracestate != "" && (got.Tracestate != tracestate || got.Traceparent != traceparent) {
			t.Fatalf("a tracestate without its traceparent: %+v", got)
		}
		if strings.ContainsAny(got.Tracestate+got.Traceparent, "\r\n\x00") {
			t.Fatalf("Trace = %+q", got)
		}
	})
}
