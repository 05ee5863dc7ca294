package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	batchItems = 20
	// On a busy machine single rounds say little: where the two are close, up to
	// maxRounds are run.
	minRounds = 7
	maxRounds = 25
)

type batchRequest struct {
	Requests []batchItem `json:"requests"`
}

type batchItem struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	URL    string `json:"url"`
}

type batchResponse struct {
	Responses []struct {
		ID     string          `json:"id"`
		Status int             `json:"status"`
		Body   json.RawMessage `json:"body"`
	} `json:"responses"`
}

// measureBatches looks products up through the gateway, one by one and as one
// batch. Each lookup is of a product that nobody has asked for yet, so neither
// way is helped by the cache; who begins changes from round to round.
func (r *result) measureBatches(ctx context.Context, asked []request) error {
	const perRound = 2 * batchItems
	ids := coldProducts(asked, maxRounds*perRound)
	if len(ids) < maxRounds*perRound {
		return fmt.Errorf("the workload leaves only %d products for the batches; want fewer -requests", len(ids))
	}
	var single, batch []time.Duration
	for at := 0; at < maxRounds && (at < minRounds || tooClose(r.single, r.batch)) && ctx.Err() == nil; at++ {
		first, second := ids[at*perRound:][:batchItems], ids[at*perRound+batchItems:][:batchItems]
		if at%2 == 0 {
			single = append(single, r.oneByOne(ctx, first))
			batch = append(batch, r.asBatch(ctx, second))
		} else {
			batch = append(batch, r.asBatch(ctx, first))
			single = append(single, r.oneByOne(ctx, second))
		}
		r.rounds, r.single, r.batch = at+1, median(single), median(batch)
	}
	return ctx.Err()
}

// tooClose says that a batch saves less than a tenth, as far as is known yet.
func tooClose(single, batch time.Duration) bool { return 10*batch > 9*single }

func (r *result) oneByOne(ctx context.Context, ids []int64) time.Duration {
	answers := make([]response, len(ids))
	began := time.Now()
	for i, id := range ids {
		answers[i] = r.gateway.client.get(ctx, shared("product", productPath(id)))
	}
	took := time.Since(began)
	for i, id := range ids {
		r.check("GET "+productPath(id), answers[i])
	}
	return took
}

func (r *result) asBatch(ctx context.Context, ids []int64) time.Duration {
	var asked batchRequest
	for _, id := range ids {
		asked.Requests = append(asked.Requests, batchItem{fmt.Sprint(id), http.MethodGet, productPath(id)})
	}
	body, _ := json.Marshal(asked) // strings alone: it cannot fail
	began := time.Now()
	got := r.gateway.client.send(ctx, http.MethodPost, "/batch", nil, body)
	took := time.Since(began)
	r.check("POST /batch", got)
	if got.err == nil && got.status == http.StatusOK {
		r.compareBatch(ctx, asked, got.body)
	}
	return took
}

// compareBatch asks the API directly for every item.
func (r *result) compareBatch(ctx context.Context, asked batchRequest, body []byte) {
	var answer batchResponse
	if err := json.Unmarshal(body, &answer); err != nil {
		r.note(fmt.Sprintf("POST /batch: %v", err))
		return
	}
	if len(answer.Responses) != len(asked.Requests) {
		r.note(fmt.Sprintf("POST /batch: %d answers to %d items", len(answer.Responses), len(asked.Requests)))
		return
	}
	for i, item := range asked.Requests {
		direct := r.direct.client.send(ctx, item.Method, item.URL, nil, nil)
		got := answer.Responses[i]
		if got.ID != item.ID || got.Status != direct.status || !sameJSON(got.Body, direct.body) {
			r.note(fmt.Sprintf("POST /batch: item %s %s differs from the direct answer", item.ID, item.URL))
		}
	}
}

func median(of []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
