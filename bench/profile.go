package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// profileTime gives about a thousand samples of a busy core.
const profileTime = 10 * time.Second

// profile writes a CPU profile of the gateway under a scenario's load into dir.
// It is a turn of its own that counts nowhere: profiling costs time too.
func (h *house) profile(ctx context.Context, s scenario, dir string) error {
	i := slices.IndexFunc(h.runners, func(r *runner) bool { return r.name == ours })
	if i < 0 {
		return nil // it is not among the contenders of this run
	}
	r := h.runners[i]
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a load that failed leaves nothing to wait for
	type answer struct {
		text []byte
		err  error
	}
	taken := make(chan answer, 1)
	go func() {
		text, err := get(ctx, r.admin+"/debug/pprof/profile?seconds="+strconv.Itoa(int(profileTime.Seconds())))
		taken <- answer{text, err}
	}()
	if _, err := h.run(ctx, r.url, s, profileTime+time.Second); err != nil {
		return err
	}
	got := <-taken
	if got.err != nil {
		return got.err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, s.name+".pprof"), got.text, 0o644)
}
