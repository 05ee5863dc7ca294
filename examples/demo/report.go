package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// result is everything measured.
type result struct {
	requests        int
	direct, gateway side
	differences     []string
	single, batch   time.Duration // medians of the rounds
	rounds          int
	took            time.Duration
}

// figures are one side's column. Latencies are in milliseconds.
type figures struct {
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	P99    float64 `json:"p99_ms"`
	RPS    float64 `json:"rps"`
	Origin int64   `json:"origin_requests"`
	Bytes  int64   `json:"bytes"`
	Errors int     `json:"errors"`
}

type report struct {
	Direct    figures      `json:"direct"`
	Gateway   figures      `json:"gateway"`
	Identical bool         `json:"identical"`
	Batch     batchFigures `json:"batch"`
}

type batchFigures struct {
	Single float64 `json:"single_ms"`
	Batch  float64 `json:"batch_ms"`
}

func (s *side) figures() figures {
	slices.Sort(s.latencies)
	return figures{
		P50:    milliseconds(quantile(s.latencies, 0.50)),
		P95:    milliseconds(quantile(s.latencies, 0.95)),
		P99:    milliseconds(quantile(s.latencies, 0.99)),
		RPS:    round(float64(len(s.latencies)) / max(s.busy.Seconds(), 1e-9)),
		Origin: s.reached,
		Bytes:  s.bytes,
		Errors: s.errors,
	}
}

// quantile is the nearest-rank one, exact: an estimate would smear the two
// heaps, hits and misses, into each other. 0 without values.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func (r *result) report() report {
	return report{
		Direct:    r.direct.figures(),
		Gateway:   r.gateway.figures(),
		Identical: len(r.differences) == 0,
		Batch:     batchFigures{milliseconds(r.single), milliseconds(r.batch)},
	}
}

func (r *result) write(w io.Writer, format string) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(r.report())
	}
	return r.table(w)
}

func (r *result) table(w io.Writer) error {
	rep := r.report()
	d, g := rep.Direct, rep.Gateway
	fmt.Fprintf(w, "%d requests each way, in turns, from a cold start:\n\n", r.requests)
	row := func(name, direct, gateway string) { fmt.Fprintf(w, "  %-30s%12s%12s\n", name, direct, gateway) }
	row("", "direct", "gateway")
	row("requests per second", fmt.Sprintf("%.0f", d.RPS), fmt.Sprintf("%.0f", g.RPS))
	row("p50", ms(d.P50), ms(g.P50))
	row("p95", ms(d.P95), ms(g.P95))
	row("p99", ms(d.P99), ms(g.P99))
	row("requests that reached the API", fmt.Sprint(d.Origin), fmt.Sprint(g.Origin))
	row("bytes on the wire", fmt.Sprint(d.Bytes), fmt.Sprint(g.Bytes))
	row("hit ratio", "-", percent(r.gateway.hits, r.requests))
	row("shared another's fetch", "-", percent(r.gateway.joined, r.requests))
	row("errors", fmt.Sprint(d.Errors), fmt.Sprint(g.Errors))
	_, err := fmt.Fprintf(w, "\n%s\n%s\n%s\n", r.answers(), improved(d, g), r.batches())
	return err
}

func (r *result) answers() string {
	if len(r.differences) == 0 {
		return "Every answer was the same both ways, and each user got his own."
	}
	return fmt.Sprintf("Answers that differ: %d; the first: %s", len(r.differences), r.differences[0])
}

// improved is the line that compares with the 40 % of the idea.
func improved(d, g figures) string {
	return fmt.Sprintf("Against the 40 %% of the idea: the median request takes %s time (%.0f times faster), "+
		"throughput is %.1f times as high, the API gets %s requests, the wire carries %s bytes.",
		change(d.P50, g.P50, "less"), ratio(d.P50, g.P50), ratio(g.RPS, d.RPS),
		change(float64(d.Origin), float64(g.Origin), "fewer"), change(float64(d.Bytes), float64(g.Bytes), "fewer"))
}

func (r *result) batches() string {
	single, batch := milliseconds(r.single), milliseconds(r.batch)
	return fmt.Sprintf("%d product lookups that nothing had cached, through the gateway: %s one by one, %s as one batch "+
		"(%s; medians of %d rounds).", batchItems, ms(single), ms(batch), change(single, batch, "less"), r.rounds)
}

// judge is an error that names all that is wrong or missing.
func (r *result) judge() error {
	rep := r.report()
	d, g := rep.Direct, rep.Gateway
	var wrong []error
	missing := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	missing(!rep.Identical, "%s", r.answers())
	missing(d.Errors+g.Errors > 0, "%d requests failed directly, %d through the gateway", d.Errors, g.Errors)
	missing(5*g.P50 > d.P50, "p50 is %s directly and %s through the gateway; want at least 5 times lower", ms(d.P50), ms(g.P50))
	missing(2*g.Origin > d.Origin, "%d of %d requests reached the API through the gateway; want at most half", g.Origin, d.Origin)
	missing(r.batch >= r.single, "a batch takes %v, its items one by one %v; want less", r.batch, r.single)
	return errors.Join(wrong...)
}

func milliseconds(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }
func round(f float64) float64              { return math.Round(f*1000) / 1000 }
func ms(f float64) string                  { return fmt.Sprintf("%.1f ms", f) }
func ratio(a, b float64) float64           { return a / max(b, 1e-9) }

// change is "57 % less", or "1 % more" where nothing was saved.
func change(before, after float64, less string) string {
	saved := 100 * (1 - ratio(after, before))
	if saved < 0 {
		return fmt.Sprintf("%.0f %% more", -saved)
	}
	return fmt.Sprintf("%.0f %% %s", saved, less)
}

func percent(n, of int) string { return fmt.Sprintf("%.0f %%", 100*ratio(float64(n), float64(of))) }
