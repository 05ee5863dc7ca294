package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// outside is the path of a program that is not ours.
func outside(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatalf("%s is missing, and CI=true allows no skipped test", program)
	case err != nil:
		t.Skipf("SKIPPED: %s is missing; install it, or run make test as root on Debian", program)
	}
	return path
}

// curl asks with a client that is not ours.
func curl(t *testing.T, args ...string) string {
	t.Helper()
	path := outside(t, "curl")
	out, err := exec.CommandContext(t.Context(), path, append([]string{"--silent", "--show-error", "--max-time", "20"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("curl %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestCurl(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, everything)
	whole := string(document("/products/1"))
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"GET", nil, whole},
		{"a body that it decodes", []string{"--compressed"}, whole},
		{"HTTP/1.0", []string{"--http1.0"}, whole},
		{"HTTP/1.0, decoded", []string{"--http1.0", "--compressed"}, whole},
		{"two on one connection", []string{p.url + "/products/1"}, whole + whole},
		{"If-None-Match of nothing that is there", []string{"-H", `If-None-Match: "other"`}, whole},
		{"status and coding", []string{"--compressed", "-o", "/dev/null", "-w", "%{http_code} %header{content-encoding} %{size_header}"}, ""},
	} {
		got := curl(t, append(row.args, p.url+"/products/1")...)
		if row.want != "" && got != row.want {
			t.Errorf("%s: curl %v = %.80q, want %.80q", row.name, row.args, got, row.want)
		}
	}
	askUntilHit(t, p.url+"/products/1")
	if head := curl(t, "--head", p.url+"/products/1"); !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || !strings.Contains(head, "\r\nCache-Status: afterburner; hit; ttl=") {
		t.Errorf("curl --head:\n%s\nwant 200 and a hit", head)
	}
	if n := api.requests.Load(); n != 1 {
		t.Errorf("%d requests reached the origin, want 1", n)
	}
}
