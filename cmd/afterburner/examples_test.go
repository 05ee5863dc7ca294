package main

import (
	"path/filepath"
	"strings"
	"testing"
)

const examplesDir = "../../examples"

// exampleRequest is a URI whose answer is stored, and what the API is asked for;
// body, unless empty, is that of a POST.
type exampleRequest struct{ uri, sent, body string }

// method that the request is made by.
func (r exampleRequest) method() string {
	if r.body != "" {
		return "POST"
	}
	return "GET"
}

// exampleRequests has one for each file of examples/ by its name.
func exampleRequests() map[string]exampleRequest {
	return map[string]exampleRequest{
		"full.yaml":     {"/products/1?lang=en&utm_source=mail", "/v1/products/1?lang=en&utm_source=mail", ""},
		"graphql.yaml":  {"/graphql", "/graphql", `{"query":"{ products { name } }"}`},
		"minimal.yaml":  {"/anything?x=1", "/anything?x=1", ""},
		"products.yaml": {"/products/1?utm_source=mail", "/products/1?utm_source=mail", ""},
		"sidecar.yaml":  {"/anything?x=1", "/anything?x=1", ""},
		"tags.yaml":     {"/products/1/reviews", "/products/1/reviews", ""},
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
			request, known := exampleRequests()[name]
			if !known {
				t.Fatalf("add a request that shows examples/%s working to exampleRequests", name)
			}
			path, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			api := newOrigin(t)
			t.Setenv("UPSTREAM", api.URL)
			t.Setenv("APP", strings.TrimPrefix(api.URL, "http://"))
			t.Setenv("SLOW_API", strings.TrimPrefix(api.URL, "http://"))
			if p := launch(t, nil, "check", "--config", path); p.wait() != 0 || p.stderr.String() != "" {
				t.Errorf("check: %s", p.stderr)
			}
			p := start(t, nil, "--config", path)
			first := ask(t, request.method(), p.url+request.uri, request.body)
			for _, got := range []answer{first, askUntilHitBy(t, request.method(), p.url+request.uri, request.body)} {
				if got.StatusCode != 200 || got.body != string(document(request.sent)) {
					t.Errorf("%s %s = %s %.60q, want 200 and the API's document", request.method(), request.uri, got.Status, got.body)
				}
			}
		})
	}
}
