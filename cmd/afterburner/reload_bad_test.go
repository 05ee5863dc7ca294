package main

import (
	"os"
	"strings"
	"testing"
)

// Invariant 6: a bad new configuration leaves the old one running, loudly.
func TestABadFileChangesNothing(t *testing.T) {
	for _, row := range []struct {
		name, text string
		fault      string // on standard error
		path       string // of the first fault in the status
	}{
		{"not YAML", "routes: [", "afterburner.yaml:1:", ""},
		{"binary rubbish", "\x00\x01\xff\xfe", "afterburner.yaml:1:1: ", ""},
		{"empty", "", "afterburner.yaml:1:1: is empty; the least is an upstream and a route\n", ""},
		{"a misspelt key", "lissten: \":1\"" + oneRoute, "afterburner.yaml:1:1: lissten: unknown key; did you mean \"listen\"?\n", "lissten"},
		{"a key that needs a restart", "store: { memory: 32MiB }" + oneRoute,
			"afterburner.yaml:1:18: store.memory: cannot change while the gateway runs; restart it, or write 64MiB as it was before\n", "store.memory"},
		{"limits that a server is built with", "store: { memory: 64MiB }\nlimits: { header_timeout: 1s, idle_timeout: 1s }" + oneRoute,
			"limits.idle_timeout: cannot change while the gateway runs; restart it, or write 1m15s as it was before\n", "limits.header_timeout"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			api := newOrigin(t)
			good := versioned(api.URL, "good", "store: { memory: 64MiB }")
			p := start(t, map[string]string{"afterburner.yaml": good})
			p.awaitVersion("good")
			p.write("afterburner.yaml", strings.ReplaceAll(row.text, "{API}", api.URL))
			eventually(t, "the fault is on standard error", func() bool { return p.said(row.fault) > 0 })
			p.await(p.stderr, saidNotReloaded)
			p.isRefused(row.path)
			p.write("afterburner.yaml", good)
			p.await(p.stderr, saidReloaded)
			p.successful("1")
		})
	}
}

// isRefused looks at all places where an operator may look.
func (p *process) isRefused(path string) {
	p.t.Helper()
	p.successful("0")
	try := p.lastTry()
	if try == nil || try.OK || len(try.Faults) == 0 || try.Faults[0].Path != path || try.Faults[0].Severity != "error" {
		p.t.Errorf("last_try is %+v, want faults, the first of %q", try, path)
	}
	got := p.reload()
	if got.StatusCode != 422 || !strings.Contains(got.body, "The running configuration stays.") || !strings.Contains(got.body, `"file":"afterburner.yaml"`) {
		p.t.Errorf("POST /api/reload = %s %s, want 422 and the faults", got.Status, got.body)
	}
	if v := p.version(); v != "good" {
		p.t.Errorf("version %q answers, want the one before", v)
	}
	if got := ask(p.t, "GET", p.admin+"/readyz", ""); got.StatusCode != 200 {
		p.t.Errorf("GET /readyz = %s, want 200: the gateway serves", got.Status)
	}
}

func TestAFileThatVanishes(t *testing.T) {
	api := newOrigin(t)
	good := versioned(api.URL, "good", "")
	p := start(t, map[string]string{"afterburner.yaml": good})
	must(t, os.Remove(p.path("afterburner.yaml")))
	p.await(p.stderr, `(?m)^afterburner\.yaml:1:1: there is no such file;`)
	p.await(p.stderr, saidNotReloaded)
	p.isRefused("")
	p.write("afterburner.yaml", good) // the same again: it counts as a change
	p.await(p.stderr, saidReloaded)
	p.successful("1")
	must(t, os.Remove(p.path("afterburner.yaml")))
	must(t, os.Mkdir(p.path("afterburner.yaml"), 0o700))
	p.await(p.stderr, `(?m)^afterburner\.yaml:1:1: is a directory; name the file in it$`)
	p.isRefused("")
}

// The same file is not tried again and again, whatever happens beside it.
func TestABadFileIsSaidOnce(t *testing.T) {
	api := newOrigin(t)
	p := start(t, map[string]string{"afterburner.yaml": versioned(api.URL, "1", "")})
	p.write("afterburner.yaml", "nonsense")
	p.await(p.stderr, saidNotReloaded)
	p.write("other", "something")
	p.write("afterburner.yaml", versioned(api.URL, "2", ""))
	p.await(p.stderr, saidReloaded)
	if n := p.said(saidNotReloaded); n != 1 {
		t.Errorf("it was said %d times, want once:\n%s", n, p.stderr)
	}
}
