// Package telemetry is what the gateway tells about itself: every metric once
// with its help, the access line, the log set-up and the trace context.
//
//	t := telemetry.New(telemetry.Options{Version: "1.0.0"})
//	access := t.AccessLog(os.Stdout, telemetry.JSON)
//	defer access.Close()
//
//	products := t.Route("/products/{id}") // once, when the configuration is built
//	t.Begin()
//	products.Request(telemetry.Observation{
//		Method: "GET", Status: 200, Cache: telemetry.CacheHit,
//		Duration: 80 * time.Microsecond, BytesOut: 512,
//	})
//	access.Log(telemetry.Line{Method: "GET", Path: "/products/7", Status: 200})
//	t.End()
//
// Metrics are bound to their labels at the first observation; after that an
// observation takes no lock and allocates nothing. Names and labels follow the
// OpenTelemetry semantic conventions for HTTP where they have one.
package telemetry
