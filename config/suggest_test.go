package config

import "testing"

func TestDidYouMean(t *testing.T) {
	testFaults(t, []faultRow{
		{"two letters that changed places", api + "  - { path: /, upstream: api, hsot: a }\n", `afterburner.yaml:3:31: routes[0].hsot: unknown key; did you mean "host"?`},
		{"the key of a block, without the block", api + "  - { path: /, upstream: api, ttl: 5s }\n", `afterburner.yaml:3:31: routes[0].ttl: unknown key here; move it to defaults.cache.ttl or routes[].cache.ttl`},
		{"a key of several other blocks", smallest + "timeout: 5s\n", `afterburner.yaml:3:1: timeout: unknown key here; move it to drain.timeout, upstreams.NAME.timeout or routes[].batch.timeout`},
		{"a word whose letters changed places", api + "  - { path: /, upstream: api, cache: { mode: fof } }\n", `afterburner.yaml:3:46: routes[0].cache.mode: "fof" is not rfc9111, override or off; did you mean "off"?`},
		{"false where a word says so", api + "  - { path: /, upstream: api, cache: { mode: false } }\n", `afterburner.yaml:3:46: routes[0].cache.mode: "false" is not rfc9111, override or off`},
		{"off where a block has a word for it", smallest + "telemetry: { access_log: off }\n", `afterburner.yaml:3:26: telemetry.access_log: want a block, got off; write { format: off }`},
		{"a credential", api + "  - { path: /, upstream: api, cache: { ignore_credentials: [Coookie] } }\n", `afterburner.yaml:3:61: routes[0].cache.ignore_credentials[0]: "Coookie" is not one of credentials; did you mean "Cookie"?`},
	})
}
