package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func startShell(t *testing.T, script string) *process {
	t.Helper()
	cores, err := allowedCores()
	if err != nil {
		t.Fatal(err)
	}
	p, err := start("shell", filepath.Join(t.TempDir(), "log"), cores[0], "sh", "-c", script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p
}

func TestStopEndsAProcess(t *testing.T) {
	p := startShell(t, "exec sleep 600")
	p.stop()
	if err := syscall.Kill(p.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("after stop: %v, want that there is no such process", err)
	}
	p.stop() // once more does no harm
	(*process)(nil).stop()
}

// A server that cannot start says why; the harness hands that on.
func TestAProcessThatEndsEarly(t *testing.T) {
	p := startShell(t, "echo port is taken >&2; exit 1")
	err := p.await(t.Context(), func() error { return errors.New("refused") })
	if want := "shell ended before it was ready:\nport is taken"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestAProcessThatIsNeverReady(t *testing.T) {
	p := startShell(t, "exec sleep 600")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("time is up"))
	err := p.await(ctx, func() error { return errors.New("refused") })
	if err == nil || !strings.HasPrefix(err.Error(), "shell was not ready (time is up): refused") {
		t.Errorf("%v, want both causes", err)
	}
}

func TestPinned(t *testing.T) {
	cores, err := allowedCores()
	if err != nil {
		t.Fatal(err)
	}
	last := cores[len(cores)-1]
	out, err := pinned(last, "sh", "-c", "echo $GOMAXPROCS; grep Cpus_allowed_list /proc/self/status").Output()
	if want := "1\nCpus_allowed_list:\t" + strconv.Itoa(last) + "\n"; err != nil || string(out) != want {
		t.Errorf("%q, %v; want %q", out, err, want)
	}
}

func TestCopyBinary(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	path, err := copyBinary(shell, t.TempDir(), "another-name")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(shell)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) || filepath.Base(path) != "another-name" {
		t.Errorf("%s: %d bytes, %v; want %d", path, len(got), err, len(want))
	}
}
