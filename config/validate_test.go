package config

import "testing"

func TestListenerFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"addresses", smallest + "listen: \"8080\"\nadmin: { listen: \"127.0.0.1:99999\" }\n", `afterburner.yaml:3:9: listen: "8080" is not an address; write host:port, like 127.0.0.1:8080 or :8080
afterburner.yaml:4:18: admin.listen: "127.0.0.1:99999" has no valid port; write a number from 0 to 65535`},
		{"addresses, hosts", smallest + "listen: \"a b:80\"\nadmin: { listen: \"127.0.0.1:http\" }\n", `afterburner.yaml:3:9: listen: "a b:80" has no valid host; write an IP address or a host name before the port, or nothing
afterburner.yaml:4:18: admin.listen: "127.0.0.1:http" has no valid port; write a number from 0 to 65535`},
		{"admin for all without a token", smallest + "admin: { listen: \":9901\" }\n", `afterburner.yaml:3:18: admin.listen: ":9901" can be reached from other machines; set admin.token, or listen on 127.0.0.1`},
		{"admin for all with an empty token", smallest + "admin: { listen: \"0.0.0.0:9901\", token: \"${EMPTY:-}\" }\n", `afterburner.yaml:3:18: admin.listen: "0.0.0.0:9901" can be reached from other machines; set admin.token, or listen on 127.0.0.1`},
		{"admin for all with a token", smallest + "admin: { listen: \":9901\", token: abc }\n", ""},
		{"admin on loopback", smallest + "admin: { listen: \"[::1]:9901\" }\n", ""},
		{"admin on localhost", smallest + "admin: { listen: \"localhost:0\", token: \"${EMPTY}\" }\n", ""},
		{"one address for both", smallest + "listen: \"127.0.0.1:80\"\nadmin: { listen: \"127.0.0.1:80\" }\n", `afterburner.yaml:4:18: admin.listen: "127.0.0.1:80" is the address of listen too; choose another port`},
		{"a token with a line end", smallest + "admin: { token: \"abc\\n\" }\n", `afterburner.yaml:3:17: admin.token: holds a space, a line end or another character that no Authorization field carries; remove it`},
	})
}

func TestLimitFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"limits", smallest + `limits: { request_body: 0B, header: 1000B, connections: 0, header_timeout: 0s, idle_timeout: 0s, request_timeout: 0s }
drain: { delay: 0s, timeout: 0s }
telemetry: { access_log: { output: "" } }
`, `afterburner.yaml:3:25: limits.request_body: 0B is too little; write 1B or more
afterburner.yaml:3:37: limits.header: 1000B is too little; write 1KiB or more
afterburner.yaml:3:57: limits.connections: 0 is too little; write 1 or more
afterburner.yaml:3:76: limits.header_timeout: 0s is no time at all; write more than 0s
afterburner.yaml:3:94: limits.idle_timeout: 0s is no time at all; write more than 0s
afterburner.yaml:3:115: limits.request_timeout: 0s is no time at all; write more than 0s
afterburner.yaml:4:30: drain.timeout: 0s is no time at all; write more than 0s
afterburner.yaml:5:36: telemetry.access_log.output: is empty; write stdout, stderr or the path of a file`},
		{"a small store", smallest + "store: { memory: 1000KiB, max_object: 0B }\n", `afterburner.yaml:3:18: store.memory: 1000KiB is too little; write 1MiB or more
afterburner.yaml:3:39: store.max_object: 0B is too little; write 1B or more`},
		{"no store", smallest + "store: { memory: 0B }\n", `afterburner.yaml:3:18: store.memory: 0B is too little; write 1MiB or more`},
		{"an object larger than the store", smallest + "store: { memory: 4MiB, max_object: 5MiB }\n", `afterburner.yaml:3:36: store.max_object: 5MiB is more than store.memory; lower it or raise that`},
		{"the usual object is larger than the store", smallest + "store: { memory: 4MiB }\n", `afterburner.yaml:3:18: store.memory: 4MiB is less than store.max_object, which is 8MiB; raise it or set that lower`},
		{"a large object and the automatic store", smallest + "store: { max_object: 5GiB }\n", ""},
		{"credentials", smallest + "credentials: [\"X Key\", \"\"]\n", `afterburner.yaml:3:15: credentials[0]: "X Key" is not a field name; write one like X-Api-Key
afterburner.yaml:3:24: credentials[1]: "" is not a field name; write one like X-Api-Key`},
		{"proxies that are trusted", smallest + "trusted_proxies: [10.0.0.1, \"fd00::1\", all, 10.0.0.0/8]\n", `afterburner.yaml:3:19: trusted_proxies[0]: "10.0.0.1" is an address and no network; write 10.0.0.1/32
afterburner.yaml:3:29: trusted_proxies[1]: "fd00::1" is an address and no network; write fd00::1/128
afterburner.yaml:3:40: trusted_proxies[2]: "all" is no network; write 10.0.0.0/8 or fd00::/8`},
		{"no credentials", smallest + "credentials: []\n", ""},
	})
}

func TestUpstreamFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"neither upstream nor route", "{}\n", `afterburner.yaml:1:1: upstreams: there is no upstream; write upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
afterburner.yaml:1:1: routes: there is no route; write routes: [{ path: "/", upstream: api }]`},
		{"no targets", "upstreams: { api: {}, web: { targets: [] } }\nroutes: [{ path: /, upstream: api }]\n", `afterburner.yaml:1:19: upstreams.api.targets: there is no target; write targets: ["http://127.0.0.1:9000"]
afterburner.yaml:1:39: upstreams.web.targets: there is no target; write targets: ["http://127.0.0.1:9000"]`},
		{"TLS", `upstreams:
  api:
    targets: ["https://api.example.com"]
    tls: { ca: /no/ca.pem, server_name: "a b", cert: units.go }
  web: { targets: ["https://web.example.com"], tls: { key: units.go } }
  old: { targets: ["http://old.example.com"], tls: { insecure_skip_verify: true } }
routes: [{ path: /, upstream: api }]
`, `afterburner.yaml:4:16: upstreams.api.tls.ca: "/no/ca.pem" cannot be read; name a file in PEM that the gateway may read
afterburner.yaml:4:41: upstreams.api.tls.server_name: "a b" is not a host name; write one like api.example.com
afterburner.yaml:4:54: upstreams.api.tls.cert: has no key; name its file as key
afterburner.yaml:5:60: upstreams.web.tls.key: has no certificate; name its file as cert
afterburner.yaml:6:52: upstreams.old.tls: no target asks for TLS; write them as https://host:port or remove the block
afterburner.yaml:6:76: upstreams.old.tls.insecure_skip_verify: believes anybody who answers; whoever stands between can read and change everything`},
		{"tries", "upstreams: { api: { targets: [\"http://a\"], retry: { attempts: 0 } } }\nroutes: [{ path: /, upstream: api }]\n", `afterburner.yaml:1:63: upstreams.api.retry.attempts: 0 is too little; write 1 or more`},
		{"PROXY headers from nobody", smallest + "proxy_protocol: true\n", `afterburner.yaml:3:17: proxy_protocol: nobody may send PROXY headers; name the proxies in trusted_proxies`},
		{"an upstream without a name", "upstreams: { \"\": { targets: [\"http://a\"] } }\nroutes: [{ path: /, upstream: \"\" }]\n", `afterburner.yaml:1:18: upstreams."": the name is empty; give the upstream one, like api`},
		{"targets", `upstreams:
  api:
    targets:
      - 127.0.0.1:9000
      - api.example.com
      - tcp://a
      - http:a
      - https://api.example.com
      - http://api.example.com/
      - http://api.example.com/v1
      - http://api.example.com?a=b
      - http://api.example.com#a
      - http://user:hunter2@api.example.com
      - "http://user:hunter2@%zz"
      - http://:9000
      - http://a_b.example.com:65535
      - http://a..b
      - http://a:0
      - http://a:65536
      - "http://a:"
      - ""
routes: [{ path: /, upstream: api }]
`, `afterburner.yaml:4:9: upstreams.api.targets[0]: "127.0.0.1:9000" is not a target; write http://host:port
afterburner.yaml:5:9: upstreams.api.targets[1]: "api.example.com" is not a target; write http://host:port
afterburner.yaml:6:9: upstreams.api.targets[2]: "tcp://a" is not a target; write http://host:port
afterburner.yaml:7:9: upstreams.api.targets[3]: "http:a" is not a target; write http://host:port
afterburner.yaml:9:9: upstreams.api.targets[5]: "http://api.example.com/" has a path; remove it, and put it in front of the rewrite of the routes that need it
afterburner.yaml:10:9: upstreams.api.targets[6]: "http://api.example.com/v1" has a path; remove it, and put it in front of the rewrite of the routes that need it
afterburner.yaml:11:9: upstreams.api.targets[7]: "http://api.example.com?a=b" has a query or a fragment; remove it
afterburner.yaml:12:9: upstreams.api.targets[8]: "http://api.example.com#a" has a query or a fragment; remove it
afterburner.yaml:13:9: upstreams.api.targets[9]: the address holds a user name or a password, which would not be sent; remove it
afterburner.yaml:14:9: upstreams.api.targets[10]: the address is not a target; write http://host:port
afterburner.yaml:15:9: upstreams.api.targets[11]: "http://:9000" has no valid host; write http://host:port
afterburner.yaml:17:9: upstreams.api.targets[13]: "http://a..b" has no valid host; write http://host:port
afterburner.yaml:18:9: upstreams.api.targets[14]: "http://a:0" has no valid port; write a number from 1 to 65535, or no colon for the usual one
afterburner.yaml:19:9: upstreams.api.targets[15]: "http://a:65536" has no valid port; write a number from 1 to 65535, or no colon for the usual one
afterburner.yaml:20:9: upstreams.api.targets[16]: "http://a:" has no valid port; write a number from 1 to 65535, or no colon for the usual one
afterburner.yaml:21:9: upstreams.api.targets[17]: "" is not a target; write http://host:port`},
		{"hosts", `upstreams:
  a: { targets: ["http://a"], host: "a b" }
  b: { targets: ["http://a"], host: "a:b" }
  c: { targets: ["http://a"], host: "http://a" }
  d: { targets: ["http://a"], host: "" }
  e: { targets: ["http://a"], host: "::1" }
  f: { targets: ["http://a"], host: "[::1]" }
  g: { targets: ["http://a"], host: "a.example.com:80" }
  h: { targets: ["http://a"], host: target }
routes: [{ path: /, upstream: a }]
`, `afterburner.yaml:2:37: upstreams.a.host: "a b" is not a host name; write keep, target or a name like api.example.com
afterburner.yaml:3:37: upstreams.b.host: "a:b" is not a host name; write keep, target or a name like api.example.com
afterburner.yaml:4:37: upstreams.c.host: "http://a" is not a host name; write keep, target or a name like api.example.com
afterburner.yaml:5:37: upstreams.d.host: "" is not a host name; write keep, target or a name like api.example.com
afterburner.yaml:6:37: upstreams.e.host: "::1" is not a host name; write keep, target or a name like api.example.com`},
		{"times and pools", `upstreams:
  api:
    targets: ["http://a"]
    timeout: { connect: 0s, response: 0s }
    pool: { max_connections: 0, idle: 0s, max_waiting: -1, wait: 0s }
routes: [{ path: /, upstream: api }]
`, `afterburner.yaml:4:25: upstreams.api.timeout.connect: 0s is no time at all; write more than 0s
afterburner.yaml:4:39: upstreams.api.timeout.response: 0s is no time at all; write more than 0s
afterburner.yaml:5:30: upstreams.api.pool.max_connections: 0 is too little; write 1 or more
afterburner.yaml:5:39: upstreams.api.pool.idle: 0s is no time at all; write more than 0s
afterburner.yaml:5:56: upstreams.api.pool.max_waiting: -1 is too little; write 0 or more`},
		{"one that no route uses", `upstreams: { api: { targets: ["http://a"] }, web: { targets: ["http://a"] } }
routes: [{ path: /, upstream: api }]
`, `afterburner.yaml:1:51: upstreams.web: no route uses this upstream; remove it or name it in a route`},
	})
}

// api is a file but for its routes.
const api = "upstreams: { api: { targets: [\"http://127.0.0.1:9000\"] } }\nroutes:\n"

func TestRouteFaults(t *testing.T) {
	testFaults(t, []faultRow{
		{"nothing in it", api + "  - {}\n", `afterburner.yaml:3:5: routes[0].upstream: is required; name the upstream that answers
afterburner.yaml:3:5: routes[0].path: a path is missing; write "/" to take everything`},
		{"an upstream that is not there", api + "  - { path: /a, upstream: apo }\n  - { path: /b, upstream: web }\n  - { path: /c, upstream: \"\" }\n", `afterburner.yaml:3:27: routes[0].upstream: there is no upstream "apo"; did you mean "api"?
afterburner.yaml:4:27: routes[1].upstream: there is no upstream "web"
afterburner.yaml:5:27: routes[2].upstream: there is no upstream ""`},
		{"no upstreams: one fault is enough", "routes: [{ path: /, upstream: api }]\n", `afterburner.yaml:1:1: upstreams: there is no upstream; write upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }`},
		{"pattern", api + `  - { path: products, host: "*", upstream: api }
  - { path: "/{id", host: api.example.com:80, upstream: api }
`, `afterburner.yaml:3:13: routes[0].path: "products" does not start with /; write /products
afterburner.yaml:3:29: routes[0].host: "*": leave host out to take any host
afterburner.yaml:4:13: routes[1].path: "/{id": "{id": a wildcard is one whole segment in one pair of braces, like /{id}/; write %7B or %7D for a brace that is meant
afterburner.yaml:4:27: routes[1].host: "api.example.com:80": a host is matched without its port; leave out the : and what follows`},
		{"methods", api + `  - { path: /a, methods: [get, "", GET], upstream: api }
  - { path: /b, methods: [GET, GET], upstream: api }
  - { path: /c, methods: [], upstream: api }
`, `afterburner.yaml:3:27: routes[0].methods[0]: "get": methods are case-sensitive; write GET
afterburner.yaml:3:32: routes[0].methods[1]: "" is no method; write one like GET
afterburner.yaml:4:26: routes[1].methods: GET is there twice; write it once
afterburner.yaml:5:26: routes[2].methods: is empty; name a method, or remove the key to take all`},
		{"rewrite", api + `  - { path: "/{id}", rewrite: v1, upstream: api }
  - { path: "/a/{id}", rewrite: "/v1/{name}", upstream: api }
  - { path: "/b/{id}", rewrite: "/v1?id={id}", upstream: api }
  - { path: "/c/{id}", rewrite: "", upstream: api }
`, `afterburner.yaml:3:31: routes[0].rewrite: "v1" does not start with /; write /v1
afterburner.yaml:4:33: routes[1].rewrite: "/v1/{name}": {name} is not in the path /a/{id}; use one of its wildcards or add it there
afterburner.yaml:5:33: routes[2].rewrite: "/v1?id={id}": the query is kept as the client sent it; leave out the ?
afterburner.yaml:6:33: routes[3].rewrite: "" does not start with /; write /`},
		{"conflict, at the later", api + `  - { path: "/a/{x}", upstream: api }
  - { path: /b, upstream: api }
  - { path: "/{y}/b", upstream: api }
  - { path: /b, upstream: api }
`, `afterburner.yaml:5:13: routes[2].path: /{y}/b conflicts with routes[0] (/a/{x}): both match /a/b and neither is more specific; narrow one of them, or give them different methods
afterburner.yaml:6:13: routes[3].path: /b conflicts with routes[1] (/b): both match /b in the same way; remove one, or give them different methods or hosts`},
		{"two of one name", api + "  - { name: a, path: /a, upstream: api }\n  - { name: a, path: /b, upstream: api }\n", `afterburner.yaml:4:13: routes[1].name: "a" is the name of routes[0] too; choose another`},
		{"cache", api + `  - { path: /a, upstream: api, cache: { mode: override } }
  - { path: /b, upstream: api, cache: { mode: override, ttl: 0s } }
  - { path: /c, upstream: api, cache: { ignore_credentials: [cookie, X-Api, Accept] } }
  - { path: /d, upstream: api, cache: { key: { headers: ["a:"], cookies: ["a="], query: { ignore: ["*a", ""], allow: ["*", "a*b"] } } } }
`, `afterburner.yaml:3:39: routes[0].cache.ttl: mode override needs a ttl of more than 0s; write one, like 30s
afterburner.yaml:4:62: routes[1].cache.ttl: mode override needs a ttl of more than 0s; write one, like 30s
afterburner.yaml:5:70: routes[2].cache.ignore_credentials[1]: "X-Api" is not one of credentials
afterburner.yaml:5:77: routes[2].cache.ignore_credentials[2]: "Accept" is not one of credentials
afterburner.yaml:6:58: routes[3].cache.key.headers[0]: "a:" is not a field name; write one like X-Api-Key
afterburner.yaml:6:75: routes[3].cache.key.cookies[0]: "a=" is not a cookie name; write one like session
afterburner.yaml:6:100: routes[3].cache.key.query.ignore[0]: "*a": a * stands only at the end; write a name or a beginning like utm_*
afterburner.yaml:6:106: routes[3].cache.key.query.ignore[1]: is empty; write the name of a parameter
afterburner.yaml:6:124: routes[3].cache.key.query.allow[1]: "a*b": a * stands only at the end; write a name or a beginning like utm_*`},
		{"the ttl of statuses", api + `  - { path: /a, upstream: api, cache: { status_ttl: { 404: 5, "099": 1s, 304: 1s, 4e2: 1s, 600: 1s, ok: 1s } } }
`, `afterburner.yaml:3:60: routes[0].cache.status_ttl.404: "5" has no unit; write 5s, 250ms or 1h
afterburner.yaml:3:70: routes[0].cache.status_ttl.099: "099" is not a status; write one from 200 to 599, like 404
afterburner.yaml:3:79: routes[0].cache.status_ttl.304: answers of status 304 are never stored; remove it
afterburner.yaml:3:88: routes[0].cache.status_ttl.4e2: "4e2" is not a status; write one from 200 to 599, like 404
afterburner.yaml:3:97: routes[0].cache.status_ttl.600: "600" is not a status; write one from 200 to 599, like 404
afterburner.yaml:3:105: routes[0].cache.status_ttl.ok: "ok" is not a status; write one from 200 to 599, like 404`},
		{"stale answers and who is heard", api + `  - { path: /a, upstream: api, cache: { stale_if_error: 5, stale_while_revalidate: -1s, client_directives: honor, targets: [cache-control, "a b"] } }
`, `afterburner.yaml:3:57: routes[0].cache.stale_if_error: "5" has no unit; write 5s, 250ms or 1h
afterburner.yaml:3:84: routes[0].cache.stale_while_revalidate: "-1s" is negative; write 5s, 250ms or 1h
afterburner.yaml:3:108: routes[0].cache.client_directives: "honor" is not honour or ignore; did you mean "honour"?
afterburner.yaml:3:125: routes[0].cache.targets[0]: "cache-control" is heard anyway, behind the others; name a field like Afterburner-Cache-Control
afterburner.yaml:3:140: routes[0].cache.targets[1]: "a b" is not a field name; write one like X-Api-Key`},
		{"methods keyed by their body", api + "  - { path: /a, upstream: api, cache: { methods: { POST: hash, QUERY: body, GET: body, post: body } } }\n", `afterburner.yaml:3:58: routes[0].cache.methods.POST: "hash" is not body
afterburner.yaml:3:82: routes[0].cache.methods.GET: "GET" cannot be keyed by its body; write POST or QUERY
afterburner.yaml:3:94: routes[0].cache.methods.post: "post" cannot be keyed by its body; write POST or QUERY`},
		{"a ttl without a use", api + "  - { path: /, upstream: api, cache: { mode: off, ttl: 5s } }\n", `afterburner.yaml:3:56: routes[0].cache.ttl: has no effect with mode off; remove one of the two`},
		{"compress and coalesce", api + `  - { path: /, upstream: api, coalesce: { wait: 0s }, compress: { encodings: [], types: [json, "*/*", "a/b*", "*+", "", "text/html; charset=utf-8"] } }
`, `afterburner.yaml:3:49: routes[0].coalesce.wait: 0s is no time at all; write more than 0s
afterburner.yaml:3:78: routes[0].compress.encodings: is empty; name an encoding, or write compress: false
afterburner.yaml:3:90: routes[0].compress.types[0]: "json" is not a media type; write one like application/json, text/* or *+json
afterburner.yaml:3:96: routes[0].compress.types[1]: "*/*" is not a media type; write one like application/json, text/* or *+json
afterburner.yaml:3:103: routes[0].compress.types[2]: "a/b*" is not a media type; write one like application/json, text/* or *+json
afterburner.yaml:3:111: routes[0].compress.types[3]: "*+" is not a media type; write one like application/json, text/* or *+json
afterburner.yaml:3:117: routes[0].compress.types[4]: "" is not a media type; write one like application/json, text/* or *+json
afterburner.yaml:3:121: routes[0].compress.types[5]: "text/html; charset=utf-8" is not a media type; write one like application/json, text/* or *+json`},
		{"batch", api + `  - { path: /, upstream: api }
  - { path: /a, batch: {} }
  - { path: /b, upstream: api, batch: { allow: [/products/, users, "/{id}"] } }
  - { path: /c, batch: { allow: [/], max_items: 0, concurrency: 0, max_body: 0B, max_response: 0B, timeout: 0s } }
`, `afterburner.yaml:4:24: routes[1].batch.allow: is required; list the paths that items may ask for, like ["/products/"]
afterburner.yaml:5:27: routes[2].upstream: a batch route has no upstream, its items go through the other routes; remove it
afterburner.yaml:5:61: routes[2].batch.allow[1]: "users" does not start with /; write /users
afterburner.yaml:6:49: routes[3].batch.max_items: 0 is too little; write 1 or more
afterburner.yaml:6:65: routes[3].batch.concurrency: 0 is too little; write 1 or more
afterburner.yaml:6:78: routes[3].batch.max_body: 0B is too little; write 1B or more
afterburner.yaml:6:96: routes[3].batch.max_response: 0B is too little; write 1B or more
afterburner.yaml:6:109: routes[3].batch.timeout: 0s is no time at all; write more than 0s`},
		{"batches alone", "routes: [{ path: /, batch: { allow: [/] } }]\n", `afterburner.yaml:1:38: routes[0].batch.allow[0]: no route takes "/", and items that ask for it get 404; add a route or remove it`},
	})
}
