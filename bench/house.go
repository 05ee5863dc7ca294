package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

const readyTime = 15 * time.Second

// house is everything that runs during a comparison. Open fills it step by
// step; close ends whatever is there by then.
type house struct {
	dir               string
	core, loadCore    int // of all contenders; of load, origin and harness
	origin            *process
	originURL, script string
	runners           []*runner
	skipped           []string // contenders that are not installed
}

// runner is a contender that runs.
type runner struct {
	name, url, admin string
	process          *process
}

func (h *house) open(ctx context.Context, opts options, stderr io.Writer) error {
	wanted, err := choose(contenders(opts.gateway), func(c contender) string { return c.name }, opts.only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if _, err := exec.LookPath("wrk"); err != nil {
		return fmt.Errorf("the load is made by wrk: %w; install Debian's package of that name", err)
	}
	if err := h.pickCores(); err != nil {
		return err
	}
	if h.dir, err = os.MkdirTemp("", "afterburner-bench-"); err != nil {
		return fmt.Errorf("make a working directory: %w", err)
	}
	h.script = filepath.Join(h.dir, "load.lua")
	if err := os.WriteFile(h.script, loadScript, 0o644); err != nil {
		return fmt.Errorf("write the load's script: %w", err)
	}
	port, err := h.startOrigin(ctx)
	if err != nil {
		return err
	}
	for _, c := range wanted {
		if !c.installed() {
			fmt.Fprintf(stderr, "SKIPPED: %s, because there is no %s\n", c.name, c.binary)
			h.skipped = append(h.skipped, c.name)
			continue
		}
		if err := h.start(ctx, c, port); err != nil {
			return err
		}
	}
	if len(h.runners) == 0 {
		return errors.New("there is no contender to measure")
	}
	return nil
}

// pickCores takes the last core that the harness may use for the contenders,
// the first, where interrupts tend to be, for all else.
func (h *house) pickCores() error {
	cores, err := allowedCores()
	if err != nil {
		return err
	}
	if len(cores) < 2 {
		return fmt.Errorf("only core %v may be used; contenders and load need one each", cores)
	}
	h.loadCore, h.core = cores[0], cores[len(cores)-1]
	return nil
}

func (h *house) startOrigin(ctx context.Context) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("start the origin: %w", err)
	}
	ports, err := freePorts(1)
	if err != nil {
		return 0, err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0]))
	h.origin, err = start("origin", filepath.Join(h.dir, "origin.log"), h.loadCore, self, "origin", address)
	if err != nil {
		return 0, err
	}
	h.originURL = "http://" + address
	return ports[0], h.ready(ctx, h.origin, h.originURL)
}

// start runs a contender and waits until it answers.
func (h *house) start(ctx context.Context, c contender, origin int) error {
	p, file, err := c.prepare(h.dir, origin)
	if err != nil {
		return err
	}
	binary := c.binary
	if c.name == ours {
		if binary, err = copyBinary(binary, p.Dir, "afterburner-bench"); err != nil {
			return err
		}
	}
	command := append([]string{binary}, c.args(p, file)...)
	process, err := start(c.name, filepath.Join(h.dir, c.name+".log"), h.core, command...)
	if err != nil {
		return err
	}
	r := &runner{c.name, local(p.Port), local(p.Admin), process}
	h.runners = append(h.runners, r)
	return h.ready(ctx, process, r.url)
}

func local(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

func (h *house) ready(ctx context.Context, p *process, url string) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	return p.await(ctx, func() error {
		_, err := get(ctx, url+"/pass/16/ready")
		return err
	})
}

// close ends all that open started, the last first, and removes its files.
func (h *house) close() {
	for i := len(h.runners) - 1; i >= 0; i-- {
		h.runners[i].process.stop()
	}
	h.origin.stop()
	if h.dir != "" {
		_ = os.RemoveAll(h.dir)
	}
}
