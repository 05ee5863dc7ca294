package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

const (
	startTime = 30 * time.Second
	stopTime  = 5 * time.Second
	tailLines = 10
)

// process is a server that the demo started.
type process struct {
	name  string
	cmd   *exec.Cmd
	lines chan string // its standard error, until nobody reads it any more
	seen  []string    // what address has read of it
	ended chan struct{}
	tail  []string // its last lines; read after ended
}

// start runs a binary with an environment on top of the demo's own.
func start(binary string, env []string, args ...string) (*process, error) {
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), env...)
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w; make builds it", binary, err)
	}
	p := &process{name: filepath.Base(binary), cmd: cmd, lines: make(chan string, 64), ended: make(chan struct{})}
	go p.follow(stderr)
	return p, nil
}

// follow reads the process's lines to their end, so that it never waits for
// a reader.
func (p *process) follow(stderr io.Reader) {
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		p.tail = append(p.tail[max(0, len(p.tail)-tailLines+1):], lines.Text())
		select {
		case p.lines <- lines.Text():
		default:
		}
	}
	_, _ = io.Copy(io.Discard, stderr) // after a line too long for the scanner
	_ = p.cmd.Wait()
	close(p.ended)
}

// address waits for a start line, "PREFIX http://host:port", and returns the
// address in it. Start lines may come in any order.
func (p *process) address(ctx context.Context, prefix string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime,
		fmt.Errorf("%s did not say %q within %v", p.name, prefix, startTime))
	defer cancel()
	pattern := regexp.MustCompile(prefix + ` (http://[^\s"]+)`)
	for {
		for _, line := range p.seen {
			if found := pattern.FindStringSubmatch(line); found != nil {
				return found[1], nil
			}
		}
		select {
		case line := <-p.lines:
			p.seen = append(p.seen, line)
		case <-p.ended:
			return "", fmt.Errorf("%s ended before it was ready:\n%s", p.name, strings.Join(p.tail, "\n"))
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// stop asks the process to end and makes it end where it does not.
func (p *process) stop() {
	if p == nil {
		return
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		_ = p.cmd.Process.Kill()
	}
	select {
	case <-p.ended:
	case <-time.After(stopTime):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}
