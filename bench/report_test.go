package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// measured makes a contest of measures of a second with 1,000 requests each,
// from the milliseconds of CPU.
func measured(name string, milliseconds ...int) contest {
	c := contest{name: name}
	for _, ms := range milliseconds {
		c.samples = append(c.samples, sample{1000, time.Duration(ms) * time.Millisecond, time.Second})
	}
	return c
}

func TestTable(t *testing.T) {
	s := scenario{name: "hit1k", what: "1 KiB", aim: 1, floor: 0.8}
	rep := report{Rounds: 3, Duration: 1, Scenarios: []result{summarize(s, []contest{
		measured(ours, 30, 24, 25), measured("nginx", 40, 41, 42), measured("haproxy", 20, 90, 10),
	})}}
	var out strings.Builder
	if err := rep.write(&out, false); err != nil {
		t.Fatal(err)
	}
	const want = `Medians of 3 × 1 s, in turns; 1.00 is the best peer.

hit1k: 1 KiB
                CPU/request   requests/s     µs CPU  core busy   spread
  afterburner          1.25         1.00      25.00         2%      24%
  nginx                2.05         1.00      41.00         4%       5%
  haproxy              1.00         1.00      20.00         2%     400%
  0.80 of haproxy: over the floor of 0.80, the aim is 1.00
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestVerdicts(t *testing.T) {
	s := scenario{aim: 0.9, floor: 0.7}
	for _, row := range []struct {
		contests []contest
		want     string
	}{
		{[]contest{measured(ours, 10), measured("nginx", 12)}, "1.20 of nginx: the aim of 0.90 is reached"},
		{[]contest{measured(ours, 10), measured("nginx", 8)}, "0.80 of nginx: over the floor of 0.70, the aim is 0.90"},
		{[]contest{measured("nginx", 6), measured(ours, 10)}, "0.60 of nginx: under the floor of 0.70, the aim is 0.90"},
		{[]contest{measured(ours, 10)}, "nothing to compare with"},
		{[]contest{measured("nginx", 10), measured("haproxy", 9)}, "nothing to compare with"},
	} {
		if got := summarize(s, row.contests).verdict(); got != row.want {
			t.Errorf("%v: %q, want %q", row.contests, got, row.want)
		}
	}
}

func TestMedianOfAnEvenNumber(t *testing.T) {
	if got := measured("nginx", 1, 9, 3, 5).median(sample.perRequest); got != 4000 {
		t.Errorf("%v ns, want 4000", got)
	}
}

func TestJSON(t *testing.T) {
	s := scenario{name: "pass", what: "1 KiB", aim: 0.9, floor: 0.7}
	rep := report{Rounds: 1, Duration: 1, Skipped: []string{"varnish"},
		Scenarios: []result{summarize(s, []contest{measured(ours, 10), measured("nginx", 5)})}}
	var out strings.Builder
	if err := rep.write(&out, true); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, rep) {
		t.Errorf("got %+v, want %+v", back, rep)
	}
}
