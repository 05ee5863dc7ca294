package main

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed load.lua
var loadScript []byte

// connections of the load, all kept alive.
const connections = 64

// load is what wrk says of a run.
type load struct {
	requests int64 // completed
	took     time.Duration
	errors   string // what went wrong, "" for nothing
}

// run sends a scenario's requests to a URL for a while.
func (h *house) run(ctx context.Context, url string, s scenario, duration time.Duration) (load, error) {
	cmd := pinned(h.loadCore, "wrk", "-t1", "-c"+strconv.Itoa(connections),
		"-d"+strconv.Itoa(int(duration.Seconds()))+"s", "-s", h.script, url+s.path, strconv.Itoa(s.keys))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return load{}, fmt.Errorf("start wrk: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return load{}, fmt.Errorf("wrk: %w\n%s", err, out.String())
	}
	return parseLoad(out.String())
}

// parseLoad finds the line of load.lua in wrk's output.
func parseLoad(output string) (load, error) {
	for line := range strings.Lines(output) {
		figures, ok := strings.CutPrefix(strings.TrimSpace(line), "bench ")
		if !ok {
			continue
		}
		return parseFigures(figures)
	}
	return load{}, fmt.Errorf("wrk wrote no line of figures:\n%s", output)
}

func parseFigures(figures string) (load, error) {
	var l load
	var faults []string
	for pair := range strings.FieldsSeq(figures) {
		name, text, _ := strings.Cut(pair, "=")
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil:
			return load{}, fmt.Errorf("wrk's %s: %w", name, err)
		case name == "requests":
			l.requests = n
		case name == "microseconds":
			l.took = time.Duration(n) * time.Microsecond
		case n > 0:
			faults = append(faults, pair)
		}
	}
	l.errors = strings.Join(faults, " ")
	if l.requests < 1 || l.took <= 0 {
		return load{}, fmt.Errorf("wrk completed nothing: %s", figures)
	}
	return l, nil
}
