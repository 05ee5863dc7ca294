package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dunglas/httpsfv"
)

// blockSize is how many requests one side gets before it is the other's turn.
const blockSize = 100

// side is what one way to the API, direct or through the gateway, has cost.
type side struct {
	client    *client
	latencies []time.Duration
	busy      time.Duration // its blocks' time, without the other's
	reached   int64         // requests that reached the API
	bytes     int64         // read from the wire
	errors    int
	hits      int // answered from the cache, by Cache-Status
	joined    int // answered by a fetch that another request began
}

// measure runs the workload on both sides, then the batches.
func measure(ctx context.Context, s *shop, opts options, p *progress) (*result, error) {
	requests := workload(opts.seed, opts.requests)
	res := &result{
		requests: len(requests),
		direct:   side{client: newClient(s.apiURL, opts.concurrency)},
		gateway:  side{client: newClient(s.gatewayURL, opts.concurrency)},
	}
	p.begin(2 * len(requests))
	for at := 0; at < len(requests); at += blockSize {
		block := requests[at:min(at+blockSize, len(requests))]
		if err := res.runBoth(ctx, s, block, opts.concurrency, at/blockSize%2 == 1); err != nil {
			return nil, err
		}
		p.add(2 * len(block))
	}
	p.end()
	res.direct.bytes, res.gateway.bytes = res.direct.client.wire.Load(), res.gateway.client.wire.Load()
	return res, res.measureBatches(ctx, requests)
}

// runBoth runs one block on both sides and compares the answers. Who begins
// changes from block to block.
func (r *result) runBoth(ctx context.Context, s *shop, block []request, concurrency int, gatewayFirst bool) error {
	first, second := &r.direct, &r.gateway
	if gatewayFirst {
		first, second = second, first
	}
	direct, err := first.run(ctx, s, block, concurrency)
	if err != nil {
		return err
	}
	through, err := second.run(ctx, s, block, concurrency)
	if err != nil {
		return err
	}
	if gatewayFirst {
		direct, through = through, direct
	}
	for i, request := range block {
		r.note(compare(request, direct[i], through[i]))
	}
	return nil
}

// run sends the block from clients that each wait for one answer before they
// ask again.
func (s *side) run(ctx context.Context, shop *shop, block []request, concurrency int) ([]response, error) {
	before, err := shop.reached(ctx)
	if err != nil {
		return nil, err
	}
	answers := make([]response, len(block))
	var next atomic.Int64
	var clients sync.WaitGroup
	began := time.Now()
	for range concurrency {
		clients.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(block)); i = next.Add(1) - 1 {
				answers[i] = s.client.get(ctx, block[i])
			}
		})
	}
	clients.Wait()
	s.busy += time.Since(began)
	after, err := shop.reached(ctx)
	if err != nil {
		return nil, err
	}
	s.reached += after - before
	for i, answer := range answers {
		s.count(block[i], answer)
	}
	return answers, ctx.Err()
}

func (s *side) count(asked request, got response) {
	if got.err != nil || got.status != asked.status {
		s.errors++
		return
	}
	s.latencies = append(s.latencies, got.latency)
	hit, collapsed := cacheStatus(got.cacheStatus)
	switch {
	case hit:
		s.hits++
	case collapsed:
		s.joined++
	}
}

// cacheStatus reads the gateway's member of Cache-Status (RFC 9211), the last:
// whoever is nearer to the client appends his.
func cacheStatus(values []string) (hit, collapsed bool) {
	list, err := httpsfv.UnmarshalList(values)
	if err != nil || len(list) == 0 {
		return false, false
	}
	item, ok := list[len(list)-1].(httpsfv.Item)
	if !ok || item.Params == nil {
		return false, false
	}
	return isSet(item.Params, "hit"), isSet(item.Params, "collapsed")
}

func isSet(params *httpsfv.Params, name string) bool {
	value, _ := params.Get(name)
	set, _ := value.(bool)
	return set
}

// note keeps a difference; "" is none.
func (r *result) note(difference string) {
	if difference != "" {
		r.differences = append(r.differences, difference)
	}
}

// check is note for an answer that is compared with nothing.
func (r *result) check(what string, got response) {
	switch {
	case got.err != nil:
		r.note(fmt.Sprintf("%s: %v", what, got.err))
	case got.status != http.StatusOK:
		r.note(fmt.Sprintf("%s: status %d", what, got.status))
	}
}
