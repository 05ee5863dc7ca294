package main

import (
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

func metricsPage() string {
	page := `# Metrics

What ` + "`GET /metrics`" + ` on the admin listener shows, in the text of Prometheus or OpenMetrics. The
usual ` + "`go_*` and `process_*`" + ` stand beside them. ` + "`http_route`" + ` is the path pattern of a route.

` + table("name", "type", "labels", "")
	for _, m := range telemetry.Reference() {
		var labels []string
		for _, label := range m.Labels {
			labels = append(labels, code(label))
		}
		page += row(code(m.Name), m.Type, strings.Join(labels, " "), m.Help)
	}
	return page
}

func reasonsPage() string {
	page := `# Reasons of the cache

Why an answer did not come from the cache, or did not go into it. The word is the same in the
access log's ` + "`reason`, in the metric `afterburner_cache_requests_total`" + ` and in the ` + "`detail`" + ` of
` + "`Cache-Status`" + `.

` + table("reason", "")
	for _, r := range cache.Reasons() {
		page += row(code(string(r.Reason)), r.Note)
	}
	return page
}
