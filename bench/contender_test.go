package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Every configuration names the contender's own port, the origin's, and no
// place that was not filled in.
func TestConfigurationsAreFilled(t *testing.T) {
	for _, c := range contenders("bin/afterburner") {
		dir := t.TempDir()
		p, file, err := c.prepare(dir, 9000)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all := string(text) + "\n" + strings.Join(c.args(p, file), "\n")
		for _, want := range []string{"127.0.0.1:" + strconv.Itoa(p.Port), "9000", file} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, all)
			}
		}
		if strings.Contains(all, "{{") || strings.Contains(all, "<no value>") {
			t.Errorf("%s: not all is filled in:\n%s", c.name, all)
		}
		if filepath.Dir(file) != p.Dir || filepath.Dir(p.Dir) != dir {
			t.Errorf("%s: %s is not in a directory of its own in %s", c.name, file, dir)
		}
	}
}

func TestFreePortsDiffer(t *testing.T) {
	ports, err := freePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	if ports[0] == ports[1] || ports[1] == ports[2] || ports[0] == ports[2] {
		t.Errorf("%v, want three ports", ports)
	}
	if _, err := url.Parse(local(ports[0])); err != nil {
		t.Error(err)
	}
}
