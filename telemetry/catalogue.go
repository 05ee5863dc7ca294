package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Metric describes one metric of the gateway.
type Metric struct {
	// Name as it is scraped.
	Name string
	// Help is one sentence.
	Help string
	// Type is counter, gauge or histogram.
	Type string
	// Labels in their order; empty for a metric without any.
	Labels []string
}

// Reference lists every metric of our own, in the order of definition. The Go
// runtime's go_* and the process_* metrics come beside them, from their collectors.
func Reference() []Metric {
	return New(Options{}).catalogue.metrics
}

// A catalogue defines metrics: it registers each and keeps its description, so
// that the reference cannot differ from what is scraped.
type catalogue struct {
	registry *prometheus.Registry
	metrics  []Metric
}

func (c *catalogue) note(name, help, kind string, labels []string) {
	c.metrics = append(c.metrics, Metric{Name: name, Help: help, Type: kind, Labels: labels})
}

func (c *catalogue) counter(name, help string) prometheus.Counter {
	c.note(name, help, "counter", nil)
	m := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	c.registry.MustRegister(m)
	return m
}

func (c *catalogue) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c.note(name, help, "counter", labels)
	m := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	c.registry.MustRegister(m)
	return m
}

// durations is a classic histogram in seconds with the buckets that the
// semantic conventions recommend for HTTP.
func (c *catalogue) durations(name, help string, labels ...string) *prometheus.HistogramVec {
	c.note(name, help, "histogram", labels)
	m := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: name, Help: help,
		Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10},
	}, labels)
	c.registry.MustRegister(m)
	return m
}

// gauge is read when it is scraped.
func (c *catalogue) gauge(name, help string, read func() float64) {
	c.note(name, help, "gauge", nil)
	c.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// info is a gauge that is always 1 and speaks by its labels.
func (c *catalogue) info(name, help string, labels, values []string) {
	c.note(name, help, "gauge", labels)
	m := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	m.WithLabelValues(values...).Set(1)
	c.registry.MustRegister(m)
}

// observed is a gauge of which the owner gives the value through a collector.
func (c *catalogue) observed(name, help string) *prometheus.Desc {
	c.note(name, help, "gauge", nil)
	return prometheus.NewDesc(name, help, nil, nil)
}
