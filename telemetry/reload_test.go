package telemetry

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestReloadsAreScraped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // time stands at 2000-01-01 00:00 UTC
		tel := New(Options{})
		started := time.Now()
		for _, row := range []struct {
			name string
			do   func()
			want string
		}{
			{"the start is a success, but no reload", func() {}, `
afterburner_config_last_reload_success_timestamp_seconds 9.466848e+08
afterburner_config_last_reload_successful 1
afterburner_config_reloads_total{result="failure"} 0
afterburner_config_reloads_total{result="success"} 0
`},
			{"a bad file keeps the time of the last good one", func() { tel.Reloaded(false, started.Add(30*time.Second)) }, `
afterburner_config_last_reload_success_timestamp_seconds 9.466848e+08
afterburner_config_last_reload_successful 0
afterburner_config_reloads_total{result="failure"} 1
afterburner_config_reloads_total{result="success"} 0
`},
			{"a good one after it", func() { tel.Reloaded(true, started.Add(60500*time.Millisecond)) }, `
afterburner_config_last_reload_success_timestamp_seconds 9.466848605e+08
afterburner_config_last_reload_successful 1
afterburner_config_reloads_total{result="failure"} 1
afterburner_config_reloads_total{result="success"} 1
`},
		} {
			row.do()
			t.Log(row.name)
			expect(t, samples(scrape(t, tel, ""), "afterburner_config"), row.want)
		}
	})
}
