package main

import (
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// oneRoute is the smallest useful file.
const oneRoute = `
upstreams: { api: { targets: ["{API}"] } }
routes: [{ path: "/", upstream: api }]
`

func TestServeStartsWithoutAFile(t *testing.T) {
	api := newOrigin(t)
	var took []time.Duration
	for range 5 {
		began := time.Now()
		// The default file is there and faulty: --upstream does not look at it.
		p := start(t, map[string]string{"afterburner.yaml": "nonsense"}, "--upstream", api.URL)
		eventually(t, "GET /readyz is 200", func() bool {
			return ask(t, "GET", p.admin+"/readyz", "").StatusCode == http.StatusOK
		})
		took = append(took, time.Since(began))
		if got := ask(t, "GET", p.url+"/x", ""); got.StatusCode != 200 || got.body != string(document("/x")) {
			t.Errorf("GET /x = %s %.40q, want 200 and the origin's document", got.Status, got.body)
		}
		p.kill()
	}
	slices.Sort(took)
	t.Logf("from the start to ready: %v (median of %d)", took[len(took)/2], len(took))
	if took[0] > time.Second {
		t.Errorf("from the start to ready: %v at best, want less than 1s even on a busy machine", took[0])
	}
}

func TestServeReadsTheDefaultFile(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, oneRoute)
	miss := regexp.MustCompile(`^afterburner; fwd=uri-miss; fwd-status=200; stored; ttl=(300|299)$`)
	if got := ask(t, "GET", p.url+"/x", "").Header.Get("Cache-Status"); !miss.MatchString(got) {
		t.Errorf("Cache-Status: %s, want %s", got, miss)
	}
	if got := askUntilHit(t, p.url+"/x"); got.StatusCode != 200 || got.body != string(document("/x")) {
		t.Errorf("the hit = %s %.40q, want 200 and the origin's document", got.Status, got.body)
	}
	if n := api.requests.Load(); n != 1 {
		t.Errorf("%d requests reached the origin, want 1", n)
	}
}

// refusal is a start that must fail with exit code 1 and this text alone.
type refusal struct {
	name  string
	files map[string]string
	args  []string
	want  string // on standard error
}

func (r refusal) run(t *testing.T) {
	p := launch(t, r.files, r.args...)
	if code := p.wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if got := p.stderr.String(); got != r.want {
		t.Errorf("standard error:\n%s\nwant:\n%s", got, r.want)
	}
	if got := p.stdout.String(); got != "" {
		t.Errorf("standard output: %q, want nothing", got)
	}
}

func TestServeRefusesToStart(t *testing.T) {
	file := map[string]string{"afterburner.yaml": strings.ReplaceAll(oneRoute, "{API}", "http://127.0.0.1:9000")}
	for _, row := range []refusal{
		{"--upstream together with --config", file,
			[]string{"serve", "--upstream", "http://127.0.0.1:9000", "--config", "afterburner.yaml"},
			"afterburner: --upstream and --config exclude each other: write the upstream into the file\n"},
		{"a file that is not there", nil, []string{"serve", "--config", "nowhere.yaml"},
			"nowhere.yaml:1:1: there is no such file; name one with --config, or start without one by --upstream http://host:port\n"},
		{"neither a file nor an upstream", nil, []string{"serve"},
			"afterburner: there is no afterburner.yaml here: name a file with --config, or an API with --upstream http://host:port\n"},
		{"an upstream that is no URL", nil, []string{"serve", "--upstream", "localhost:9000"},
			"afterburner: upstream: \"localhost:9000\" is not a target; write http://host:port\n"},
		{"an upstream with a path", nil, []string{"serve", "--upstream", "http://127.0.0.1:9000/api"},
			"afterburner: upstream: \"http://127.0.0.1:9000/api\" has a path; remove it, and put it in front of the rewrite of the routes that need it\n"},
		{"an admin address that others reach, by flag", file, []string{"serve", "--listen", "127.0.0.1:0", "--admin", "0.0.0.0:0"},
			"afterburner: admin.listen: \"0.0.0.0:0\" can be reached from other machines; set admin.token, or listen on 127.0.0.1\n"},
		{"an admin address that others reach, by file", map[string]string{"afterburner.yaml": "admin: { listen: \":9901\" }" + file["afterburner.yaml"]},
			[]string{"serve", "--listen", "127.0.0.1:0"},
			"afterburner.yaml:1:18: admin.listen: \":9901\" can be reached from other machines; set admin.token, or listen on 127.0.0.1\n"},
		{"a flag that is unknown", file, []string{"serve", "--port", "80"}, "afterburner: unknown flag: --port; afterburner serve --help lists the flags\n"},
		{"an argument that nobody asked for", file, []string{"serve", "now"}, "afterburner: serve takes no arguments, got \"now\"; afterburner serve --help lists its flags\n"},
		{"a command that is unknown", nil, []string{"start"}, "afterburner: there is no command \"start\"; afterburner --help lists them\n"},
		{"a command that is misspelt", nil, []string{"sreve"}, "afterburner: there is no command \"sreve\"; did you mean serve?\n"},
		{"a shell that is not known", nil, []string{"completion", "tcsh"}, "afterburner: there is no completion for \"tcsh\"; name one of bash, zsh, fish, powershell\n"},
		{"completion without a shell", nil, []string{"completion"}, "afterburner: completion takes one shell, got 0; name one of bash, zsh, fish, powershell\n"},
	} {
		t.Run(row.name, row.run)
	}
}

// faulty has one fault of each kind that the file's reader knows.
const faulty = `listen: 8080
upstreams:
  api: { targets: ["http://127.0.0.1:9000"] }
routes:
  - path: /a/{id}
    upstream: api
    cache: { ttl: "5" }
  - { path: "/a/{name}", upstream: apo }
  - { path: /b, upstream: api, compresss: false }
  - { path: /c, upstream: api, path: /d }
store: { memory: "64" }
`

const faults = `afterburner.yaml:1:9: listen: want text, got a number; write it in quotes
afterburner.yaml:7:19: routes[0].cache.ttl: "5" has no unit; write 5s, 250ms or 1h
afterburner.yaml:8:13: routes[1].path: /a/{name} conflicts with routes[0] (/a/{id}): both match /a/id in the same way; remove one, or give them different methods or hosts
afterburner.yaml:8:36: routes[1].upstream: there is no upstream "apo"; did you mean "api"?
afterburner.yaml:9:32: routes[2].compresss: unknown key; did you mean "compress"?
afterburner.yaml:10:32: routes[3].path: is written twice; the first is in line 10
afterburner.yaml:11:18: store.memory: "64" has no unit; write 512KiB, 64MiB or 1GiB
`

func TestServeNamesEveryFault(t *testing.T) {
	for _, command := range []string{"serve", "check"} {
		refusal{files: map[string]string{"afterburner.yaml": faulty}, args: []string{command}, want: faults}.run(t)
	}
}

func TestServeOnAnOccupiedPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for flag, other := range map[string]string{"--listen": "--admin", "--admin": "--listen"} {
		refusal{
			args: []string{"serve", "--upstream", "http://127.0.0.1:9000", flag, address, other, "127.0.0.1:0"},
			want: "afterburner: listen on " + address + ": bind: address already in use; free the port or choose another with " + flag + "\n",
		}.run(t)
	}
}

func TestServeBeforeItsUpstreamIsThere(t *testing.T) {
	address, open := closedPort(t)
	p := start(t, nil, "--upstream", "http://"+address)
	got := ask(t, "GET", p.url+"/x", "")
	if status := got.Header.Get("Proxy-Status"); got.StatusCode != 502 || status != "afterburner; error=connection_refused" {
		t.Errorf("GET /x = %s, Proxy-Status: %s; want 502, afterburner; error=connection_refused", got.Status, status)
	}
	if kind := got.Header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("Content-Type: %s, want application/problem+json", kind)
	}
	if ready := ask(t, "GET", p.admin+"/readyz", ""); ready.StatusCode != 200 {
		t.Errorf("GET /readyz = %s, want 200: a sick origin does not make the gateway unready", ready.Status)
	}
	l := open()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("here"))
	})}
	defer server.Close()
	go func() { _ = server.Serve(l) }()
	if got := ask(t, "GET", p.url+"/x", ""); got.StatusCode != 200 || got.body != "here" {
		t.Errorf("GET /x with the upstream there = %s %q, want 200 here", got.Status, got.body)
	}
}
