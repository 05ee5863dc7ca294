package config

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

const schemaFile = "../docs/afterburner.schema.json"

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("afterburner.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("afterburner.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validateYAML(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(textKeys(value))
}

// textKeys reads keys that look like numbers as text, as an editor does.
func textKeys(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = textKeys(item)
		}
	case map[any]any:
		text := map[string]any{}
		for key, item := range value {
			text[fmt.Sprint(key)] = textKeys(item)
		}
		return text
	case []any:
		for i := range value {
			value[i] = textKeys(value[i])
		}
	}
	return value
}

func TestSchemaFileIsUpToDate(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is out of date (%v); run: go run ./cmd/afterburner schema > docs/afterburner.schema.json", schemaFile, err)
	}
}

func TestSchemaAcceptsTheExamples(t *testing.T) {
	schema := compiledSchema(t)
	files, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range append(files, "testdata/every-key.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validateYAML(t, schema, string(text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if _, faults := Parse(file, text, lookup); len(faults) > 0 {
			t.Errorf("%s has faults:\n%s", file, faults)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		if want := "# yaml-language-server: $schema=../docs/afterburner.schema.json"; line != want && file != "testdata/every-key.yaml" {
			t.Errorf("%s begins with %q, want %q", file, line, want)
		}
	}
}

// A block that has a key of ours is a file, or a part of one that lacks what
// is required; others (Kubernetes, Prometheus) are not ours to judge.
func TestSchemaAcceptsTheManual(t *testing.T) {
	schema := compiledSchema(t)
	for file, blocks := range manual(t) {
		for _, text := range blocks {
			var top map[string]any
			if err := yaml.Unmarshal([]byte(text), &top); err != nil {
				t.Errorf("%s: a block is no YAML: %v\n%s", file, err, text)
				continue
			}
			if !isOurs(top) {
				continue
			}
			if top["routes"] == nil {
				text += "\nroutes: [{ path: /, upstream: api }]\n"
			}
			if top["upstreams"] == nil {
				text += "\nupstreams: { api: { targets: [\"http://127.0.0.1:9000\"] } }\n"
			}
			if err := validateYAML(t, schema, text); err != nil {
				t.Errorf("%s: %v\n%s", file, err, text)
			}
			if _, faults := Parse(file, []byte(text), lookup); len(faults.Errors()) > 0 {
				t.Errorf("a block has faults:\n%s\n%s", faults.Errors(), text)
			}
		}
	}
}

func isOurs(top map[string]any) bool {
	for _, foreign := range []string{"apiVersion", "kind", "services", "scrape_configs", "groups"} {
		if _, there := top[foreign]; there {
			return false
		}
	}
	return true
}

// manual lists the ```yaml blocks of the README and of docs/, by file.
func manual(t *testing.T) map[string][]string {
	t.Helper()
	blocks := map[string][]string{}
	root := os.DirFS("..")
	files, _ := fs.Glob(root, "*.md")
	more, _ := fs.Glob(root, "docs/*.md")
	for _, file := range append(files, more...) {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range strings.Split("\n"+string(text), "\n```yaml\n") {
			if inside, _, _ := strings.Cut(block, "\n```"); i > 0 {
				blocks[file] = append(blocks[file], inside+"\n")
			}
		}
	}
	return blocks
}

func TestSchemaRefuses(t *testing.T) {
	schema := compiledSchema(t)
	route := func(keys string) string { return api + "  - { path: /, upstream: api, " + keys + " }\n" }
	for name, text := range map[string]string{
		"an unknown key":               smallest + "listn: \":80\"\n",
		"an unknown key in a route":    route("cach: {}"),
		"no routes":                    "upstreams: { api: { targets: [\"http://a\"] } }\n",
		"no route in the list":         "routes: []\n",
		"a route without a path":       api + "  - { upstream: api }\n",
		"a route without an upstream":  api + "  - { path: / }\n",
		"a batch with an upstream":     route("batch: { allow: [/a] }"),
		"a batch without allow":        api + "  - { path: /, batch: {} }\n",
		"an upstream without a target": "upstreams: { api: { targets: [] } }\nroutes: [{ path: /, upstream: api }]\n",
		"a target that is no URL":      "upstreams: { api: { targets: [api] } }\nroutes: [{ path: /, upstream: api }]\n",
		"a path without a slash":       api + "  - { path: a, upstream: api }\n",
		"a number for text":            smallest + "listen: 8080\n",
		"nothing for text":             smallest + "listen:\n",
		"a duration without a unit":    route("cache: { ttl: 5 }"),
		"a duration in quotes":         route("cache: { ttl: \"5\" }"),
		"a duration in days":           route("cache: { ttl: 1d }"),
		"a ttl of what is no status":   route("cache: { status_ttl: { \"600\": 1s } }"),
		"a ttl of a status, no time":   route("cache: { status_ttl: { \"404\": 5 } }"),
		"a stale time without a unit":  route("cache: { stale_if_error: 5 }"),
		"a size without a unit":        smallest + "store: { memory: 64 }\n",
		"a size of another unit":       smallest + "store: { memory: 64M }\n",
		"a word that is not one":       route("cache: { mode: never }"),
		"a word in a list":             route("compress: { encodings: [brotli] }"),
		"an empty list of methods":     route("methods: []"),
		"text for a list":              route("methods: GET"),
		"too few":                      smallest + "limits: { connections: 0 }\n",
		"a fraction":                   smallest + "limits: { connections: 1.5 }\n",
		"true for a block":             route("coalesce: true"),
		"off for a block":              route("cache: off"),
		"a number for a header":        route("headers: { request: { set: { X-A: 1 } } }"),
		"a variable that is not one":   smallest + "limits: { connections: \"${1}\" }\n",
		"a list":                       "[]\n",
	} {
		t.Run(name, func(t *testing.T) {
			if validateYAML(t, schema, text) == nil {
				t.Error("the schema accepts it")
			}
			if _, faults := Parse("f", []byte(text), lookup); len(faults.Errors()) == 0 {
				t.Error("the loader accepts it")
			}
		})
	}
}

func TestSchemaAcceptsVariables(t *testing.T) {
	schema := compiledSchema(t)
	text := `listen: "${LISTEN}"
limits: { connections: "${NUMBER}", idle_timeout: "${NUMBER}s", header: "${NUMBER}KiB" }
upstreams: { api: { targets: ["${TARGET:-http://a}"] } }
routes:
  - path: "${ROUTE}"
    methods: ["${METHOD}"]
    upstream: api
    coalesce: "${SWITCH}"
    cache: { mode: "${MODE:-off}", key: { query: { sort: "${SORT:-true}" } } }
  - &base { path: /a, upstream: api, compress: false }
  - { <<: *base, path: /b }
`
	if err := validateYAML(t, schema, text); err != nil {
		t.Error(err)
	}
}
