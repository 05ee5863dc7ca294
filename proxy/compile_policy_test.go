package proxy

import (
	"reflect"
	"testing"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/config"
)

// What a route's cache block says is what the cache is told.
func TestCompilePolicy(t *testing.T) {
	const top = "upstreams: { api: { targets: [\"http://127.0.0.1:9\"] } }\nroutes:\n  - path: /\n    upstream: api\n"
	rows := []struct {
		name, block string
		want        cache.Policy
	}{
		{"nothing", "", cache.Policy{}},
		{"stale answers", "    cache: { stale_while_revalidate: 30s, stale_if_error: 10m }\n",
			cache.Policy{StaleWhileRevalidate: 30 * time.Second, StaleIfError: 10 * time.Minute, StaleIfErrorGiven: true}},
		{"no stale answers", "    cache: { stale_if_error: 0s }\n", cache.Policy{StaleIfErrorGiven: true}},
		{"the ttl of statuses", "    cache: { ttl: 1m, status_ttl: { 404: 5s, 503: 0s } }\n",
			cache.Policy{TTL: time.Minute, StatusTTL: map[int]time.Duration{404: 5 * time.Second, 503: 0}}},
		{"who is heard", "    cache: { client_directives: ignore, targets: [A-Cache-Control] }\n",
			cache.Policy{IgnoreClient: true, Targets: []string{"A-Cache-Control"}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, faults := config.Parse("f", []byte(top+row.block), func(string) (string, bool) { return "", false })
			if err := faults.Err(); err != nil {
				t.Fatal(err)
			}
			p := compilePolicy(c, &c.Routes[0], &route{request: &headerRules{}})
			got := cache.Policy{
				TTL: p.TTL, StatusTTL: p.StatusTTL, Targets: p.Targets, IgnoreClient: p.IgnoreClient,
				StaleWhileRevalidate: p.StaleWhileRevalidate, StaleIfError: p.StaleIfError, StaleIfErrorGiven: p.StaleIfErrorGiven,
			}
			if len(got.StatusTTL) == 0 {
				got.StatusTTL = nil
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
		})
	}
}
