package main

import (
	"fmt"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/proxy"
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

func errorsPage() string {
	page := `# Errors

The answers that the gateway itself makes are ` + "`application/problem+json`" + ` (RFC 9457):

` + "```json" + `
{"type":"urn:afterburner:problem:no_route","title":"No route takes this request","status":404,
 "detail":"Look at the routes of the configuration, or add one with path: /."}
` + "```" + `

` + "`type`" + ` is stable: programs may rely on it. Its last word is the ` + "`reason`" + ` of the access log and
the ` + "`detail`" + ` of ` + "`Cache-Status`" + `. Titles and details are for people and may change. Where there is a
` + "`Proxy-Status`" + ` (RFC 9209), it reads ` + "`afterburner; error=`" + ` and the word of the table. An error without
such a type came from the API itself.

An answer that breaks off after its head went out cannot become an error any more: the connection is
closed inside of the message, so that no client takes it for the whole.

Every type begins with ` + "`urn:afterburner:problem:`" + `.

` + table("status", "type", "title", "Proxy-Status", "when", "what helps")
	for _, p := range proxy.Problems() {
		kind, status := p.Type[strings.LastIndexByte(p.Type, ':')+1:], ""
		if p.ProxyStatus != "" {
			status = code(p.ProxyStatus)
		}
		page += row(fmt.Sprint(p.Status), code(kind), p.Title, status, p.When, p.Do)
	}
	return page
}
