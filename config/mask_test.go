package config

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestMaskedHidesSecrets(t *testing.T) {
	cfg, faults := Parse("f", []byte(`admin: { token: hunter2 }
upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes: [{ path: /, upstream: api, headers: { request: { set: { Authorization: Bearer hunter2 } }, response: { set: { X-A: shown } } } }]
defaults: { headers: { request: { set: { X-B: hunter2 }, remove: [X-C] } } }
`), nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	api := cfg.Upstreams["api"]
	api.Targets = []string{"http://a:hunter2@b"} // only a program can do that
	cfg.Upstreams["api"] = api
	text, err := json.Marshal(cfg.Masked())
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	if strings.Contains(got, "hunter2") {
		t.Errorf("a secret is shown: %s", got)
	}
	for _, want := range []string{
		`"admin":{"listen":"127.0.0.1:9901","token":"(secret)"}`,
		`"targets":["(secret)"]`,
		`"headers":{"request":{"set":{"Authorization":"(secret)","X-B":"(secret)"},"remove":["X-C"]},"response":{"set":{"X-A":"shown"}}}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
}

// What is shown is a file again: JSON is YAML, and the keys are the file's.
func TestMaskedIsAFile(t *testing.T) {
	cfg, faults := Load("testdata/every-key.yaml", lookup)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	cfg.Admin.Token = "plain"
	text, err := json.Marshal(cfg.Masked())
	if err != nil {
		t.Fatal(err)
	}
	shown := strings.ReplaceAll(string(text), "(secret)", "SECRET")
	again, faults := Parse("shown", []byte(shown), nil)
	if len(faults.Errors()) > 0 {
		t.Fatalf("%s\n%s", faults, shown)
	}
	text, err = json.Marshal(again.Masked())
	if err != nil || strings.ReplaceAll(string(text), "(secret)", "SECRET") != shown {
		t.Errorf("%v: got  %s\nwant %s", err, text, shown)
	}
	again.Admin, again.Defaults.Headers, again.Routes = cfg.Admin, cfg.Defaults.Headers, cfg.Routes
	again.Defaults.Coalesce = cfg.Defaults.Coalesce // false shows nothing of the rest
	if !reflect.DeepEqual(again, cfg) {
		t.Errorf("got  %+v\nwant %+v", again, cfg)
	}
}
