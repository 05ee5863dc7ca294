package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// versioned is a file whose answers say by which version of it they were made.
func versioned(api, version, more string) string {
	return more + fmt.Sprintf(`
upstreams: { api: { targets: [%q] } }
routes: [{ path: "/", upstream: api, headers: { response: { set: { X-Version: %q } } } }]
`, api, version)
}

func (p *process) version() string {
	p.t.Helper()
	return ask(p.t, "GET", p.url+"/private", "").Header.Get("X-Version")
}

func (p *process) awaitVersion(want string) {
	p.t.Helper()
	eventually(p.t, "version "+want+" answers", func() bool { return p.version() == want })
}

// said counts a text on standard error.
func (p *process) said(text string) int { return strings.Count(p.stderr.String(), text) }

const (
	saidReloaded    = `"msg":"configuration reloaded"`
	saidNotReloaded = `"msg":"configuration not reloaded, the one before goes on"`
)

// reload asks the admin API for one.
func (p *process) reload() answer {
	p.t.Helper()
	return ask(p.t, "POST", p.admin+"/api/reload", "{}")
}

// successful is what the metric says of the last reload.
func (p *process) successful(want string) {
	p.t.Helper()
	line := "\nafterburner_config_last_reload_successful " + want + "\n"
	eventually(p.t, "/metrics has"+line, func() bool {
		return strings.Contains(ask(p.t, "GET", p.admin+"/metrics", "").body, line)
	})
}

// lastTry is that of /api/status.
type lastTry struct {
	OK     bool
	Error  string
	Faults []struct{ File, Path, Message, Severity string }
}

func (p *process) lastTry() *lastTry {
	p.t.Helper()
	var status struct {
		Config struct {
			LastTry *lastTry `json:"last_try"`
		}
	}
	text := ask(p.t, "GET", p.admin+"/api/status", "").body
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		p.t.Fatalf("read %s: %v", text, err)
	}
	return status.Config.LastTry
}

// The ways in which a file changes.
func TestReloadOnAChangeOfTheFile(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(t *testing.T, p *process, text string)
	}{
		{"it is written anew", func(t *testing.T, p *process, text string) {
			must(t, os.WriteFile(p.path("afterburner.yaml"), []byte(text), 0o600))
		}},
		{"an editor renames a new one into its place", func(t *testing.T, p *process, text string) {
			p.write(".afterburner.yaml.swp", text)
			must(t, os.Rename(p.path(".afterburner.yaml.swp"), p.path("afterburner.yaml")))
		}},
		{"an editor keeps the old one as a backup", func(t *testing.T, p *process, text string) {
			must(t, os.Rename(p.path("afterburner.yaml"), p.path("afterburner.yaml~")))
			p.write("afterburner.yaml", text)
		}},
		{"in a directory where something is written all the time", func(t *testing.T, p *process, text string) {
			keepWriting(t, p.path("access.log"))
			p.write("afterburner.yaml", text)
		}},
		{"it becomes a link", func(t *testing.T, p *process, text string) {
			other := written(t, text)
			must(t, os.Symlink(other, p.path("new")))
			must(t, os.Rename(p.path("new"), p.path("afterburner.yaml")))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			api := newOrigin(t)
			p := start(t, map[string]string{"afterburner.yaml": versioned(api.URL, "1", "")})
			p.awaitVersion("1")
			row.change(t, p, versioned(api.URL, "2", ""))
			p.awaitVersion("2")
			p.await(p.stderr, saidReloaded)
			p.successful("1")
		})
	}
}

func keepWriting(t *testing.T, file string) {
	t.Helper()
	log, err := os.Create(file)
	must(t, err)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = log.WriteString("a line\n")
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-stopped
		log.Close()
	})
}

// Kubernetes mounts a ConfigMap as links: the file leads to ..data, and that to
// a directory which an update replaces by another.
func TestReloadOnTheSwapOfAConfigMap(t *testing.T) {
	api := newOrigin(t)
	dir := t.TempDir()
	mount := func(name, text string) {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name, "afterburner.yaml"), []byte(text), 0o600))
		must(t, os.Symlink(name, filepath.Join(dir, "..data_tmp")))
		must(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
	}
	mount("..1", versioned(api.URL, "1", ""))
	file := filepath.Join(dir, "afterburner.yaml")
	must(t, os.Symlink(filepath.Join("..data", "afterburner.yaml"), file))
	p := start(t, nil, "--config", file)
	p.awaitVersion("1")
	for i := 2; i <= 4; i++ { // the watch follows the link each time
		mount(fmt.Sprintf("..%d", i), versioned(api.URL, fmt.Sprint(i), ""))
		must(t, os.RemoveAll(filepath.Join(dir, fmt.Sprintf("..%d", i-1))))
		p.awaitVersion(fmt.Sprint(i))
	}
}

// Without a change of the file: nobody else would reload then.
func TestReloadOnRequest(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, oneRoute)
	p.signal(syscall.SIGHUP)
	p.await(p.stderr, saidReloaded)
	got := p.reload()
	if want := `{"reloaded":true,"hash":"`; got.StatusCode != 200 || !strings.HasPrefix(got.body, want) || !strings.HasSuffix(got.body, `","warnings":[]}`+"\n") {
		t.Errorf("POST /api/reload = %s %s, want 200 %s...", got.Status, got.body, want)
	}
	if try := p.lastTry(); try == nil || !try.OK || len(try.Faults) > 0 {
		t.Errorf("last_try is %+v, want ok", try)
	}
}

func TestReloadWithoutAFile(t *testing.T) {
	api := newOrigin(t)
	p := start(t, nil, "--upstream", api.URL)
	got := p.reload()
	if got.StatusCode != 409 || !strings.Contains(got.body, "There is no file to reload: the gateway runs with --upstream alone.") {
		t.Errorf("POST /api/reload = %s %s, want 409 and why", got.Status, got.body)
	}
	p.signal(syscall.SIGHUP)
	eventually(t, "both are logged", func() bool { return p.said(`"msg":"configuration not reloaded"`) == 2 })
	if got := ask(t, "GET", p.url+"/x", ""); got.StatusCode != 200 {
		t.Errorf("GET /x = %s, want 200", got.Status)
	}
}
