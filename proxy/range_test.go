package proxy

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRange(t *testing.T) {
	const size = 1000
	whole := func(spans ...span) []span { return spans }
	rows := []struct {
		name, value string
		spans       []span
		valid       bool
	}{
		{"14.1.2 the first 500 bytes", "bytes=0-499", whole(span{0, 500}), true},
		{"14.1.2 the last 500 bytes", "bytes=-500", whole(span{500, 1000}), true},
		{"14.1.2 from 950 on", "bytes=950-", whole(span{950, 1000}), true},
		{"14.1.2 the first and the last byte", "bytes=0-0,-1", whole(span{0, 1}, span{999, 1000}), true},
		{"14.1.2 first, middle and last", "bytes= 0-99, 500-599, -100", whole(span{0, 100}, span{500, 600}, span{900, 1000}), true},
		{"14.1.2 an end behind the end is the end", "bytes=900-5000", whole(span{900, 1000}), true},
		{"14.1.2 a longer suffix is the whole", "bytes=-5000", whole(span{0, 1000}), true},
		{"14.1.2 a position of 30 digits is behind the end", "bytes=1-" + strings.Repeat("9", 30), whole(span{1, 1000}), true},
		{"14.1.2 a beginning behind the end is not satisfiable", "bytes=1000-", nil, true},
		{"a beginning of 30 digits neither", "bytes=" + strings.Repeat("9", 30) + "-", nil, true},
		{"a suffix of no bytes neither", "bytes=-0", nil, true},
		{"one of two that can be satisfied", "bytes=2000-3000,0-1", whole(span{0, 2}), true},
		{"15.3.7.2 in the order that the client asks for", "bytes=500-599,0-99", whole(span{500, 600}, span{0, 100}), true},
		{"5.6.1.2 empty members", "bytes=,0-1, ,", whole(span{0, 2}), true},
		{"14.1 unit names have no case", "Bytes=0-1", whole(span{0, 2}), true},
		{"14.2 another unit", "items=0-1", nil, false},
		{"14.1.2 the end before the beginning", "bytes=5-4", nil, false},
		{"no member", "bytes=", nil, false},
		{"only commas", "bytes=,,", nil, false},
		{"no position", "bytes=-", nil, false},
		{"no dash", "bytes=5", nil, false},
		{"letters", "bytes=a-b", nil, false},
		{"a sign", "bytes=+1-2", nil, false},
		{"a space inside", "bytes=1 -2", nil, false},
		{"three numbers", "bytes=1-2-3", nil, false},
		{"nothing", "", nil, false},
		{"one bad member spoils all", "bytes=0-1,x", nil, false},
		{"14.2 overlapping ranges get the whole", "bytes=0-10,10-20", nil, false},
		{"14.2 the whole again and again", "bytes=" + strings.Repeat("0-,", 5), nil, false},
		{"14.2 many tiny ranges get the whole", "bytes=" + tiny(maxRanges+1), nil, false},
		{"as many as are allowed", "bytes=" + tiny(maxRanges), tinySpans(maxRanges), true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			spans, valid := parseRange(row.value, size)
			if !slices.Equal(spans, row.spans) || valid != row.valid {
				t.Errorf("parseRange(%q, %d) = %v, %v, want %v, %v", row.value, size, spans, valid, row.spans, row.valid)
			}
		})
	}
}

// tiny is n ranges of one byte.
func tiny(n int) string {
	var members []string
	for _, s := range tinySpans(n) {
		members = append(members, strings.TrimSuffix(strings.TrimPrefix(string(s.appendContentRange(nil, 1000)), "bytes "), "/1000"))
	}
	return strings.Join(members, ",")
}

func tinySpans(n int) (spans []span) {
	for i := range int64(n) {
		spans = append(spans, span{2 * i, 2*i + 1})
	}
	return spans
}

// FuzzParseRange: whatever is asked for, the parts lie in the representation, do
// not overlap and are not many.
func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"bytes=0-499", "bytes=-500", "bytes=0-0,-1", "bytes=, 5-,\t6-7", "bytes=18446744073709551616-", "lines=1-2", "bytes=9-1"} {
		f.Add(seed, int64(1000))
	}
	f.Fuzz(func(t *testing.T, value string, size int64) {
		size = max(size, 1)
		spans, valid := parseRange(value, size)
		if !valid && spans != nil || len(spans) > maxRanges {
			t.Fatalf("parseRange(%q, %d) = %v, %v", value, size, spans, valid)
		}
		for i, s := range spans {
			if s.from < 0 || s.from >= s.to || s.to > size || overlaps(s, spans[:i]) {
				t.Errorf("parseRange(%q, %d) has the span %v", value, size, s)
			}
		}
	})
}
