package telemetry

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// reloads is how taking over configurations went. A process that counts has
// loaded its first one, so it begins with a success that is no reload.
type reloads struct {
	failed atomic.Bool
	// success is when a configuration was taken over last, in Unix nanoseconds.
	success            atomic.Int64
	succeeded, refused prometheus.Counter
}

func (r *reloads) define(c *catalogue) {
	r.success.Store(time.Now().UnixNano())
	c.gauge("afterburner_config_last_reload_successful",
		"1 when the newest attempt to load a configuration succeeded, else 0.", func() float64 {
			if r.failed.Load() {
				return 0
			}
			return 1
		})
	c.gauge("afterburner_config_last_reload_success_timestamp_seconds",
		"When a configuration was loaded last, in Unix time.",
		func() float64 { return float64(r.success.Load()) / float64(time.Second) })
	counted := c.counters("afterburner_config_reloads_total",
		"Attempts to replace the running configuration, by result.", "result")
	// Both are there from the beginning: a rate needs the zero.
	r.succeeded, r.refused = counted.WithLabelValues("success"), counted.WithLabelValues("failure")
}

// Reloaded tells how an attempt to replace the running configuration went; the
// first load at the start is none. at is when it ended.
func (t *Telemetry) Reloaded(ok bool, at time.Time) {
	t.reloads.failed.Store(!ok)
	if !ok {
		t.reloads.refused.Inc()
		return
	}
	t.reloads.success.Store(at.UnixNano())
	t.reloads.succeeded.Inc()
}
