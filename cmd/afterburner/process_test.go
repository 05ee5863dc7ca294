package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must come; it is only spent when
// the test fails.
const patience = 20 * time.Second

// process is a running gateway.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr *output
	ended          chan struct{} // closed when it has ended; then cmd.ProcessState is there
	url, admin     string        // of the listeners, http://host:port
}

// launch starts the binary in a directory of its own that holds the files.
func launch(t *testing.T, files map[string]string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(binary(), args...), stdout: newOutput(), stderr: newOutput(), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = t.TempDir(), p.stdout, p.stderr
	p.cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0") // a racing build would linger
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(p.cmd.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the exit code is in ProcessState
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// start launches `serve` on free ports and reads the start lines.
func start(t *testing.T, files map[string]string, args ...string) *process {
	t.Helper()
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...)
	p := launch(t, files, args...)
	p.started()
	return p
}

// started reads the start lines.
func (p *process) started() {
	p.t.Helper()
	p.url = p.await(p.stderr, `(?m)^listening on (http://\S+)$`)
	p.admin = p.await(p.stderr, `(?m)^admin on (http://\S+)$`)
}

// serve starts the gateway by a file, which may hold {API} for the origin's
// http://host:port.
func serve(t *testing.T, api, file string) *process {
	t.Helper()
	return start(t, map[string]string{"afterburner.yaml": strings.ReplaceAll(file, "{API}", api)})
}

// write puts a file into the process's directory, which sees it whole or not at all.
func (p *process) write(name, text string) {
	p.t.Helper()
	must(p.t, os.WriteFile(p.path(".new"), []byte(text), 0o600))
	must(p.t, os.Rename(p.path(".new"), p.path(name)))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *process) path(name string) string { return filepath.Join(p.cmd.Dir, name) }

// await waits until an output holds a pattern, and returns its first group.
func (p *process) await(o *output, pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.NewTimer(patience)
	defer late.Stop()
	for ended := false; ; {
		text, grown := o.now()
		if found := re.FindStringSubmatch(text); found != nil {
			return found[len(found)-1]
		}
		if ended {
			p.t.Fatalf("afterburner ended (%v) without %s on\nstdout: %s\nstderr: %s", p.cmd.ProcessState, pattern, p.stdout, p.stderr)
		}
		select {
		case <-grown:
		case <-p.ended: // look once more: the last words may have come with the end
			ended = true
		case <-late.C:
			p.t.Fatalf("no %s after %v; stdout: %s\nstderr: %s", pattern, patience, p.stdout, p.stderr)
		}
	}
}

// wait is the exit code.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("afterburner has not ended after %v; stderr: %s", patience, p.stderr)
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("send %v: %v", s, err)
	}
}

func (p *process) kill() {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("end afterburner: %v", err)
	}
	<-p.ended
	if strings.Contains(p.stderr.String(), "DATA RACE") {
		p.t.Errorf("afterburner raced:\n%s", p.stderr)
	}
}

// output takes what a process writes and tells those who wait for it.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed and made anew by each Write
}

func newOutput() *output { return &output{grown: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.grown)
	o.grown = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) now() (text string, grown <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.grown
}

func (o *output) String() string {
	text, _ := o.now()
	return text
}

// answer is a response that was read whole.
type answer struct {
	*http.Response
	body string
}

// ask sends a request with fields given in pairs, on a connection of its own. A
// body makes it a JSON one.
func ask(t *testing.T, method, url, body string, fields ...string) answer {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	return askBy(t, client, method, url, body, fields...)
}

func askBy(t *testing.T, client *http.Client, method, url, body string, fields ...string) answer {
	t.Helper()
	a, err := tryAsk(t.Context(), client, method, url, body, fields...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tryAsk(ctx context.Context, client *http.Client, method, url, body string, fields ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{res, string(text)}, err
}

// askUntilHit asks until the store answers. Who has the last byte of an answer may
// come back a moment before it is stored; then he shares that answer's flight.
func askUntilHit(t *testing.T, url string) (hit answer) {
	t.Helper()
	return askUntilHitBy(t, "GET", url, "")
}

func askUntilHitBy(t *testing.T, method, url, body string) (hit answer) {
	t.Helper()
	eventually(t, method+" "+url+" is a hit", func() bool {
		hit = ask(t, method, url, body)
		return strings.HasPrefix(hit.Header.Get("Cache-Status"), "afterburner; hit; ttl=")
	})
	return hit
}

// eventually asks again and again until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("not after %v: %s", patience, what)
		}
	}
}
