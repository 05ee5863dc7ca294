package config_test

import (
	"fmt"
	"os"

	"github.com/afterburner-gateway/afterburner/config"
)

func ExampleParse() {
	_, faults := config.Parse("afterburner.yaml", []byte(`
upstreams:
  api: { targets: ["http://127.0.0.1:9000"] }
  web: { targets: ["http://127.0.0.1:9001"] }
routes:
  - path: /products/{id}
    upstream: apo
    cache: { ttl: 30s, mod: override }
  - path: /
    upstream: web
    coalesce: { wait: 10 }
`), os.LookupEnv)
	fmt.Println(faults.Err())
	// Output:
	// afterburner.yaml:7:15: routes[0].upstream: there is no upstream "apo"; did you mean "api"?
	// afterburner.yaml:8:24: routes[0].cache.mod: unknown key; did you mean "mode"?
	// afterburner.yaml:11:23: routes[1].coalesce.wait: "10" has no unit; write 5s, 250ms or 1h
}
