package telemetry

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// StoreStats is the state of the cache's store.
type StoreStats struct {
	// Bytes held, all overhead counted; Budget is what they may be.
	Bytes, Budget int64
	// Entries is the number of stored answers.
	Entries int64
}

// A storeCollector asks the store once a scrape.
type storeCollector struct {
	read                   atomic.Pointer[func() StoreStats]
	bytes, entries, budget *prometheus.Desc
}

// ObserveStore tells where the state of the store is read at each scrape; until
// then its gauges are absent. A later call replaces an earlier one. read is
// called from any goroutine and must be quick.
func (t *Telemetry) ObserveStore(read func() StoreStats) {
	t.store.read.Store(&read)
}

func (s *storeCollector) define(c *catalogue) {
	s.bytes = c.observed("afterburner_cache_bytes", "Bytes in the store, all overhead counted.")
	s.entries = c.observed("afterburner_cache_entries", "Answers in the store.")
	s.budget = c.observed("afterburner_cache_budget_bytes", "Bytes that the store may hold.")
	c.registry.MustRegister(s)
}

// Describe implements prometheus.Collector.
func (s *storeCollector) Describe(to chan<- *prometheus.Desc) {
	to <- s.bytes
	to <- s.entries
	to <- s.budget
}

// Collect implements prometheus.Collector.
func (s *storeCollector) Collect(to chan<- prometheus.Metric) {
	read := s.read.Load()
	if read == nil {
		return
	}
	stats := (*read)()
	gauge := func(desc *prometheus.Desc, n int64) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n))
	}
	gauge(s.bytes, stats.Bytes)
	gauge(s.entries, stats.Entries)
	gauge(s.budget, stats.Budget)
}
