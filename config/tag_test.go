package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestTagFaults(t *testing.T) {
	file := func(tags string) string {
		return `upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }
routes:
  - path: /products/{id}
    upstream: api
    cache:
      tags: ` + tags + "\n"
	}
	many := strings.TrimSuffix(strings.Repeat("t, ", MaxTags+1), ", ")
	testFaults(t, []faultRow{
		{"tags", file(`[products, "product:{id}", "on sale", "a{{b}}"]`), ""},
		{"no tags", file(`[]`), ""},
		{"an empty tag", file(`[""]`), `afterburner.yaml:6:14: routes[0].cache.tags[0]: is empty; write a name, like products`},
		{"a name that is close", file(`["product:{idd}"]`), `afterburner.yaml:6:14: routes[0].cache.tags[0]: "{idd}" is not known; did you mean {id}?`},
		{"a variable", file(`[a, "host:{host}"]`), `afterburner.yaml:6:17: routes[0].cache.tags[1]: "{host}" is not in the path /products/{id}; use one of its wildcards or add it there`},
		{"not closed", file(`["{id"]`), `afterburner.yaml:6:14: routes[0].cache.tags[0]: a { is not closed; write {name}, or {{ for a brace`},
		{"too many", file("[" + many + "]"), fmt.Sprintf(`afterburner.yaml:6:13: routes[0].cache.tags: has %d tags; write at most %d`, MaxTags+1, MaxTags)},
	})
}
