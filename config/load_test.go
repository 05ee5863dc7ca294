package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// lookup is the environment of the tests.
func lookup(name string) (string, bool) {
	value, ok := map[string]string{
		"PORT": "9000", "HOST": "127.0.0.1", "EMPTY": "", "SWITCH": "false",
		"SECRET": "hunter2", "BAD_PATH": "/hunter2/{", "PLAIN": "5", "NUMBER": "7", "LINES": "hunter2\nx",
	}[name]
	return value, ok
}

// faultRow is a file and the whole text of its faults, one a line.
type faultRow struct{ name, yaml, want string }

func testFaults(t *testing.T, rows []faultRow) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			cfg, faults := Parse("afterburner.yaml", []byte(row.yaml), lookup)
			if got := faults.Error(); got != row.want {
				t.Errorf("faults are\n%s\nwant\n%s", got, row.want)
			}
			if invalid := len(faults.Errors()) > 0; (cfg == nil) != invalid {
				t.Errorf("a configuration: %t, errors: %t", cfg != nil, invalid)
			}
			if strings.Contains(faults.Error(), "hunter2") {
				t.Error("a secret is shown")
			}
		})
	}
}

const smallest = `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes: [{ path: "/", upstream: api }]
`

func TestSmallestFileIsTheDefaults(t *testing.T) {
	got, faults := Parse("afterburner.yaml", []byte(smallest), nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := Default()
	api, route := DefaultUpstream(), DefaultRoute()
	api.Targets = []string{"http://127.0.0.1:9000"}
	route.Path, route.Upstream = "/", "api"
	want.Upstreams = map[string]Upstream{"api": api}
	want.Routes = []Route{route}
	if !reflect.DeepEqual(got, &want) {
		t.Errorf("got  %+v\nwant %+v", got, &want)
	}
}

func TestEveryKeyIsRead(t *testing.T) {
	got, faults := Load("testdata/every-key.yaml", lookup)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	const sec = Duration(time.Second)
	want := &Config{
		Listen: "127.0.0.1:9000",
		Admin:  Admin{Listen: "0.0.0.0:9901", Token: "hunter2"},
		Limits: Limits{
			RequestBody: 1 << 30, Header: 32_000, Connections: 7,
			HeaderTimeout: 1500 * Duration(time.Millisecond), IdleTimeout: 90 * sec, RequestTimeout: 3600 * sec,
		},
		Drain:          Drain{Delay: 0, Timeout: 5 * sec},
		Credentials:    []string{"Authorization", "Cookie"},
		TrustedProxies: []string{"10.0.0.0/8"}, ProxyProtocol: true,
		Store:     Store{Memory: 64 << 20, MaxObject: 512 << 10},
		Telemetry: Telemetry{AccessLog: AccessLog{Format: "text", Output: "stderr"}},
		Upstreams: map[string]Upstream{"api": {
			Targets: []string{"https://10.0.0.1:9000", "http://[::1]"},
			Host:    "api.example.com:8443",
			Timeout: UpstreamTimeout{Connect: 2 * sec, Response: 3 * sec},
			Pool:    Pool{MaxConnections: 1, Idle: 4 * sec, MaxWaiting: 0, Wait: 6 * sec},
			Retry:   Retry{Attempts: 3},
			TLS:     UpstreamTLS{ServerName: "api.example.com"},
		}},
		Defaults: Defaults{
			Headers: Headers{
				Request:  HeaderRules{Set: map[string]string{"X-Gateway": "afterburner", "X-Client": "{client_ip}"}, Remove: []string{}},
				Response: HeaderRules{Set: map[string]string{}, Remove: []string{"Server"}},
			},
			Cache: Cache{Mode: "rfc9111", TTL: 10 * sec, StatusTTL: map[string]Duration{"404": sec, "410": 60 * sec},
				SetCookie: "bypass", ClientDirectives: "honour", Key: Key{Query: Query{Sort: true}}},
			Coalesce: Coalesce{Off: true, Wait: 10 * sec},
			Compress: Compress{Encodings: []string{"br"}, MinSize: 1 << 10, Types: DefaultRoute().Compress.Types},
		},
		Routes: []Route{
			{
				Name: "product", Host: "*.example.com", Path: "/products/{id}", Methods: []string{"GET", "PURGE"},
				Upstream: "api", Rewrite: "/v1/products/{id}",
				Headers: Headers{
					Request:  HeaderRules{Set: map[string]string{"x-gateway": "{{}} {id}"}, Remove: []string{"X-Client"}},
					Response: HeaderRules{Set: map[string]string{"X-Trace": "{trace_id}"}, Remove: []string{}},
				},
				Cache: Cache{
					Mode: "override", TTL: 30 * sec, SetCookie: "store",
					StatusTTL:            map[string]Duration{"404": 5 * sec, "410": 60 * sec, "503": 0},
					StaleWhileRevalidate: 30 * sec, StaleIfError: new(Duration),
					ClientDirectives: "ignore", Targets: []string{"Afterburner-Cache-Control"},
					Key: Key{
						Query:   Query{Ignore: []string{"utm_*"}, Allow: []string{}, Sort: true},
						Headers: []string{"X-Tenant"}, Cookies: []string{"session"},
					},
					IgnoreCredentials: []string{"authorization"},
				},
				Coalesce: Coalesce{Wait: sec, Unstored: true},
				Compress: Compress{Encodings: []string{"gzip"}, MinSize: 0, Types: []string{"text/html", "text/*", "*+json"}},
			},
			{
				Path: "/batch",
				Headers: Headers{
					Request:  HeaderRules{Set: map[string]string{"X-Gateway": "afterburner", "X-Client": "{client_ip}"}, Remove: []string{}},
					Response: HeaderRules{Set: map[string]string{}, Remove: []string{"Server"}},
				},
				Cache: Cache{Mode: "rfc9111", TTL: 10 * sec, StatusTTL: map[string]Duration{"404": sec, "410": 60 * sec},
					SetCookie: "bypass", ClientDirectives: "honour", Key: Key{Query: Query{Sort: true}}},
				Coalesce: Coalesce{Off: true, Wait: 10 * sec},
				Compress: Compress{Off: true, Encodings: []string{"br"}, MinSize: 1 << 10, Types: DefaultRoute().Compress.Types},
				Batch: &Batch{
					MaxItems: 9, Concurrency: 16, MaxBody: 1 << 20, MaxResponse: 16 << 20,
					Timeout: 30 * sec, Allow: []string{"/products/"},
				},
			},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEnvironment(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"${HOST}", "127.0.0.1"},
		{"a${HOST}b${PORT}c", "a127.0.0.1b9000c"},
		{"${NOT_SET:-fallback}", "fallback"},
		{"${NOT_SET:-}", ""},
		{"${EMPTY:-fallback}", "fallback"},
		{"${EMPTY}", ""},
		{"${HOST:-fallback}", "127.0.0.1"},
		{"${NOT_SET:-a:-b}", "a:-b"},
		{"$${HOST}", "${HOST}"},
		{"$$$HOST", "$$HOST"},
		{"/{$}", "/{$}"},
		{"$", "$"},
		{"cost: 5$", "cost: 5$"},
	} {
		d := newDocument("", lookup, nil)
		if got, _, problem := d.expand(row.text); got != row.want || problem != "" {
			t.Errorf("expand(%q) = %q, %q, want %q", row.text, got, problem, row.want)
		}
	}
}

func TestEnvironmentFillsEveryKind(t *testing.T) {
	cfg, faults := Parse("afterburner.yaml", []byte(`limits: { connections: "${NUMBER}", idle_timeout: "${NUMBER}s", header: "${NUMBER}KiB" }
admin:
  token: ${NUMBER}
upstreams: { api: { targets: ["http://${HOST}:${PORT}"] } }
routes: [{ path: "/", upstream: api, coalesce: "${SWITCH}", cache: { key: { query: { sort: "${NOT_SET:-true}" } } } }]
`), lookup)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	got := fmt.Sprintln(cfg.Limits.Connections, cfg.Limits.IdleTimeout, cfg.Limits.Header, cfg.Admin.Token,
		cfg.Upstreams["api"].Targets, cfg.Routes[0].Coalesce.Off, cfg.Routes[0].Cache.Key.Query.Sort)
	if want := "7 7s 7KiB 7 [http://127.0.0.1:9000] true true\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("#\n", maxFile/2)+"#"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "there is no such file; name one with --config, or start without one by --upstream http://host:port",
		dir:                             "is a directory; name the file in it",
		large:                           "is larger than 10MiB, the most that is read",
		filepath.Join(large, "x"):       "cannot be opened: not a directory",
	} {
		cfg, faults := Load(path, lookup)
		if want = path + ":1:1: " + want; cfg != nil || faults.Error() != want {
			t.Errorf("faults are\n%s\nwant\n%s", faults.Error(), want)
		}
	}
}

func TestForUpstream(t *testing.T) {
	got, err := ForUpstream("http://127.0.0.1:9000")
	want, _ := Parse("afterburner.yaml", []byte(smallest), nil)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	for url, want := range map[string]string{
		"127.0.0.1:9000":        `upstream: "127.0.0.1:9000" is not a target; write http://host:port`,
		"http://a:hunter2@host": `upstream: the address holds a user name or a password, which would not be sent; remove it`,
	} {
		if cfg, err := ForUpstream(url); cfg != nil || err == nil || err.Error() != want {
			t.Errorf("ForUpstream(%q) = %v, want %s", url, err, want)
		}
	}
}

func TestValidateWithoutAFile(t *testing.T) {
	cfg, _ := ForUpstream("http://127.0.0.1:9000")
	cfg.Admin.Listen = ":9901"
	cfg.Routes[0].Upstream = "web"
	want := `admin.listen: ":9901" can be reached from other machines; set admin.token, or listen on 127.0.0.1
routes[0].upstream: there is no upstream "web"`
	if got := cfg.Validate().Error(); got != want {
		t.Errorf("faults are\n%s\nwant\n%s", got, want)
	}
}

func TestErrIsNilForWarnings(t *testing.T) {
	warning := Fault{File: "f", Line: 1, Column: 2, Path: "a.b", Message: "odd", Warning: true}
	wrong := Fault{File: "f", Line: 3, Column: 4, Message: "bad"}
	if err := (Faults{warning}).Err(); err != nil {
		t.Errorf("Err() = %v", err)
	}
	both := Faults{warning, wrong}
	if err := both.Err(); err == nil || err.Error() != "f:3:4: bad" {
		t.Errorf("Err() = %v", err)
	}
	if got := both.Warnings().Error(); got != "f:1:2: a.b: odd" {
		t.Errorf("Warnings() = %v", got)
	}
}

func TestExamplesOfTheManual(t *testing.T) {
	testFaults(t, []faultRow{
		{"the smallest useful file", `# afterburner.yaml: the smallest useful file
upstreams:
  api: { targets: ["http://127.0.0.1:9000"] }
routes:
  - { path: "/", upstream: api }
`, ""},
		{"the whole shape", `listen: ":8080"
admin: { listen: "127.0.0.1:9901", token: "${AFTERBURNER_ADMIN_TOKEN:-}" }
limits: { request_body: 10MiB, header: 16KiB, connections: 65536, header_timeout: 10s, idle_timeout: 75s, request_timeout: 60s }
drain: { delay: 1s, timeout: 15s }
credentials: [Authorization, Cookie, X-Api-Key, X-Auth-Token]   # request fields that name a principal
store:
  memory: 256MiB                        # bytes, all overhead counted
  max_object: 8MiB
telemetry:
  access_log: { format: json, output: stdout }      # json | text | off
upstreams:
  api:
    targets: ["http://10.0.0.1:9000", "http://10.0.0.2:9000"]
    host: keep
    timeout: { connect: 1s, response: 30s }
    pool: { max_connections: 256, idle: 60s, max_waiting: 1000, wait: 5s }
routes:
  - name: product
    host: api.example.com
    path: /products/{id}
    methods: [GET, HEAD]
    upstream: api
    rewrite: /v1/products/{id}
    cache:
      mode: rfc9111                     # rfc9111 | override | off
      ttl: 30s
      key: { query: { ignore: ["utm_*"], allow: [], sort: true }, headers: [X-Tenant], cookies: [] }
      set_cookie: bypass                # bypass | store
      ignore_credentials: [Cookie]
    coalesce: { wait: 10s }
    compress: { encodings: [zstd, br, gzip], min_size: 1KiB, types: [application/json, text/*] }
  - name: batch
    path: /batch
    methods: [POST]
    batch: { max_items: 100, concurrency: 16, max_body: 1MiB, max_response: 16MiB, timeout: 30s, allow: ["/products/"] }
`, ""},
		{"a key that is not built yet", smallest + "kubernetes: {}\n",
			"afterburner.yaml:3:1: kubernetes: unknown key; the keys here are listen, admin, limits, drain, credentials, trusted_proxies, proxy_protocol, store, telemetry, upstreams, defaults, routes"},
	})
}
