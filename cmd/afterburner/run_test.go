package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	commands := regexp.MustCompile(`(?m)^  ([a-z]+) `)
	_, list, _ := strings.Cut(help(t), "Available Commands:")
	list, _, _ = strings.Cut(list, "Flags:")
	found := commands.FindAllStringSubmatch(list, -1)
	if len(found) < 3 {
		t.Fatalf("the help lists %d commands, want serve, check and version at least", len(found))
	}
	for _, command := range found {
		if command[1] == "help" {
			continue // cobra's own
		}
		if text := help(t, command[1]); !strings.Contains(text, "Examples:\n  afterburner "+command[1]) {
			t.Errorf("afterburner %s --help has no example:\n%s", command[1], text)
		}
	}
}

func help(t *testing.T, command ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), append(command, "--help"), &out, io.Discard); err != nil {
		t.Fatalf("afterburner %v --help: %v", command, err)
	}
	return out.String()
}

func TestVersion(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"version"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if want := regexp.MustCompile(`^afterburner \S.* go1\.\d+\S* [a-z]+/[a-z0-9]+\n$`); !want.MatchString(out.String()) {
		t.Errorf("afterburner version = %q, want %s", out.String(), want)
	}
}

func TestVersionAsJSON(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"version", "--json"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("read %s: %v", out.String(), err)
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"arch", "go", "os", "revision", "version"}) {
		t.Errorf("the members are %v", names)
	}
	if got["version"] == "" || got["go"] != runtime.Version() || got["os"] != runtime.GOOS || got["arch"] != runtime.GOARCH {
		t.Errorf("afterburner version --json = %s", out.String())
	}
}

func TestCompletionForEachShell(t *testing.T) {
	for shell, want := range map[string]string{
		"bash":       "__start_afterburner",
		"zsh":        "#compdef afterburner",
		"fish":       "complete -c afterburner",
		"powershell": "Register-ArgumentCompleter -CommandName 'afterburner'",
	} {
		var out bytes.Buffer
		if err := run(t.Context(), []string{"completion", shell}, &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("afterburner completion %s = %.80q, want %s in it", shell, out.String(), want)
		}
	}
}

// The exit codes stand where an operator looks for them.
func TestHelpNamesTheExitCodes(t *testing.T) {
	for _, want := range []string{"Exit codes:", "\n  0  ", "\n  1  "} {
		if text := help(t); !strings.Contains(text, want) {
			t.Errorf("afterburner --help lacks %q:\n%s", want, text)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, row := range []struct{ name, file, out, err string }{
		{"a valid file", strings.ReplaceAll(oneRoute, "{API}", "http://127.0.0.1:9000"),
			"FILE is valid: 1 route, 1 upstream\n", ""},
		{"an upstream that no route uses", `upstreams:
  api: { targets: ["http://127.0.0.1:9000"] }
  old: { targets: ["http://127.0.0.1:9001"] }
routes: [{ path: "/", upstream: api }]
`, "FILE is valid: 1 route, 2 upstreams\n", "FILE:3:8: upstreams.old: no route uses this upstream; remove it or name it in a route (warning)\n"},
		{"two faults", "routes: [{ path: x, upstream: api }]\nlisten: \"x\"\n", "",
			"FILE:1:1: upstreams: there is no upstream; write upstreams: { api: { targets: [\"http://127.0.0.1:9000\"] } }\n" +
				"FILE:1:18: routes[0].path: \"x\" does not start with /; write /x\n" +
				"FILE:2:9: listen: \"x\" is not an address; write host:port, like 127.0.0.1:8080 or :8080\n"},
	} {
		file := filepath.Join(t.TempDir(), "gateway.yaml")
		if err := os.WriteFile(file, []byte(row.file), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, stderr bytes.Buffer
		err := run(t.Context(), []string{"check", "--config", file}, &out, &stderr)
		if (err != nil) != (row.out == "") {
			t.Errorf("%s: check = %v", row.name, err)
		}
		if err != nil && !errors.Is(err, errSaid) {
			t.Errorf("%s: check = %v, want what was said already", row.name, err)
		}
		if got := strings.ReplaceAll(out.String(), file, "FILE"); got != row.out {
			t.Errorf("%s: standard output %q, want %q", row.name, got, row.out)
		}
		if got := strings.ReplaceAll(stderr.String(), file, "FILE"); got != row.err {
			t.Errorf("%s: standard error\n%s\nwant\n%s", row.name, got, row.err)
		}
	}
}

// What ends the process's context ends the gateway like a signal.
func TestServeEndsWithItsContext(t *testing.T) {
	api := newOrigin(t)
	ctx, end := context.WithCancel(t.Context())
	stderr := newOutput()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--upstream", api.URL, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, io.Discard, stderr)
	}()
	_, grown := stderr.now()
	<-grown // a start line
	end()
	if err := <-ended; err != nil {
		t.Errorf("serve = %v, want nil", err)
	}
}
