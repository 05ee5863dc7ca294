package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// A description is docs/openapi.yaml as JSON values, with a compiler for its schemas.
type description struct {
	t        *testing.T
	root     any
	compiler *jsonschema.Compiler
}

func readDescription(t *testing.T) *description {
	t.Helper()
	text, err := os.ReadFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var values any
	if err := yaml.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	d := &description{t: t, compiler: jsonschema.NewCompiler()}
	if d.root, err = jsonschema.UnmarshalJSON(bytes.NewReader(asJSON)); err != nil {
		t.Fatal(err)
	}
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("https://api.example/openapi.json", d.root); err != nil {
		t.Fatal(err)
	}
	return d
}

// at follows a pointer, and each reference that it meets; nil: nothing is there.
func (d *description) at(names ...string) any { return d.from(d.root, names...) }

func (d *description) from(value any, names ...string) any {
	for _, name := range names {
		object, _ := d.resolve(value).(map[string]any)
		value = object[name]
	}
	return d.resolve(value)
}

func (d *description) resolve(value any) any {
	object, _ := value.(map[string]any)
	ref, isRef := object["$ref"].(string)
	if !isRef {
		return value
	}
	return d.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
}

func (d *description) names(where ...string) []string {
	object, _ := d.at(where...).(map[string]any)
	return slices.Sorted(maps.Keys(object))
}

// validate holds a JSON text against one of the named schemas.
func (d *description) validate(schema any, text string) error {
	ref, _ := schema.(map[string]any)["$ref"].(string)
	compiled, err := d.compiler.Compile("https://api.example/openapi.json" + ref)
	if err != nil {
		d.t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// template is the documented path for a real one.
func template(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if name, ok := strings.CutPrefix(path, "/debug/pprof/"); ok && name != "" {
		return "/debug/pprof/{name}"
	}
	return path
}

// guarded is each endpoint without a token, and without a loopback Host.
func guarded() (rows []describedRow) {
	for _, line := range []string{"GET /healthz", "GET /readyz", "GET /metrics", "GET /api/status",
		"POST /api/purge", "POST /api/reload", "GET /debug/pprof/", "GET /debug/pprof/heap"} {
		rows = append(rows, describedRow{line + "\nHost: evil.example", gateway{}, "", 403})
		if !strings.HasSuffix(line, "z") {
			rows = append(rows, describedRow{line, gateway{}, "s3cret", 401})
		}
	}
	return rows
}

type describedRow struct {
	request string
	gateway gateway
	token   string
	status  int
}

func TestTheAnswersAreAsDescribed(t *testing.T) {
	d := readDescription(t)
	const purge = "POST /api/purge\nContent-Type: application/json\n\n"
	invalid := &InvalidConfig{[]Fault{fault("no unit", SeverityError), {Message: "no file", Severity: SeverityError}, fault("unused", SeverityWarning)}}
	rows := append(guarded(), []describedRow{
		{"GET /healthz", gateway{}, "s3cret", 200},
		{"GET /readyz", gateway{}, "s3cret", 200},
		{"GET /readyz", gateway{notReady: errors.New("draining")}, "", 503},
		{"GET /metrics", gateway{}, "", 200},
		{"GET /api/status", gateway{status: fullStatus()}, "", 200},
		{"GET /api/status", gateway{}, "", 200},
		{"GET /api/status", gateway{status: Status{
			Routes: make([]RouteStatus, 10_001), Upstreams: []UpstreamStatus{{Name: "a", Targets: make([]TargetStatus, 1)}},
			Config: ConfigStatus{LastTry: &LastTry{OK: true}},
		}}, "", 200},
		{"GET /api/status", gateway{status: Status{Config: ConfigStatus{Effective: func() {}}}}, "", 500},
		{purge + `{"all":true}`, gateway{}, "", 200},
		{purge + `{"tag":"t"}`, gateway{result: PurgeResult{Count: 3}}, "", 200},
		{purge + `{"url":"/a"}`, gateway{}, "", 200},
		{purge + `{"prefix":"/a"}`, gateway{}, "", 200},
		{purge + `{}`, gateway{}, "", 400},
		{purge + `{"tag":"t"}`, gateway{err: &Refusal{400, "no"}}, "", 400},
		{purge + strings.Repeat(" ", maxPurge+1), gateway{}, "", 413},
		{"POST /api/purge", gateway{}, "", 415},
		{purge + `{"all":true}`, gateway{err: errors.New("x")}, "", 500},
		{typedReload, gateway{reloaded: ReloadResult{"abc", nil}}, "", 200},
		{typedReload, gateway{reloaded: ReloadResult{"abc", []Fault{fault("unused", SeverityWarning)}}}, "", 200},
		{typedReload + "\n\n[]", gateway{}, "", 400},
		{typedReload, gateway{err: &Refusal{409, "no file"}}, "", 409},
		{"POST /api/reload", gateway{}, "", 415},
		{typedReload, gateway{err: invalid}, "", 422},
		{typedReload, gateway{err: errors.New("x")}, "", 500},
		{"GET /debug/pprof/", gateway{}, "", 200},
		{"GET /debug/pprof/goroutine?debug=1", gateway{}, "", 200},
		{"GET /debug/pprof/cmdline", gateway{}, "", 200},
		{"GET /debug/pprof/heap", gateway{}, "", 200},
		{"GET /debug/pprof/nothing", gateway{}, "", 404},
	}...)
	seen := map[string]bool{}
	for _, row := range rows {
		seen[d.check(row)] = true
	}
	var want []string
	for _, path := range d.names("paths") {
		for _, method := range d.names("paths", path) {
			for _, status := range d.names("paths", path, method, "responses") {
				want = append(want, method+" "+path+" "+status)
			}
		}
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
		t.Errorf("answers seen:\n%s\ndescribed:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// check asks one row, and says where its answer is described.
func (d *description) check(row describedRow) string {
	d.t.Helper()
	r := request(d.t, row.request)
	rec := httptest.NewRecorder()
	New(Options{Token: row.token, Gateway: &row.gateway, Metrics: metrics()}).ServeHTTP(rec, r)
	method, path, status := strings.ToLower(r.Method), template(r.URL.Path), fmt.Sprint(rec.Code)
	place := method + " " + path + " " + status
	if rec.Code != row.status {
		d.t.Errorf("%.60q = %d %s, want %d", row.request, rec.Code, rec.Body, row.status)
	}
	kind, _, err := mime.ParseMediaType(rec.Header().Get("Content-Type"))
	if err != nil {
		d.t.Errorf("%s: Content-Type: %v", place, err)
	}
	content := d.from(d.root, "paths", path, method, "responses", status, "content", kind)
	if content == nil {
		d.t.Errorf("%s with %s is not described", place, kind)
		return place
	}
	if !strings.HasSuffix(kind, "json") {
		return place
	}
	if err := d.validate(content.(map[string]any)["schema"], rec.Body.String()); err != nil {
		d.t.Errorf("%s: %v\n%.500s", place, err, rec.Body)
	}
	return place
}

func TestEveryEndpointIsDescribed(t *testing.T) {
	want := map[string]bool{"/debug/pprof/": true}
	for path := range New(Options{Gateway: &gateway{}, Metrics: metrics()}).(*server).endpoints {
		want[template(path)] = true
	}
	if got := readDescription(t).names("paths"); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Errorf("described: %q, there are %q", got, slices.Sorted(maps.Keys(want)))
	}
}

// Every member that is described is one that a full status has, and the other way round.
func TestTheStatusHasWhatIsDescribed(t *testing.T) {
	d := readDescription(t)
	text, err := json.Marshal(fullStatus())
	if err != nil {
		t.Fatal(err)
	}
	var status any
	if err := json.Unmarshal(text, &status); err != nil {
		t.Fatal(err)
	}
	described, there := map[string]bool{}, map[string]bool{}
	d.members(d.at("components", "schemas", "Status"), "", described)
	paths(status, "", there)
	for path := range there { // what the configuration holds is described by its own schema
		if strings.HasPrefix(path, ".config.effective.") {
			delete(there, path)
		}
	}
	if !maps.Equal(described, there) {
		t.Errorf("described: %q\nthere: %q", slices.Sorted(maps.Keys(described)), slices.Sorted(maps.Keys(there)))
	}
}

func (d *description) members(schema any, path string, into map[string]bool) {
	object, _ := d.resolve(schema).(map[string]any)
	if items, ok := object["items"]; ok {
		d.members(items, path, into)
	}
	properties, _ := object["properties"].(map[string]any)
	for name, property := range properties {
		into[path+"."+name] = true
		d.members(property, path+"."+name, into)
	}
}

func paths(value any, path string, into map[string]bool) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			paths(item, path, into)
		}
	case map[string]any:
		for name, member := range v {
			into[path+"."+name] = true
			paths(member, path+"."+name, into)
		}
	}
}

func TestThePurgesThatAreDescribedAreTaken(t *testing.T) {
	d := readDescription(t)
	schema := map[string]any{"$ref": "#/components/schemas/Purge"}
	for body, taken := range map[string]bool{
		`{"url":"/a"}`: true, `{"url":"https://h/a","soft":true}`: true, `{"prefix":"/a"}`: true, `{"tag":"t"}`: true,
		`{"all":true}`: true, `{"url":"/a","all":false}`: true,
		`{}`: false, `{"all":false}`: false, `{"url":"a"}`: false, `{"url":""}`: false, `{"tag":""}`: false,
		`{"url":"/a","tag":"t"}`: false, `{"url":null}`: false, `{"all":1}`: false, `{"soft":true}`: false, `{"URL":"/a"}`: false, `[]`: false,
	} {
		_, err := parsePurge([]byte(body))
		if described := d.validate(schema, body); (described == nil) != taken || (err == nil) != taken {
			t.Errorf("%s: the description says %v, the API %v; want taken = %v", body, described, err, taken)
		}
	}
}
