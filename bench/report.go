package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// report is what -json prints.
type report struct {
	Rounds    int      `json:"rounds"`
	Duration  float64  `json:"duration_seconds"`
	Skipped   []string `json:"skipped,omitempty"`
	Scenarios []result `json:"scenarios"`
}

// result is one scenario. Ratios are of medians, against the best peer: the
// contender with the least CPU per request, the gateway aside.
type result struct {
	Name  string  `json:"scenario"`
	What  string  `json:"what"`
	Aim   float64 `json:"aim"`
	Floor float64 `json:"floor"`
	Best  string  `json:"best_peer"`
	// Reached is the best peer's CPU per request over the gateway's, to be held
	// against aim and floor. 0: the gateway or all peers were not measured.
	Reached float64 `json:"reached"`
	Rows    []row   `json:"contenders"`
}

type row struct {
	Name      string   `json:"name"`
	CPU       float64  `json:"cpu_per_request"`     // over the best peer's; less is better
	Rate      float64  `json:"requests_per_second"` // over the best peer's; more is better
	CPUMicros float64  `json:"cpu_microseconds"`    // per request, of this machine
	Busy      float64  `json:"core_busy"`           // 0 to 1
	Spread    float64  `json:"spread"`              // of CPU per request: (most - least) / median
	Samples   []sample `json:"samples"`
}

// contest is all measures of a contender in a scenario.
type contest struct {
	name    string
	samples []sample
}

// median of at least one value; of an even number it is the mean of the middle
// two.
func (c contest) median(of func(sample) float64) float64 {
	values := c.sorted(of)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half]
	}
	return (values[half-1] + values[half]) / 2
}

func (c contest) sorted(of func(sample) float64) []float64 {
	values := make([]float64, len(c.samples))
	for i, s := range c.samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values
}

func summarize(s scenario, contests []contest) result {
	best := bestPeer(contests)
	r := result{Name: s.name, What: s.what, Aim: s.aim, Floor: s.floor, Best: best.name}
	for _, c := range contests {
		cpu, costs := c.median(sample.perRequest), c.sorted(sample.perRequest)
		one := row{
			Name:      c.name,
			CPU:       cpu / best.median(sample.perRequest),
			Rate:      c.median(sample.perSecond) / best.median(sample.perSecond),
			CPUMicros: cpu / float64(time.Microsecond),
			Busy:      c.median(sample.busy),
			Spread:    (costs[len(costs)-1] - costs[0]) / cpu,
			Samples:   c.samples,
		}
		if c.name == ours && best.name != ours {
			r.Reached = 1 / one.CPU
		}
		r.Rows = append(r.Rows, one)
	}
	return r
}

// bestPeer needs the least CPU per request. Without peers it is the gateway.
func bestPeer(contests []contest) contest {
	best := contests[0]
	for _, c := range contests {
		if c.name != ours && (best.name == ours || c.median(sample.perRequest) < best.median(sample.perRequest)) {
			best = c
		}
	}
	return best
}

func (rep *report) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(rep)
	}
	_, err := fmt.Fprintf(w, "Medians of %d × %g s, in turns; 1.00 is the best peer.\n", rep.Rounds, rep.Duration)
	for _, r := range rep.Scenarios {
		fmt.Fprintf(w, "\n%s: %s\n", r.Name, r.What)
		fmt.Fprintf(w, "  %-12s%13s%13s%11s%11s%9s\n", "", "CPU/request", "requests/s", "µs CPU", "core busy", "spread")
		for _, one := range r.Rows {
			fmt.Fprintf(w, "  %-12s%13.2f%13.2f%11.2f%10.0f%%%8.0f%%\n",
				one.Name, one.CPU, one.Rate, one.CPUMicros, 100*one.Busy, 100*one.Spread)
		}
		_, err = fmt.Fprintln(w, "  "+r.verdict())
	}
	return err
}

func (r result) verdict() string {
	switch {
	case r.Reached == 0:
		return "nothing to compare with"
	case r.Reached >= r.Aim:
		return fmt.Sprintf("%.2f of %s: the aim of %.2f is reached", r.Reached, r.Best, r.Aim)
	case r.Reached >= r.Floor:
		return fmt.Sprintf("%.2f of %s: over the floor of %.2f, the aim is %.2f", r.Reached, r.Best, r.Floor, r.Aim)
	}
	return fmt.Sprintf("%.2f of %s: under the floor of %.2f, the aim is %.2f", r.Reached, r.Best, r.Floor, r.Aim)
}
