package batch

import (
	"context"
	"fmt"
	"time"
)

// A Runner runs the items of batches. It may be used by many batches at once.
type Runner struct {
	// Do answers one item as if a client had sent it; called from up to
	// Concurrency goroutines. It returns soon after its context has ended, and
	// ErrTooLarge when the answer outgrows Item.Budget; what comes later is
	// dropped. nil: NewRunner returns an error.
	Do func(context.Context, Item) (Answer, error)
	// Finished is told of each item, from Run's goroutine, one at a time. nil:
	// nobody is told.
	Finished func(Outcome)
	// Problem makes the answer to an item that has none of its own. nil: a plain
	// problem document (RFC 9457) of the type about:blank.
	Problem func(status int, reason Reason, detail string) Answer
	// Concurrency is how many items of one batch run at once, at least 1. The
	// default is config's.
	Concurrency int
	// MaxResponse is how many bytes the fields and bodies of a batch's answers may
	// have together, counted while they arrive, at least 1. The assembled form can
	// be larger: base64 by a third, quotes and line ends in text twice.
	MaxResponse int64
	// Timeout is how long one batch may take, more than 0.
	Timeout time.Duration
}

// An Outcome is how one item ended.
type Outcome struct {
	// Item is the item, with the budget it was given.
	Item Item
	// Status is that of its answer.
	Status int
	// Reason is why it has no answer of its own; "" where it has.
	Reason Reason
	// Shared tells that an identical item was run and this one got its answer.
	Shared bool
	// Took is the time Do took; 0 where it did not return in time or did not run.
	Took time.Duration
	// Err is the cause, for the log; a panic's holds its stack.
	Err error
}

// NewRunner checks r and fills in what is optional.
func NewRunner(r Runner) (*Runner, error) {
	switch {
	case r.Do == nil:
		return nil, fmt.Errorf("batch runner: Do is nil; nothing could answer an item")
	case r.Concurrency < 1:
		return nil, fmt.Errorf("batch runner: Concurrency is %d; at least 1 item must run", r.Concurrency)
	case r.MaxResponse < 1:
		return nil, fmt.Errorf("batch runner: MaxResponse is %d; no answer would fit", r.MaxResponse)
	case r.Timeout <= 0:
		return nil, fmt.Errorf("batch runner: Timeout is %v; no item would have time", r.Timeout)
	}
	if r.Finished == nil {
		r.Finished = func(Outcome) {}
	}
	if r.Problem == nil {
		r.Problem = plainProblem
	}
	return &r, nil
}

// Run answers all items, in their order. They run in parallel, in no order;
// identical safe ones run once (see plan). What befalls one item is an answer to
// it and spoils no other. Run returns when ctx ends, even if a Do does not; nobody
// changes items afterwards, for such a Do may still read them.
func (r *Runner) Run(ctx context.Context, items []Item) []Answer {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	b := newRun(r, items)
	for range min(r.Concurrency, len(b.groups)) {
		go b.work(ctx)
	}
	for range b.groups {
		select {
		case a := <-b.arrived:
			b.settle(a)
		case <-ctx.Done():
			b.giveUp(ctx.Err())
			return b.answers
		}
	}
	return b.answers
}
