package config

import "testing"

func TestWarnings(t *testing.T) {
	testFaults(t, []faultRow{
		{"ignore_credentials beside a private path", api + `  - { path: "/Users/{id}", upstream: api, cache: { ignore_credentials: [Cookie] } }
  - { path: /v1/me/orders, upstream: api, cache: { ignore_credentials: [Cookie], mode: off } }
  - { path: /products, upstream: api, cache: { ignore_credentials: [Cookie] } }
  - { path: "/shop/{me}", upstream: api, cache: { ignore_credentials: [Cookie] } }
`, `afterburner.yaml:3:72: routes[0].cache.ignore_credentials: "Users" in the path sounds private: one user's answer would go to all; remove this unless it is the same for all`},
		{"methods that never come", api + "  - { path: /, upstream: api, methods: [CONNECT, TRACE, GET] }\n", `afterburner.yaml:3:41: routes[0].methods[0]: CONNECT requests are refused before a route is looked for, and never come here; remove it
afterburner.yaml:3:50: routes[0].methods[1]: TRACE requests are refused before a route is looked for, and never come here; remove it`},
		{"a ttl for what is not stored", api + "  - { path: /, upstream: api, methods: [POST], cache: { ttl: 5s } }\n", `afterburner.yaml:3:62: routes[0].cache.ttl: has no effect: answers to GET and HEAD are stored, and methods has neither; remove it`},
		{"what a batch has no use for", api + `  - { path: /, upstream: api }
  - { path: /b, methods: [GET], batch: { allow: [/a] }, rewrite: /c, cache: {}, coalesce: {}, compress: {} }
  - { path: /d, methods: [POST], batch: { allow: [/a] }, coalesce: false, compress: false }
`, `afterburner.yaml:4:26: routes[1].methods: batches are sent with POST, which is not among them; add it
afterburner.yaml:4:66: routes[1].rewrite: has no effect on a batch: its items go through the other routes; remove it
afterburner.yaml:4:77: routes[1].cache: has no effect on a batch: its items go through the other routes; remove it
afterburner.yaml:4:91: routes[1].coalesce: has no effect on a batch: its items go through the other routes; remove it
afterburner.yaml:4:105: routes[1].compress: has no effect on a batch: its answer is not compressed; remove it`},
		{"items that nobody answers", api + `  - { path: "/a/{id}", upstream: api }
  - { path: "/e/{$}", upstream: api }
  - { path: /batch, batch: { allow: [/a/1, /a, "/{x}/{y}", /a/, /b/1, /batch, "/e/{x}", "/e/{$}", "/{x}/{$}"] } }
`, `afterburner.yaml:5:44: routes[2].batch.allow[1]: no route takes "/a", and items that ask for it get 404; add a route or remove it
afterburner.yaml:5:65: routes[2].batch.allow[4]: no route takes "/b/1", and items that ask for it get 404; add a route or remove it
afterburner.yaml:5:71: routes[2].batch.allow[5]: no route takes "/batch", and items that ask for it get 404; add a route or remove it
afterburner.yaml:5:79: routes[2].batch.allow[6]: no route takes "/e/{x}", and items that ask for it get 404; add a route or remove it`},
		{"credentials that forget the usual ones", smallest + "credentials: [X-Session]\n", `afterburner.yaml:3:14: credentials: leaves out Authorization and Cookie: what the API answers to one user by it may go to all; add it unless the API ignores it`},
		{"credentials in another case", smallest + "credentials: [authorization, COOKIE]\n", ""},
	})
}
