package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const unitFile = "../../deploy/systemd/afterburner.service"

func TestSystemdUnitIsClean(t *testing.T) {
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\nType=notify\n") {
		t.Error("the unit is not of Type=notify, though the gateway tells when it is ready")
	}
	// The verifier wants the program to be where the unit says.
	here := filepath.Join(t.TempDir(), filepath.Base(unitFile))
	unit := strings.ReplaceAll(string(text), "/usr/local/bin/afterburner", binary())
	if err := os.WriteFile(here, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), outside(t, "systemd-analyze"), "verify", here).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// manager is the service manager's end of the socket in NOTIFY_SOCKET.
func manager(t *testing.T, name string) *net.UnixConn {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", name)
	return c
}

func wantTold(t *testing.T, c *net.UnixConn, want string) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if got := string(b[:n]); err != nil || got != want {
		t.Fatalf("the manager was told %q (%v), want %q", got, err, want)
	}
}

func TestTheServiceManagerIsTold(t *testing.T) {
	api := newOrigin(t)
	told := manager(t, filepath.Join(t.TempDir(), "notify"))
	p := serve(t, api.URL, "drain: { delay: 0s, timeout: 1h }"+oneRoute)
	wantTold(t, told, "READY=1\nSTATUS=serving")
	if got := ask(t, "GET", p.url+"/x", ""); got.StatusCode != 200 {
		t.Errorf("GET /x when the manager was told READY=1 = %s, want 200", got.Status)
	}
	p.signal(syscall.SIGHUP)
	wantTold(t, told, "RELOADING=1\nSTATUS=reloading the configuration")
	wantTold(t, told, "READY=1\nSTATUS=serving")
	p.write("afterburner.yaml", "nonsense")
	wantTold(t, told, "RELOADING=1\nSTATUS=reloading the configuration")
	wantTold(t, told, "READY=1\nSTATUS=serving; the last configuration was refused, the one before goes on")
	p.signal(syscall.SIGTERM)
	wantTold(t, told, "STOPPING=1\nSTATUS=draining")
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestTheServiceManagerInTheAbstractNamespace(t *testing.T) {
	told := manager(t, "@"+filepath.Join(t.TempDir(), "notify"))
	start(t, nil, "--upstream", "http://127.0.0.1:9")
	wantTold(t, told, "READY=1\nSTATUS=serving")
}

// A manager that is not there is no reason not to serve.
func TestTheServiceManagerIsGone(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "nobody"))
	p := start(t, nil, "--upstream", "http://127.0.0.1:9")
	p.await(p.stderr, `the service manager was not told`)
	if got := ask(t, "GET", p.admin+"/readyz", ""); got.StatusCode != 200 {
		t.Errorf("GET /readyz = %s, want 200", got.Status)
	}
}
