package config

import (
	"os"
	"strings"
	"testing"
)

// What loads without an error is valid when it is looked at again, and every
// fault is one line with a place in the file.
func FuzzParse(f *testing.F) {
	everyKey, err := os.ReadFile("testdata/every-key.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		smallest, string(everyKey), "", "a: &a { <<: *a }", "routes: &r [*r]", "listen: ${HOST:-x}",
		"upstreams: { a: &x { targets: [\"http://a\"] }, b: { <<: [*x, *x] } }\nroutes: [{ path: \"/{a}\", upstream: a, rewrite: \"/{a}\" }]",
		"routes: [{ batch: { allow: [/] }, path: /, coalesce: false, compress: false }]",
		"limits: { header: 1KiB, idle_timeout: 5, connections: 0x1 }\n---\n", "? [a]\n: !x y\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, faults := Parse("f", data, lookup)
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") +
			strings.Count(string(data), "\u0085") + strings.Count(string(data), "\u2028") + strings.Count(string(data), "\u2029")
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > lines+1 || fault.Column < 1 {
				t.Errorf("no such place: %s", fault)
			}
			if strings.ContainsAny(fault.String(), "\r\n") {
				t.Errorf("more than a line: %q", fault)
			}
			if strings.Contains(fault.String(), "hunter2") && !strings.Contains(string(data), "hunter2") {
				t.Errorf("a secret is shown: %s", fault)
			}
		}
		if (cfg == nil) != (len(faults.Errors()) > 0) {
			t.Errorf("a configuration: %t, faults: %s", cfg != nil, faults)
		}
		if cfg != nil && len(cfg.Validate().Errors()) > 0 {
			t.Errorf("not valid again: %s", cfg.Validate())
		}
	})
}
