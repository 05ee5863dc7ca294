package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// written is a file with this text, and its name.
func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const sound = "upstreams: { api: { targets: [\"http://127.0.0.1:9000\"] }, web: { targets: [\"http://127.0.0.1:9000\"] } }\nroutes: [{ path: /, upstream: api }]\n"

func TestCheckPrintsEveryFormat(t *testing.T) {
	for _, row := range []struct {
		name, text, format   string
		code                 int
		wantOut, wantErrLine string // FILE stands for the name
	}{
		{"a warning, as text", sound, "text", 0, "FILE is valid: 1 route, 2 upstreams\n",
			"FILE:1:64: upstreams.web: no route uses this upstream; remove it or name it in a route (warning)\n"},
		{"an error, as text", "listn: a\n" + sound, "text", 1, "", "FILE:1:1: listn: unknown key; did you mean \"listen\"?\n"},
		{"a warning, as JSON", sound, "json", 0,
			`[{"file":"FILE","line":1,"column":64,"path":"upstreams.web","message":"no route uses this upstream; remove it or name it in a route","severity":"warning"}]`, ""},
		{"an error, as JSON", "listn: a\n" + sound, "json", 1,
			`[{"file":"FILE","line":1,"column":1,"path":"listn","message":"unknown key; did you mean \"listen\"?","severity":"error"}]`, ""},
		{"nothing, as JSON", "upstreams: { api: { targets: [\"http://a\"] } }\nroutes: [{ path: /, upstream: api }]\n", "json", 0, `[]`, ""},
		{"another format", sound, "yaml", 1, "", "afterburner: there is no format \"yaml\"; write --format text or --format json\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := written(t, row.text)
			var stdout, stderr bytes.Buffer
			err := run(t.Context(), []string{"check", "--config", file, "--format", row.format}, &stdout, &stderr)
			code := exitCode(err, &stderr)
			out := bytes.ReplaceAll(stdout.Bytes(), []byte(file), []byte("FILE"))
			if row.format == "json" {
				var compact bytes.Buffer
				if err := json.Compact(&compact, out); err != nil {
					t.Fatal(err)
				}
				out = compact.Bytes()
			}
			errs := string(bytes.ReplaceAll(stderr.Bytes(), []byte(file), []byte("FILE")))
			if code != row.code || string(out) != row.wantOut || errs != row.wantErrLine {
				t.Errorf("code %d, out\n%s\nerr\n%s\nwant %d\n%s\n%s", code, out, errs, row.code, row.wantOut, row.wantErrLine)
			}
		})
	}
}

func TestSchemaIsPrinted(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), []string{"schema"}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Dialect string `json:"$schema"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &schema); err != nil || schema.Dialect != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("%v, %s", err, schema.Dialect)
	}
}
