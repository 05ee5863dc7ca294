package config

import (
	"reflect"
	"strings"
	"testing"
)

// under is a file with defaults, then one route for each line.
func under(defaults string, routes ...string) string {
	text := api
	for _, route := range routes {
		text += "  - { upstream: api, " + route + " }\n"
	}
	return text + "defaults:\n" + defaults
}

func TestDefaultsAreUnderEveryRoute(t *testing.T) {
	cfg, faults := Parse("afterburner.yaml", []byte(under(`  cache: { ttl: 30s, key: { headers: [X-Tenant], query: { sort: true } } }
  coalesce: false
  compress: { types: [text/*], min_size: 2KiB }
`,
		"path: /a",
		"path: /b, cache: { ttl: 5s, key: { headers: [] } }",
		"path: /c, coalesce: {}, compress: false",
		"path: /d, compress: { min_size: 1B }, coalesce: { wait: 1s }",
	)), nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	base := DefaultRoute()
	base.Upstream = "api"
	base.Cache.TTL = 30 * Duration(1e9)
	base.Cache.Key = Key{Headers: []string{"X-Tenant"}, Query: Query{Sort: true}}
	base.Coalesce.Off = true
	base.Compress.Types, base.Compress.MinSize = []string{"text/*"}, 2<<10
	want := []Route{base, base, base, base}
	for i, path := range []string{"/a", "/b", "/c", "/d"} {
		want[i].Path = path
	}
	want[1].Cache.TTL, want[1].Cache.Key.Headers = 5*Duration(1e9), []string{}
	want[2].Coalesce.Off, want[2].Compress.Off = false, true
	want[3].Coalesce, want[3].Compress.MinSize = Coalesce{Wait: Duration(1e9)}, 1
	if !reflect.DeepEqual(cfg.Routes, want) {
		t.Errorf("got  %+v\nwant %+v", cfg.Routes, want)
	}
}

func TestHeadersOfDefaultsAndRoute(t *testing.T) {
	const defaults = `  headers:
    request: { set: { X-A: a, X-B: b }, remove: [X-C] }
`
	for _, row := range []struct {
		name, route string
		want        HeaderRules
	}{
		{"none of its own", "path: /", HeaderRules{Set: map[string]string{"X-A": "a", "X-B": "b"}, Remove: []string{"X-C"}}},
		{"set joins", "path: /, headers: { request: { set: { X-D: d } } }", HeaderRules{Set: map[string]string{"X-A": "a", "X-B": "b", "X-D": "d"}, Remove: []string{"X-C"}}},
		{"a field of another case is the same", "path: /, headers: { request: { set: { x-a: mine } } }", HeaderRules{Set: map[string]string{"x-a": "mine", "X-B": "b"}, Remove: []string{"X-C"}}},
		{"remove replaces, and takes back", "path: /, headers: { request: { remove: [x-a] } }", HeaderRules{Set: map[string]string{"X-B": "b"}, Remove: []string{"x-a"}}},
		{"remove nothing", "path: /, headers: { request: { remove: [] } }", HeaderRules{Set: map[string]string{"X-A": "a", "X-B": "b"}, Remove: []string{}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			cfg, faults := Parse("f", []byte(under(defaults, row.route)), nil)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if got := cfg.Routes[0].Headers.Request; !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestRoutesShareNothing(t *testing.T) {
	cfg, faults := Parse("f", []byte(under("  headers: { request: { set: { X-A: a }, remove: [X-B] } }\n", "path: /a", "path: /b")), nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	first := &cfg.Routes[0]
	first.Headers.Request.Set["X-A"], first.Headers.Request.Remove[0], first.Compress.Types[0] = "changed", "changed", "changed"
	for i, r := range []Route{cfg.Routes[1], cfg.Defaults.route()} {
		if r.Headers.Request.Set["X-A"] != "a" || r.Headers.Request.Remove[0] != "X-B" || r.Compress.Types[0] == "changed" {
			t.Errorf("%d changed too: %+v", i, r)
		}
	}
}

func TestFaultsInDefaultsAreToldOnceWhereTheyAre(t *testing.T) {
	testFaults(t, []faultRow{
		{"of the types", under("  cache: { ttl: 5 }\n  compress: { typs: [] }\n", "path: /a", "path: /b"), `afterburner.yaml:6:17: defaults.cache.ttl: "5" has no unit; write 5s, 250ms or 1h
afterburner.yaml:7:15: defaults.compress.typs: unknown key; did you mean "types"?`},
		{"of the values", under("  compress: { types: [json] }\n  coalesce: { wait: 0s }\n  cache: { key: { headers: [\"a:\"] } }\n", "path: /a", "path: /b"), `afterburner.yaml:6:23: defaults.compress.types[0]: "json" is not a media type; write one like application/json, text/* or *+json
afterburner.yaml:7:21: defaults.coalesce.wait: 0s is no time at all; write more than 0s
afterburner.yaml:8:29: defaults.cache.key.headers[0]: "a:" is not a field name; write one like X-Api-Key`},
		{"a secret from the environment", under("  compress: { types: [\"${SECRET}\"] }\n", "path: /a"), `afterburner.yaml:5:23: defaults.compress.types[0]: "${SECRET}" is not a media type; write one like application/json, text/* or *+json`},
		{"only where a route leaves it so", under("  cache: { mode: override }\n", "path: /a", "path: /b, cache: { ttl: 5s }", "path: /c, cache: { mode: off }"), `afterburner.yaml:3:5: routes[0].cache.ttl: mode override needs a ttl of more than 0s; write one, like 30s`},
		{"a block of another kind", under("  cache: off\n  routes: []\n", "path: /a"), `afterburner.yaml:5:10: defaults.cache: want a block, got off; write { mode: off }
afterburner.yaml:6:3: defaults.routes: unknown key here; move it to routes`},
		{"a wildcard that a route does not have", under("  headers: { response: { set: { X-Id: \"{id}\" } } }\n", "path: \"/a/{id}\"", "path: /b"), `afterburner.yaml:6:39: defaults.headers.response.set.X-Id: "{id}" is neither in the path /b nor a variable; use one of client_ip, host, method, path, query, scheme, trace_id, or {{ for a brace`},
		{"a ttl for the routes that store", under("  cache: { ttl: 5s }\n", "path: /a", "path: /b, cache: { mode: off }"), ""},
		{"a ttl and no route that stores", under("  cache: { ttl: 5s, mode: off }\n", "path: /a", "path: /b"), "afterburner.yaml:6:17: defaults.cache.ttl: has no effect with mode off; remove one of the two"},
	})
}

func TestHeaderFaults(t *testing.T) {
	headers := func(rules string) string { return api + "  - { path: /, upstream: api, headers: " + rules + " }\n" }
	const at = "afterburner.yaml:3:"
	testFaults(t, []faultRow{
		{"names", headers(`{ request: { set: { "X A": a }, remove: ["a:"] } }`), at + `67: routes[0].headers.request.set."X A": "X A" is not a field name; write one like X-Api-Key
` + at + `81: routes[0].headers.request.remove[0]: "a:" is not a field name; write one like X-Api-Key`},
		{"one field in two cases", headers(`{ request: { set: { X-A: a, x-a: b } } }`), at + `73: routes[0].headers.request.set.x-a: "X-A" and "x-a" are one field; write it once`},
		{"RFC 9112 6: framing", headers(`{ request: { set: { Content-Length: "1" } }, response: { remove: [transfer-encoding, TRAILER] } }`), at + `76: routes[0].headers.request.set.Content-Length: "Content-Length" frames the message, and is the gateway's own; remove it
` + at + `106: routes[0].headers.response.remove[0]: "transfer-encoding" frames the message, and is the gateway's own; remove it
` + at + `125: routes[0].headers.response.remove[1]: "TRAILER" frames the message, and is the gateway's own; remove it`},
		{"RFC 9110 7.6.1: one connection", headers(`{ request: { remove: [Connection, Keep-Alive, TE, Upgrade] } }`), at + `62: routes[0].headers.request.remove[0]: "Connection" belongs to one connection, and is the gateway's own; remove it
` + at + `74: routes[0].headers.request.remove[1]: "Keep-Alive" belongs to one connection, and is the gateway's own; remove it
` + at + `86: routes[0].headers.request.remove[2]: "TE" belongs to one connection, and is the gateway's own; remove it
` + at + `90: routes[0].headers.request.remove[3]: "Upgrade" belongs to one connection, and is the gateway's own; remove it`},
		{"the gateway's own", headers(`{ request: { remove: [Via, CDN-Loop] }, response: { remove: [Via, Age, Cache-Status, Date] } }`), at + `62: routes[0].headers.request.remove[0]: "Via" is the gateway's own; remove it
` + at + `67: routes[0].headers.request.remove[1]: "CDN-Loop" is the gateway's own; remove it
` + at + `101: routes[0].headers.response.remove[0]: "Via" is the gateway's own; remove it
` + at + `106: routes[0].headers.response.remove[1]: "Age" is the gateway's own; remove it
` + at + `111: routes[0].headers.response.remove[2]: "Cache-Status" is the gateway's own; remove it
` + at + `125: routes[0].headers.response.remove[3]: "Date" is the gateway's own; remove it`},
		{"what has a key of its own", headers(`{ request: { set: { host: a }, remove: [Accept-Encoding, Range] }, response: { remove: [Content-Encoding] } }`), at + `66: routes[0].headers.request.set.host: "host" is not changed here; write the name into upstreams.NAME.host
` + at + `80: routes[0].headers.request.remove[0]: "Accept-Encoding" is the gateway's own, which codes the answers itself; see compress
` + at + `97: routes[0].headers.request.remove[1]: "Range" asks for a part or a change only, which a stored answer cannot tell; remove it
` + at + `128: routes[0].headers.response.remove[0]: "Content-Encoding" says how the body is to be read; remove it`},
		{"values never show themselves", headers(`{ request: { set: { A: "hunter {", B: " hunter", C: 5, D: "hunter\nx" } } }`), at + `63: routes[0].headers.request.set.A: a { is not closed; write {name}, or {{ for a brace
` + at + `78: routes[0].headers.request.set.B: begins or ends with a space, which the receiver drops; remove it
` + at + `92: routes[0].headers.request.set.C: want text, got a number; write it in quotes
` + at + `98: routes[0].headers.request.set.D: holds a line end or another control character, which no field can carry; remove it`},
		{"values from the environment", headers(`{ request: { set: { A: "{${SECRET}}", B: "${LINES}", C: "${SECRET} {idd}", D: "${SECRET}" } } }`), at + `63: routes[0].headers.request.set.A: "{_}" is neither in the path / nor a variable; use one of client_ip, host, method, path, query, scheme, trace_id, or {{ for a brace
` + at + `81: routes[0].headers.request.set.B: is not valid once the environment is filled in
` + at + `96: routes[0].headers.request.set.C: "{idd}" is neither in the path / nor a variable; use one of client_ip, host, method, path, query, scheme, trace_id, or {{ for a brace`},
		{"set and removed", headers(`{ request: { set: { X-A: a }, remove: [x-a] } }`), at + `79: routes[0].headers.request.remove[0]: "X-A" is set as well, and that wins; remove one of the two`},
	})
}

// Braces from the environment are braces: a token is no template.
func TestBracesFromTheEnvironment(t *testing.T) {
	env := func(string) (string, bool) { return "a{b}c", true }
	cfg, faults := Parse("f", []byte(api+"  - { path: \"/{b}\", upstream: api, headers: { request: { set: { X-A: \"${X}{b}\" } } } }\n"), env)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	p, _ := ParsePattern("", "/{b}", nil)
	got, err := ParseTemplate(cfg.Routes[0].Headers.Request.Set["X-A"], p)
	if want := []TemplatePart{{Text: "a{b}c", Param: -1}, {Param: 0}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if strings.Contains(faults.Error(), "a{b}c") {
		t.Error("a secret is shown")
	}
}
