package batch

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// A run is one batch while it runs. Workers take groups, one after another, and
// send what became of them; Run's goroutine alone writes the answers. The channel
// has room for all, so that a worker that comes too late does not hang.
type run struct {
	*Runner
	items   []Item
	groups  [][]int      // of items with one answer: see plan
	next    atomic.Int64 // the first group that nobody has taken
	left    atomic.Int64 // what is left of MaxResponse
	arrived chan arrival
	answers []Answer // Status 0: not yet
}

// An arrival is what became of a group. With a reason the answer is void.
type arrival struct {
	group  []int
	budget int64
	answer Answer
	reason Reason
	took   time.Duration
	err    error
}

func newRun(r *Runner, items []Item) *run {
	groups := plan(items)
	b := &run{
		Runner:  r,
		items:   items,
		groups:  groups,
		arrived: make(chan arrival, len(groups)),
		answers: make([]Answer, len(items)),
	}
	b.left.Store(r.MaxResponse)
	return b
}

// work runs groups until none is left or the time is over.
func (b *run) work(ctx context.Context) {
	for ctx.Err() == nil {
		at := int(b.next.Add(1)) - 1
		if at >= len(b.groups) {
			return
		}
		b.arrived <- b.one(ctx, b.groups[at])
	}
}

// one runs the first item of a group. A group that nothing is left for is not
// run: its answer could not be shown, and the origin is spared.
func (b *run) one(ctx context.Context, group []int) (a arrival) {
	a.group = group
	a.budget = b.left.Load() / int64(len(group))
	if a.budget < 1 {
		a.reason, a.err = TooLarge, errors.New("nothing is left of the batch's response; not run")
		return a
	}
	defer func() {
		if v := recover(); v != nil {
			a.reason, a.err = Panicked, fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	item := b.items[group[0]]
	item.Budget = a.budget
	began := time.Now()
	a.answer, a.err = b.Do(ctx, item)
	a.took = time.Since(began)
	a.reason, a.err = b.judge(ctx, &a)
	return a
}

// judge says why an answer cannot be given, and takes its bytes if it can.
func (b *run) judge(ctx context.Context, a *arrival) (Reason, error) {
	switch status := a.answer.Status; {
	case errors.Is(a.err, ErrTooLarge):
		return TooLarge, a.err
	case a.err != nil && ctx.Err() != nil:
		return ended(ctx.Err()), a.err
	case a.err != nil:
		return Failed, a.err
	case status < 200 || status > 999:
		return Failed, fmt.Errorf("the status %d is not a final one", status)
	case !b.take(a.answer.size() * int64(len(a.group))):
		return TooLarge, ErrTooLarge
	}
	return "", nil
}

// take counts bytes of the response, all or, where they do not fit, none: a
// smaller answer may fit still.
func (b *run) take(bytes int64) bool {
	for {
		left := b.left.Load()
		if bytes > left {
			return false
		}
		if b.left.CompareAndSwap(left, left-bytes) {
			return true
		}
	}
}

// settle writes the answers of a group and reports them.
func (b *run) settle(a arrival) {
	if a.reason != "" {
		status := a.reason.status()
		a.answer = b.Problem(status, a.reason, a.reason.detail())
	}
	for i, at := range a.group {
		b.answers[at] = a.answer
		item := b.items[at]
		item.Budget = a.budget
		b.Finished(Outcome{
			Item: item, Status: a.answer.Status, Reason: a.reason,
			Shared: i > 0, Took: a.took, Err: a.err,
		})
	}
}

// giveUp settles what has arrived in time, and answers the rest.
func (b *run) giveUp(cause error) {
	for {
		select {
		case a := <-b.arrived:
			b.settle(a)
			continue
		default:
		}
		break
	}
	for _, group := range b.groups {
		if b.answers[group[0]].Status == 0 {
			b.settle(arrival{group: group, reason: ended(cause), err: cause})
		}
	}
}

// ended is the reason for a context's end.
func ended(cause error) Reason {
	if errors.Is(cause, context.DeadlineExceeded) {
		return TimedOut
	}
	return Canceled
}
