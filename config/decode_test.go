package config

import "testing"

func TestSyntaxFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"no text at all", "", "afterburner.yaml:1:1: is empty; the least is an upstream and a route"},
		{"comments alone", "# nothing\n", "afterburner.yaml:1:1: is empty; the least is an upstream and a route"},
		{"null", "---\n~\n", "afterburner.yaml:1:1: is empty; the least is an upstream and a route"},
		{"a list", "- a\n", "afterburner.yaml:1:1: want a block, got a list"},
		{"text", "a\n", "afterburner.yaml:1:1: want a block, got text"},
		{"a second document", smallest + "---\nlisten: \":80\"\n", `afterburner.yaml:3:1: a second document begins here; one file holds one configuration`},
		{"a second document that is empty", smallest + "---\n", `afterburner.yaml:3:1: a second document begins here; one file holds one configuration`},
		{"a second document that is no YAML", smallest + "---\na: [\n", `afterburner.yaml:4:1: is not YAML: did not find expected node content`},
		{"a tab", "listen: \":80\"\nadmin:\n\tlisten: x\n", `afterburner.yaml:3:1: is not YAML: found character that cannot start any token`},
		{"a wrong indent", "routes:\n  - path: /\n   upstream: api\n", `afterburner.yaml:3:1: is not YAML: did not find expected '-' indicator`},
		{"a quote that is not closed", "listen: \":80\"\nadmin:\n  token: \"x\nlimits: {}\n", `afterburner.yaml:3:1: is not YAML: found unexpected end of stream`},
		{"a bracket that is not closed", "routes: [\n  { path: / }\n", `afterburner.yaml:2:1: is not YAML: did not find expected ',' or ']'`},
		{"a variable in a flow block without quotes", "admin: { token: ${SECRET} }\n", `afterburner.yaml:1:1: is not YAML: did not find expected ',' or '}'; inside { } and [ ] a value with ${...} needs quotes`},
		{"an anchor that is not there", "listen: \":80\"\nadmin: *a\n", `afterburner.yaml:2:1: is not YAML: unknown anchor 'a' referenced`},
		{"bytes that are not UTF-8", "listen: \":80\"\nadmin: \xff\n", `afterburner.yaml:2:1: is not YAML: invalid leading UTF-8 octet`},
	})
}

func TestKeyFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"unknown key, one is close", "listn: \":80\"\n" + smallest, `afterburner.yaml:1:1: listn: unknown key; did you mean "listen"?`},
		{"unknown key, none is close", smallest + "zzz: 1\n", `afterburner.yaml:3:1: zzz: unknown key; the keys here are listen, admin, limits, drain, credentials, trusted_proxies, proxy_protocol, store, telemetry, upstreams, defaults, routes`},
		{"unknown key in a route", `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - pth: /
    upstreem: api
    Cache: {}
`, `afterburner.yaml:3:5: routes[0].pth: unknown key; did you mean "path"?
afterburner.yaml:4:5: routes[0].upstreem: unknown key; did you mean "upstream"?
afterburner.yaml:5:5: routes[0].Cache: unknown key; did you mean "cache"?`},
		{"unknown key that would break the line", smallest + "\"a\\nb: c\": 1\n", `afterburner.yaml:3:1: "a\nb: c": unknown key; the keys here are listen, admin, limits, drain, credentials, trusted_proxies, proxy_protocol, store, telemetry, upstreams, defaults, routes`},
		{"a key that is no word", smallest + "? [a]\n: 1\n", `afterburner.yaml:3:3: a key is a word, not a list`},
		{"duplicate key", `listen: ":80"
upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - path: /
    upstream: api
    path: /a
listen: ":81"
`, `afterburner.yaml:6:5: routes[0].path: is written twice; the first is in line 4
afterburner.yaml:7:1: listen: is written twice; the first is in line 1`},
		{"duplicate upstream", `upstreams:
  api: { targets: ["http://127.0.0.1:9000"] }
  api: { targets: ["http://127.0.0.1:9001"] }
routes: [{ path: /, upstream: api }]
`, `afterburner.yaml:3:3: upstreams.api: is written twice; the first is in line 2`},
		{"a name from the environment", `upstreams:
  "${HOST}": { targets: ["http://127.0.0.1:9000"] }
routes: [{ path: /, upstream: "${HOST}" }]
`, `afterburner.yaml:2:3: upstreams."${HOST}": a name cannot come from the environment; write it out`},
	})
}

func TestTypeFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"text", `listen: 8080
admin: { listen: [a], token: 5 }
upstreams: { api: { targets: ["http://127.0.0.1:9000", 1, { a: b }], host: true } }
routes: [{ path: { a: b }, upstream: api }]
`, `afterburner.yaml:1:9: listen: want text, got a number; write it in quotes
afterburner.yaml:2:18: admin.listen: want text, got a list
afterburner.yaml:2:30: admin.token: want text, got a number; write it in quotes
afterburner.yaml:3:56: upstreams.api.targets[1]: want text, got a number; write it in quotes
afterburner.yaml:3:59: upstreams.api.targets[2]: want text, got a block
afterburner.yaml:3:76: upstreams.api.host: want text, got true; write it in quotes
afterburner.yaml:4:18: routes[0].path: want text, got a block`},
		{"nothing", `listen:
admin: ~
upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - path: /
    upstream: api
    methods:
    batch:
  -
`, `afterburner.yaml:1:8: listen: has no value; write one or remove the key
afterburner.yaml:2:8: admin: has no value; write one or remove the key
afterburner.yaml:7:13: routes[0].methods: has no value; write one or remove the key
afterburner.yaml:8:11: routes[0].batch: has no value; write one or remove the key
afterburner.yaml:9:4: routes[1]: has no value; write one or remove the key`},
		{"a list", `upstreams: { api: { targets: "http://127.0.0.1:9000" } }
routes: [{ path: /, upstream: api, methods: GET, cache: { key: { headers: { a: b } } } }]
`, `afterburner.yaml:1:30: upstreams.api.targets: want a list, got text; write ["http://127.0.0.1:9000"]
afterburner.yaml:2:45: routes[0].methods: want a list, got text; write ["GET"]
afterburner.yaml:2:75: routes[0].cache.key.headers: want a list, got a block`},
		{"a block", `limits: 5
upstreams: [api]
routes: [{ path: /, upstream: api, cache: off, batch: false }]
`, `afterburner.yaml:1:9: limits: want a block, got a number
afterburner.yaml:2:12: upstreams: want a block, got a list
afterburner.yaml:3:31: routes[0].upstream: a batch route has no upstream, its items go through the other routes; remove it
afterburner.yaml:3:43: routes[0].cache: want a block, got off; write { mode: off }
afterburner.yaml:3:55: routes[0].batch: want a block, got false`},
		{"a block that can be switched off", `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - { path: /a, upstream: api, coalesce: true, compress: [gzip] }
  - { path: /b, upstream: api, coalesce: "false", compress: 5 }
  - { path: /c, upstream: api, coalesce: "${SECRET}", compress: "${NOT_SET}" }
`, `afterburner.yaml:3:42: routes[0].coalesce: true says nothing here; write false or a block
afterburner.yaml:3:58: routes[0].compress: want a block, got a list
afterburner.yaml:4:42: routes[1].coalesce: want false or a block, got text
afterburner.yaml:4:61: routes[1].compress: want false or a block, got a number
afterburner.yaml:5:42: routes[2].coalesce: want false or a block, got "${SECRET}"
afterburner.yaml:5:65: routes[2].compress: the environment variable NOT_SET is not set; set it or write ${NOT_SET:-default}`},
		{"a whole number", `limits: { connections: 1.5 }
upstreams:
  api: { targets: ["http://127.0.0.1:9000"], pool: { max_connections: "5", max_waiting: many } }
  web: { targets: ["http://127.0.0.1:9000"], pool: { max_connections: 0x10, max_waiting: 99999999999999999999 } }
  app: { targets: ["http://127.0.0.1:9000"], pool: { max_connections: "${SECRET}", max_waiting: [5] } }
routes: [{ path: /, upstream: api }]
`, `afterburner.yaml:1:24: limits.connections: want a whole number, got "1.5"
afterburner.yaml:3:71: upstreams.api.pool.max_connections: want a whole number, got "5"; remove the quotes
afterburner.yaml:3:89: upstreams.api.pool.max_waiting: want a whole number, got "many"
afterburner.yaml:4:71: upstreams.web.pool.max_connections: want a whole number, got "0x10"
afterburner.yaml:4:90: upstreams.web.pool.max_waiting: want a whole number, got "99999999999999999999"
afterburner.yaml:5:71: upstreams.app.pool.max_connections: want a whole number, got "${SECRET}"
afterburner.yaml:5:97: upstreams.app.pool.max_waiting: want a whole number, got a list`},
		{"true or false", `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - { path: /a, upstream: api, cache: { key: { query: { sort: yes } } } }
  - { path: /b, upstream: api, cache: { key: { query: { sort: "true" } } } }
  - { path: /c, upstream: api, cache: { key: { query: { sort: {} } } } }
`, `afterburner.yaml:3:63: routes[0].cache.key.query.sort: want true or false, got "yes"
afterburner.yaml:4:63: routes[1].cache.key.query.sort: want true or false, got "true"; remove the quotes
afterburner.yaml:5:63: routes[2].cache.key.query.sort: want true or false, got a block`},
		{"a tag of another kind", smallest + "listen: !secret a\n", `afterburner.yaml:3:9: listen: the tag "!secret" is not understood; remove it`},
		{"one of some words", `telemetry: { access_log: { format: jsn } }
upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes: [{ path: /, upstream: api, cache: { mode: never, set_cookie: "" }, compress: { encodings: [gzip, brotli] } }]
`, `afterburner.yaml:1:36: telemetry.access_log.format: "jsn" is not json, text or off; did you mean "json"?
afterburner.yaml:3:51: routes[0].cache.mode: "never" is not rfc9111, override or off
afterburner.yaml:3:70: routes[0].cache.set_cookie: "" is not bypass or store
afterburner.yaml:3:106: routes[0].compress.encodings[1]: "brotli" is not zstd, br or gzip`},
	})
}

func TestUnitFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"a duration without a unit", `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - path: /
    upstream: api
    cache: { ttl: "5" }
`, `afterburner.yaml:5:19: routes[0].cache.ttl: "5" has no unit; write 5s, 250ms or 1h`},
		{"durations", smallest + `drain: { delay: 5, timeout: -5s }
limits:
  header_timeout: 1d
  idle_timeout: soon
  request_timeout: [5s]
`, `afterburner.yaml:3:17: drain.delay: "5" has no unit; write 5s, 250ms or 1h
afterburner.yaml:3:29: drain.timeout: "-5s" is negative; write 5s, 250ms or 1h
afterburner.yaml:5:19: limits.header_timeout: "1d" is not a duration: there is no unit for days; write 24h for one
afterburner.yaml:6:17: limits.idle_timeout: "soon" is not a duration; write 5s, 250ms or 1h
afterburner.yaml:7:20: limits.request_timeout: want a duration like 5s, got a list`},
		{"zero without a unit, and too long", smallest + "drain: { delay: 0, timeout: 99999999999h }\n", `afterburner.yaml:3:17: drain.delay: "0" has no unit; write 5s, 250ms or 1h
afterburner.yaml:3:29: drain.timeout: "99999999999h" is not a duration; write 5s, 250ms or 1h`},
		{"sizes", smallest + `limits: { request_body: 10, header: 16K }
store: { memory: -1GiB, max_object: 1.5MiB }
`, `afterburner.yaml:3:25: limits.request_body: "10" has no unit; write 512KiB, 64MiB or 1GiB
afterburner.yaml:3:37: limits.header: "16K" is not a size; write 512KiB, 64MiB or 1GiB
afterburner.yaml:4:18: store.memory: "-1GiB" is negative; write 512KiB, 64MiB or 1GiB
afterburner.yaml:4:37: store.max_object: "1.5MiB" is not a whole number of MiB; write it in a smaller unit`},
		{"more sizes", smallest + `limits: { request_body: 99999999999GiB, header: KiB }
store: { memory: 64 MiB, max_object: {} }
`, `afterburner.yaml:3:25: limits.request_body: "99999999999GiB" is too large; write 512KiB, 64MiB or 1GiB
afterburner.yaml:3:49: limits.header: "KiB" is not a size; write 512KiB, 64MiB or 1GiB
afterburner.yaml:4:18: store.memory: "64 MiB" is not a size; write 512KiB, 64MiB or 1GiB
afterburner.yaml:4:38: store.max_object: want a size like 64MiB, got a block`},
		{"a duration from the environment", smallest + "drain: { delay: \"${PLAIN}\" }\n", `afterburner.yaml:3:17: drain.delay: "${PLAIN}" has no unit; write 5s, 250ms or 1h`},
	})
}

func TestEnvironmentFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"not set", smallest + "listen: ${LISTEN}\n", `afterburner.yaml:3:9: listen: the environment variable LISTEN is not set; set it or write ${LISTEN:-default}`},
		{"not closed", smallest + "listen: ${LISTEN\n", `afterburner.yaml:3:9: listen: "${" has no closing "}"; write $$ for a dollar`},
		{"another form of the shell", smallest + "listen: ${LISTEN:?missing}\n", `afterburner.yaml:3:9: listen: "${LISTEN:?missing}" is not understood; write ${NAME} or ${NAME:-default}, and $$ for a dollar`},
		{"no name", smallest + "listen: ${}\n", `afterburner.yaml:3:9: listen: "${}" is not understood; write ${NAME} or ${NAME:-default}, and $$ for a dollar`},
		{"one default in another", smallest + "listen: ${A:-${B}}\n", `afterburner.yaml:3:9: listen: the default of ${A} names another variable; that is not possible`},
		{"a secret in the wrong place", `listen: ${SECRET}
admin: { listen: "0.0.0.0:${SECRET}", token: "${SECRET} x" }
limits: { connections: "${SECRET}", header: "${SECRET}", idle_timeout: "${SECRET}" }
upstreams: { api: { targets: ["${SECRET}", "http://a:hunter2@${HOST}"], host: "${SECRET}/" } }
routes:
  - { path: "${BAD_PATH}", upstream: "${SECRET}", rewrite: "${SECRET}", cache: { mode: "${SECRET}", key: { headers: ["${SECRET}:"] } } }
  - { path: /, upstream: api, methods: ["${BAD_PATH}"], rewrite: "${SECRET}" }
  - { path: "/${SECRET}", upstream: api }
  - { path: "/${SECRET}", upstream: api }
`, `afterburner.yaml:1:9: listen: "${SECRET}" is not an address; write host:port, like 127.0.0.1:8080 or :8080
afterburner.yaml:2:18: admin.listen: "0.0.0.0:${SECRET}" has no valid port; write a number from 0 to 65535
afterburner.yaml:2:46: admin.token: holds a space, a line end or another character that no Authorization field carries; remove it
afterburner.yaml:3:24: limits.connections: want a whole number, got "${SECRET}"
afterburner.yaml:3:45: limits.header: "${SECRET}" is not a size; write 512KiB, 64MiB or 1GiB
afterburner.yaml:3:72: limits.idle_timeout: "${SECRET}" is not a duration; write 5s, 250ms or 1h
afterburner.yaml:4:31: upstreams.api.targets[0]: "${SECRET}" is not a target; write http://host:port
afterburner.yaml:4:44: upstreams.api.targets[1]: the address holds a user name or a password, which would not be sent; remove it
afterburner.yaml:4:79: upstreams.api.host: "${SECRET}/" is not a host name; write keep, target or a name like api.example.com
afterburner.yaml:6:13: routes[0].path: "${BAD_PATH}" is not valid once the environment is filled in
afterburner.yaml:6:38: routes[0].upstream: there is no upstream "${SECRET}"
afterburner.yaml:6:88: routes[0].cache.mode: "${SECRET}" is not rfc9111, override or off
afterburner.yaml:6:118: routes[0].cache.key.headers[0]: "${SECRET}:" is not a field name; write one like X-Api-Key
afterburner.yaml:7:41: routes[1].methods[0]: "${BAD_PATH}" is not valid once the environment is filled in
afterburner.yaml:7:66: routes[1].rewrite: "${SECRET}" is not valid once the environment is filled in
afterburner.yaml:9:13: routes[3].path: conflicts with another route; give them different paths, methods or hosts`},
	})
}

func TestAnchorsAndMergeKeys(t *testing.T) {
	testFaults(t, []faultRow{
		{"a merged block, its own keys win", `upstreams: { api: &up { targets: ["http://127.0.0.1:9000"] }, web: { <<: *up, host: target } }
routes:
  - &base { path: /, upstream: api }
  - { <<: *base, path: /a }
  - { <<: [{ path: /b }, *base], upstream: web }
`, ""},
		{"faults inside an anchor are told once, where they are", `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - path: /a
    upstream: api
    cache: &cache
      ttl: 5
      mod: off
  - { path: /b, upstream: api, cache: *cache }
  - { path: /c, upstream: api, cache: { <<: *cache, set_cookie: stor } }
`, `afterburner.yaml:6:12: routes[0].cache.ttl: "5" has no unit; write 5s, 250ms or 1h
afterburner.yaml:7:7: routes[0].cache.mod: unknown key; did you mean "mode"?
afterburner.yaml:9:65: routes[2].cache.set_cookie: "stor" is not bypass or store; did you mean "store"?`},
		{"an alias in the wrong place", `upstreams: { api: { targets: &targets ["http://127.0.0.1:9000"], host: *targets } }
routes: [{ path: /, upstream: api, cache: *targets }]
`, `afterburner.yaml:1:72: upstreams.api.host: want text, got a list
afterburner.yaml:2:43: routes[0].cache: want a block, got a list`},
		{"what lacks a key is the alias", `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - &r { path: /, upstream: api }
  - { <<: *r, path: /b, cache: { mode: override } }
  - *r
`, `afterburner.yaml:4:32: routes[1].cache.ttl: mode override needs a ttl of more than 0s; write one, like 30s
afterburner.yaml:5:5: routes[2]: / conflicts with routes[0] (/): both match / in the same way; remove one, or give them different methods or hosts`},
		{"merging what is no block", smallest + "admin: { <<: [a, { token: x }] }\ndrain: { <<: 5 }\n", `afterburner.yaml:3:15: admin.<<[0]: want a block, got text
afterburner.yaml:4:14: drain.<<: want a block or a list of blocks, got a number`},
		{"a block that merges itself", smallest + "admin: &a { <<: *a }\n", ""},
		{"a list that holds itself", "upstreams: { api: { targets: [\"http://127.0.0.1:9000\"] } }\nroutes: &r [*r]\n", `afterburner.yaml:2:13: routes[0]: want a block, got a list`},
	})
}
