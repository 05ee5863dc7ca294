package telemetry

import (
	dto "github.com/prometheus/client_model/go"
)

// Savings are what clients asked for and the origin did not have to do, since the
// process began.
type Savings struct {
	Requests, Hits, Collapsed, OriginRequests, BytesSaved int64
}

// Savings adds up the metrics. It gathers them all: not for the request path.
func (t *Telemetry) Savings() Savings {
	families, _ := t.catalogue.registry.Gather() // a part is still worth telling
	var s Savings
	for _, f := range families {
		for _, m := range f.GetMetric() {
			n := int64(m.GetCounter().GetValue())
			switch f.GetName() {
			case "afterburner_cache_requests_total":
				s.Requests += n
				s.count(labelValue(m, "result"), n)
			case "afterburner_origin_requests_total":
				s.OriginRequests += n
			case "afterburner_cache_bytes_saved_total":
				s.BytesSaved += n
			}
		}
	}
	return s
}

func (s *Savings) count(result string, n int64) {
	switch result {
	case CacheHit.String(), CacheStale.String(), CacheRevalidated.String():
		s.Hits += n
	case CacheCollapsed.String():
		s.Collapsed += n
	}
}

func labelValue(m *dto.Metric, name string) string {
	for _, pair := range m.GetLabel() {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}
