// Package upstream sends requests to an origin over pooled HTTP/1.1 connections.
//
//	api, err := upstream.New(upstream.Options{
//		Name: "api", Targets: []string{"http://127.0.0.1:9000"}, Attempts: 2,
//		Connect: time.Second, Response: 30 * time.Second,
//		MaxConnections: 256, Idle: time.Minute, MaxWaiting: 1000, Wait: 5 * time.Second,
//	})
//	resp, err := api.RoundTrip(ctx, &upstream.Request{Method: "GET", Target: "/p", Host: "api"})
//	if err != nil {
//		return err // an *upstream.Error: its Kind is a Proxy-Status error type
//	}
//	defer resp.Body.Close()
//	_, err = io.Copy(sink, resp.Body) // nil: the answer is whole
//
// It has a codec of its own (RFC 9112) because a gateway must not trust an origin:
// what two readers could read in two ways is refused, and a connection is used
// again only if request and answer ended cleanly and nothing follows the answer.
// It knows no route, no store and no HTTP server.
package upstream
