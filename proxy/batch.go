package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/afterburner-gateway/afterburner/batch"
	"github.com/afterburner-gateway/afterburner/cache"
)

// batch takes a batch apart, runs its items through the table, and puts the
// answers together.
func (g *Gateway) batch(x *exchange) step {
	if x.item {
		return x.fail(badBatch, "A batch within a batch is not taken.")
	}
	b := x.route.batch
	body, err := readAll(x.adaptor.body(), b.limits.MaxBody)
	if err != nil {
		if isClientFault(err) {
			return x.failUpstream(err)
		}
		return x.fail(bodyTooLarge, err.Error())
	}
	items, err := batch.ParseJSON(body, b.limits)
	if err != nil {
		return x.failBatch(err)
	}
	runner, err := batch.NewRunner(g.runner(x, b))
	if err != nil {
		panic(fmt.Sprintf("a batch route's runner: %v", err)) // compile made it valid
	}
	g.telemetry.Batch(len(items))
	answers := runner.Run(x.Context(), items)
	if x.Context().Err() != nil {
		x.reason, x.closing = clientGone, true
		return stepFinish
	}
	own := append(x.own[:0], "Content-Type: application/json\r\nCache-Control: no-store\r\n"...)
	own = appendDate(own, g.now())
	x.own = x.appendCacheStatus(own)
	x.Respond(Head{Status: 200, Own: x.own}, &objectBody{bytes: batch.AppendJSON(nil, items, answers)})
	return stepFinish
}

// runner answers the items of one batch as their sender's own requests.
func (g *Gateway) runner(x *exchange, b *batchRoute) batch.Runner {
	outer := x.outer()
	return batch.Runner{
		Do: func(ctx context.Context, item batch.Item) (batch.Answer, error) {
			path, _, _ := strings.Cut(item.URL, "?")
			if !b.allowed.contains(path) {
				return refusedItem(item), nil
			}
			return g.do(ctx, &outer, item)
		},
		Problem:     itemProblem,
		Concurrency: b.concurrency,
		MaxResponse: b.maxResponse,
		Timeout:     b.timeout,
	}
}

// outer is a copy of what the items take from their batch: it may outlive the
// exchange when the batch's time runs out.
func (x *exchange) outer() request {
	outer := request{Scheme: x.Scheme, Host: strings.Clone(x.Host), Client: x.Client}
	for _, name := range x.gen.credentials {
		for value := range x.Fields.All(name) {
			outer.Fields = append(outer.Fields, [2]string{name, value})
		}
	}
	outer.Fields = outer.Fields.Clone()
	return outer
}

// refusedItem answers an item whose path is not in the route's allow list.
func refusedItem(item batch.Item) batch.Answer {
	return itemProblem(403, itemNotAllowed, "The batch route does not allow "+item.URL+"; see its allow.")
}

const itemTitle = "This item of the batch was not answered"

// itemProblem is an item's answer that the gateway itself makes.
func itemProblem(status int, reason batch.Reason, detail string) batch.Answer {
	p := problem{status, string(reason), itemTitle, ""}
	return batch.Answer{
		Status: status,
		Fields: cache.Fields{{"Content-Type", "application/problem+json"}},
		Body:   p.json(detail),
		JSON:   true,
	}
}

// failBatch answers a batch that is refused as a whole.
func (x *exchange) failBatch(err error) step {
	p := badBatch
	var refusal *batch.Error
	if errors.As(err, &refusal) {
		p.status = refusal.Status
	}
	return x.fail(p, err.Error())
}

// readAll reads a body whole, up to a limit in bytes.
func readAll(body io.Reader, limit int64) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var all bytes.Buffer
	n, err := all.ReadFrom(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, err
	}
	if n > limit {
		return nil, fmt.Errorf("the batch is larger than batch.max_body, %d bytes", limit)
	}
	return all.Bytes(), nil
}
