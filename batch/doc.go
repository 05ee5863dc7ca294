// Package batch answers many requests that came as one: a format parses them
// into items, a Runner runs the items, the format assembles the answers.
//
//	items, err := batch.ParseJSON(body, batch.Limits{MaxItems: 100, MaxBody: 1 << 20})
//	runner, err := batch.NewRunner(batch.Runner{
//		Do:          do, // answers one item as if a client had sent it
//		Concurrency: 16,
//		MaxResponse: 16 << 20,
//		Timeout:     30 * time.Second,
//	})
//	answers := runner.Run(ctx, items)
//	body = batch.AppendJSON(nil, items, answers)
//
// The JSON format is that of OData 4.01 and Microsoft Graph, without
// dependencies between items: {"requests":[{"id","method","url","headers","body"}]}
// is answered by {"responses":[{"id","status","headers","body"}]}. Items run in
// parallel, in no order; the answers stand in the order of the items.
//
// It takes bytes and a function; it knows no route, no store and no HTTP server.
package batch
