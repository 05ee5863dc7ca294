package main

import (
	"path/filepath"
	"strings"
	"testing"
)

const examplesDir = "../../examples"

// exampleRequests has a URI for each file of examples/ by its name: one that the
// file makes the gateway store.
func exampleRequests() map[string]string {
	return map[string]string{
		"minimal.yaml":  "/anything?x=1",
		"products.yaml": "/products/1?utm_source=mail",
	}
}

func TestExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(examplesDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("find the examples: %v, %v", files, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			uri, known := exampleRequests()[name]
			if !known {
				t.Fatalf("add a request that shows examples/%s working to exampleRequests", name)
			}
			path, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			api := newOrigin(t)
			t.Setenv("UPSTREAM", api.URL)
			t.Setenv("SLOW_API", strings.TrimPrefix(api.URL, "http://"))
			if p := launch(t, nil, "check", "--config", path); p.wait() != 0 || p.stderr.String() != "" {
				t.Errorf("check: %s", p.stderr)
			}
			p := start(t, nil, "--config", path)
			for _, got := range []answer{ask(t, "GET", p.url+uri, ""), askUntilHit(t, p.url+uri)} {
				if got.StatusCode != 200 || got.body != string(document(uri)) {
					t.Errorf("GET %s = %s %.60q, want 200 and the API's document", uri, got.Status, got.body)
				}
			}
		})
	}
}
