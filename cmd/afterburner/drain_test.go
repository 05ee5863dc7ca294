package main

import (
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
)

// inBackground asks and hands the answer over when it is there.
func inBackground(t *testing.T, url string) <-chan answer {
	t.Helper()
	c := make(chan answer, 1)
	go func() {
		client := &http.Client{Transport: &http.Transport{}}
		defer client.CloseIdleConnections()
		a, err := tryAsk(t.Context(), client, "GET", url, "")
		if err != nil {
			a.body = "failed: " + err.Error()
		}
		c <- a
	}()
	return c
}

// notReady waits until /readyz says so: the signal has come.
func (p *process) notReady() {
	p.t.Helper()
	eventually(p.t, "GET /readyz is 503", func() bool { return ask(p.t, "GET", p.admin+"/readyz", "").StatusCode == 503 })
}

// Invariant 10, step by step.
func TestDrain(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			api := newOrigin(t)
			p := serve(t, api.URL, "drain: { delay: 2s, timeout: 1h }"+oneRoute)
			if got := ask(t, "GET", p.url+"/x", ""); got.Close {
				t.Error("Connection: close on a response before the signal")
			}
			held := inBackground(t, p.url+"/held")
			<-api.reached
			p.signal(signal)
			p.notReady()
			if got := ask(t, "GET", p.url+"/x", ""); got.StatusCode != 200 || !got.Close {
				t.Errorf("within drain.delay: %s, Connection: close is %t; want 200 and true", got.Status, got.Close)
			}
			eventually(t, "the listener is closed", func() bool { return !takes(p.url) })
			if got := ask(t, "GET", p.admin+"/readyz", ""); got.StatusCode != 503 {
				t.Errorf("GET /readyz while a request runs = %s, want 503: the admin listener stays up", got.Status)
			}
			close(api.release)
			if got := <-held; got.body != string(document("/held")) {
				t.Errorf("the running request got %.60q, want the whole document", got.body)
			}
			if code := p.wait(); code != 0 {
				t.Errorf("exit code %d (%v), want 0; stderr: %s", code, p.cmd.ProcessState, p.stderr)
			}
			if log := p.stdout.String(); strings.Count(log, "\n") != 3 {
				t.Errorf("the access log has %q, want a line for each of 3 requests", log)
			}
		})
	}
}

// takes: a connection to the URL's host can be opened.
func takes(url string) bool {
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err == nil {
		c.Close()
	}
	return err == nil
}

func TestDrainTimeoutCutsWhatStillRuns(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, "drain: { delay: 0s, timeout: 100ms }"+oneRoute)
	held := inBackground(t, p.url+"/held")
	<-api.reached
	p.signal(syscall.SIGTERM)
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if got := <-held; !strings.HasPrefix(got.body, "failed: ") {
		t.Errorf("the running request got %s %.60q, want a broken connection", got.Status, got.body)
	}
	p.await(p.stderr, `(?m)^drain\.timeout of 100ms is over: some requests were cut$`)
}

// A profile runs on the admin listener for as long as it was asked to: the way
// out does not wait for it, and the first signal's way not long.
func TestTheEndDoesNotWaitForAProfile(t *testing.T) {
	for _, row := range []struct {
		name, delay string
		then        func(p *process) // after the first signal
		code        int
	}{
		{"one signal", "0s", func(*process) {}, 0},
		{"a second signal within drain.delay", "1h", func(p *process) {
			p.notReady()
			p.signal(syscall.SIGTERM)
		}, 1},
		{"a second signal when nothing else is left", "0s", func(p *process) {
			eventually(t, "the admin listener is closed", func() bool { return !takes(p.admin) })
			p.signal(syscall.SIGINT)
		}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			api := newOrigin(t)
			p := serve(t, api.URL, "drain: { timeout: 1h, delay: "+row.delay+" }"+oneRoute)
			profile := inBackground(t, p.admin+"/debug/pprof/profile?seconds=3600")
			eventually(t, "the profile runs", func() bool {
				return strings.Contains(ask(t, "GET", p.admin+"/debug/pprof/goroutine?debug=2", "").body, "\nruntime/pprof.profileWriter(")
			})
			p.signal(syscall.SIGTERM)
			row.then(p)
			if code := p.wait(); code != row.code {
				t.Errorf("exit code %d, want %d; stderr: %s", code, row.code, p.stderr)
			}
			<-profile
		})
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	for name, settings := range map[string]string{
		"within drain.delay":   "drain: { delay: 1h, timeout: 1h }",
		"within drain.timeout": "drain: { delay: 0s, timeout: 1h }",
	} {
		t.Run(name, func(t *testing.T) {
			api := newOrigin(t)
			p := serve(t, api.URL, settings+oneRoute)
			inBackground(t, p.url+"/held")
			<-api.reached
			p.signal(syscall.SIGTERM)
			p.notReady()
			p.signal(syscall.SIGINT)
			if code := p.wait(); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			p.await(p.stderr, `(?m)^afterburner: a second signal: left at once, without waiting for running requests$`)
		})
	}
}
