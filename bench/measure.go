package main

import (
	"context"
	"fmt"
	"time"
)

// sample is one measure of one contender.
type sample struct {
	Requests int64         `json:"requests"`
	CPU      time.Duration `json:"cpu_ns"`  // of all its processes, user and system
	Wall     time.Duration `json:"wall_ns"` // how long the load ran
}

// perRequest is the CPU time of a request, in nanoseconds.
func (s sample) perRequest() float64 { return float64(s.CPU) / float64(s.Requests) }

func (s sample) perSecond() float64 { return float64(s.Requests) / s.Wall.Seconds() }

// busy is the share of the core that was used.
func (s sample) busy() float64 { return s.CPU.Seconds() / s.Wall.Seconds() }

// compare measures the scenarios one after the other.
func (h *house) compare(ctx context.Context, opts options, chosen []scenario, shown *progress) (*report, error) {
	shown.begin(len(chosen) * len(h.runners) * (opts.rounds + 1))
	defer shown.end()
	rep := &report{Rounds: opts.rounds, Duration: opts.duration.Seconds(), Skipped: h.skipped}
	for _, s := range chosen {
		samples, err := h.measure(ctx, s, opts, shown)
		if err != nil {
			return nil, err
		}
		rep.Scenarios = append(rep.Scenarios, summarize(s, samples))
		if opts.profile == "" {
			continue
		}
		if err := h.profile(ctx, s, opts.profile); err != nil {
			return nil, fmt.Errorf("profile %s in %s: %w", ours, s.name, err)
		}
	}
	return rep, nil
}

// measure lets the contenders take turns, after a check and a warm-up of each.
func (h *house) measure(ctx context.Context, s scenario, opts options, shown *progress) ([]contest, error) {
	contests := make([]contest, len(h.runners))
	for i, r := range h.runners {
		contests[i].name = r.name
		shown.at(s.name, r.name)
		if err := h.verify(ctx, r, s); err != nil {
			return nil, err
		}
		if _, err := h.sample(ctx, r, s, time.Second); err != nil {
			return nil, err
		}
		shown.add()
	}
	for range opts.rounds {
		for i, r := range h.runners {
			shown.at(s.name, r.name)
			one, err := h.sample(ctx, r, s, opts.duration)
			if err != nil {
				return nil, err
			}
			contests[i].samples = append(contests[i].samples, one)
			shown.add()
		}
	}
	return contests, nil
}

// sample is one turn. An error of the load, or an origin that was asked too
// often or too seldom, is an error: such figures compare different things.
func (h *house) sample(ctx context.Context, r *runner, s scenario, duration time.Duration) (sample, error) {
	asked0, err := asked(ctx, h.originURL)
	if err != nil {
		return sample{}, err
	}
	cpu0, err := cpuTime(r.process.cmd.Process.Pid)
	if err != nil {
		return sample{}, err
	}
	l, err := h.run(ctx, r.url, s, duration)
	if err != nil {
		return sample{}, fmt.Errorf("%s in %s: %w", r.name, s.name, err)
	}
	cpu1, err := cpuTime(r.process.cmd.Process.Pid)
	if err != nil {
		return sample{}, err
	}
	asked1, err := asked(ctx, h.originURL)
	if err != nil {
		return sample{}, err
	}
	one := sample{Requests: l.requests, CPU: cpu1 - cpu0, Wall: l.took}
	return one, l.complain(r, s, asked1-asked0)
}

func (l load) complain(r *runner, s scenario, reached int64) error {
	switch {
	case l.errors != "":
		return fmt.Errorf("%s in %s: the load had errors: %s\n%s", r.name, s.name, l.errors, r.process.tail())
	case s.cached && reached > 0:
		return fmt.Errorf("%s in %s: %d of %d requests reached the origin, want none", r.name, s.name, reached, l.requests)
	case !s.cached && reached < l.requests:
		return fmt.Errorf("%s in %s: %d of %d requests reached the origin, want all", r.name, s.name, reached, l.requests)
	}
	return nil
}
