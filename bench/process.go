package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	stopTime  = 5 * time.Second
	tailBytes = 2000
)

// process is a server that the harness started, with what it started itself.
type process struct {
	name  string
	cmd   *exec.Cmd
	log   string // file of its output
	ended chan struct{}
}

// start runs a command pinned to a core, in a process group of its own, so that
// an interrupt at the terminal reaches only the harness, which stops it.
func start(name, log string, core int, command ...string) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("write the output of %s: %w", name, err)
	}
	defer out.Close()
	cmd := pinned(core, command...)
	cmd.Stdout, cmd.Stderr = out, out
	// Should the harness be killed, they are asked to end too.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name: name, cmd: cmd, log: log, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// pinned is a command that runs on one core alone; Go programs use one thread
// for their goroutines.
func pinned(core int, command ...string) *exec.Cmd {
	cmd := exec.Command("taskset", append([]string{"-c", strconv.Itoa(core)}, command...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	return cmd
}

// await polls ready until it has no complaint. It gives up when the process
// has ended or ctx has.
func (p *process) await(ctx context.Context, ready func() error) error {
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended before it was ready:\n%s", p.name, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready (%w): %w\n%s", p.name, context.Cause(ctx), err, p.tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tail is the end of what the process wrote.
func (p *process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return fmt.Sprintf("(no output: %v)", err)
	}
	return strings.TrimSpace(string(text[max(0, len(text)-tailBytes):]))
}

// stop asks the process to end, and kills it and its descendants where they do
// not. It is safe on nil and on one that has ended.
func (p *process) stop() {
	if p == nil {
		return
	}
	family, _ := readProcesses("/proc")
	members := family.of(p.cmd.Process.Pid)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(stopTime):
		for _, member := range members {
			_ = syscall.Kill(member.pid, syscall.SIGKILL)
		}
		<-p.ended
	}
}

// copyBinary puts a binary into dir under another name: whoever ends all
// gateways of a machine by their name does not mean the one measured here.
func copyBinary(binary, dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(binary)
	if err == nil {
		err = os.WriteFile(path, text, 0o755)
	}
	if err != nil {
		return "", fmt.Errorf("copy %s: %w", binary, err)
	}
	return path, nil
}
