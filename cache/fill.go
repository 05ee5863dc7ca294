package cache

import (
	"errors"
	"slices"
	"time"
)

// Fill is the write end of a flight: head, chunks, then done or fail. Whoever
// holds it fills it (the origin's fetch, a refresh, one day a merge window), from
// one goroutine.
type Fill struct{ flight *Flight }

// ErrNobodyLeft is what Chunk returns when every reader has gone and the rest
// is not worth fetching.
var ErrNobodyLeft = errors.New("nobody waits for this response any more")

// errTooSlow breaks the reader that holds the others back.
var errTooSlow = errors.New("this reader made no progress while others waited")

// stallLimit is how long one reader may hold the others of a stream back.
const stallLimit = 10 * time.Second

// maxInterim is how many interim responses a flight passes on.
const maxInterim = 32

// Inform gives an interim response (1xx), which is the leader's alone: it may be
// about its request.
func (w Fill) Inform(status int, fields Fields) {
	f := w.flight
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase == claimed && len(f.interim) < maxInterim {
		f.interim = append(f.interim, Interim{status, fields})
		f.wake()
	}
}

// Head gives the response's head and settles what the followers learn: Shared
// if the verdict stores it and it is not declared too large, else GiveUp.
func (w Fill) Head(r *Response) {
	f := w.flight
	reason := r.Verdict.Reason
	if reason == "" && r.Length > f.policy.MaxObject {
		reason = TooLarge
	}
	r.Verdict.Reason = reason
	r.tags = f.store.bans.tagSet(f.Request.Key, &r.Tags)
	f.store.settle(f, &r.Verdict)
	if reason != "" {
		f.store.quieten(f)
	}
	if f.stale != nil && f.crowd == anonymous && reason.MarksKey() { // it is over, whatever comes now
		f.store.Discard(f.stale)
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	f.response, f.phase, f.storing = r, filling, reason == ""
	f.sharing = GiveUp
	if r.Verdict.Shareable() || f.sharesUnstored(&r.Verdict) {
		f.sharing = Shared
	}
	if !f.storing {
		f.window = streamWindow
	}
	if f.timer != nil {
		f.timer.Stop()
	}
	f.wake()
	if len(f.readers) == 0 && !f.storing {
		f.cancel()
	}
}

// Validated ends the flight by the origin's 304: the stored body, with the fields
// of r, which are the merged ones (RFC 9111 section 3.2). recode makes the lines
// of a content coding that the old object had; nil: it is not to be coded any more.
// What was purged meanwhile is for the leader alone: its body is older than that.
func (w Fill) Validated(r *Response, recode func(coding string, lines []byte) []byte) {
	f := w.flight
	r.Validated = true
	r.Length = int64(len(f.stale.plain.Body))
	f.store.settle(f, &r.Verdict)
	purged := f.store.bans.kills(f.stale)
	storing := r.Verdict.Reason == "" && !purged
	object := f.stale.confirmed(f, r, recode)
	switch reason := r.Verdict.Reason; {
	case storing:
		f.store.put(f, object)
	case reason == NoStore, reason == Private, reason == NoCache:
		f.store.Discard(f.stale)
	}
	f.leaveSlot()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.response, f.storing, f.phase, f.sharing = r, storing, complete, Shared
	if purged || !r.Verdict.Shareable() {
		f.sharing = GiveUp
	}
	f.object, f.chunks, f.end = object, [][]byte{object.plain.Body}, r.Length
	if f.timer != nil {
		f.timer.Stop()
	}
	f.wake()
	f.cancel()
}

// Chunk appends to the body; the flight owns p from now on, it never changes.
// On a stream it waits until the slowest reader has come near.
func (w Fill) Chunk(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	f := w.flight
	f.mu.Lock()
	if f.storing && f.end+int64(len(p)) > f.policy.MaxObject {
		f.mu.Unlock()
		f.leaveSlot() // no more joiners; the shard lock comes before mu
		f.mu.Lock()
		f.storing, f.window = false, streamWindow
		f.release()
	}
	f.chunks = append(f.chunks, p)
	f.end += int64(len(p))
	f.wake()
	f.mu.Unlock()
	return w.waitForRoom()
}

// waitForRoom holds the writer of a stream back to the pace of its slowest
// reader.
func (w Fill) waitForRoom() error {
	f := w.flight
	room, slow, err := f.needsRoom()
	if room == nil {
		return err
	}
	stall := time.NewTimer(stallLimit)
	defer stall.Stop()
	for room != nil {
		select {
		case <-room:
		case <-stall.C:
			f.breakStalled(slow)
		case <-f.ctx.Done():
			return f.ctx.Err()
		}
		was := slow
		if room, slow, err = f.needsRoom(); slow != was {
			stall.Reset(stallLimit)
		}
	}
	return err
}

// pace is a reader and where it stood.
type pace struct {
	reader *Reader
	at     int64
}

// needsRoom returns a channel to wait on and who is waited for, or nil when the
// writer may go on (or stop, with the error).
func (f *Flight) needsRoom() (chan struct{}, pace, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.ctx.Err(); err != nil || f.window == 0 {
		return nil, pace{}, err
	}
	f.release()
	slow := f.slowest()
	if slow == nil {
		f.cancel()
		return nil, pace{}, ErrNobodyLeft
	}
	if f.end-slow.at <= f.window {
		return nil, pace{}, nil
	}
	f.room = make(chan struct{})
	return f.room, pace{slow, slow.at}, nil
}

// breakStalled resets a reader that holds others back; a lone one is left to
// its own timeouts.
func (f *Flight) breakStalled(slow pace) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if slow.reader.at != slow.at || len(f.readers) < 2 {
		return
	}
	slow.reader.broken = errTooSlow
	f.remove(slow.reader)
	f.wake()
}

// Done ends the response as whole. A storable one is in the index before any
// reader learns that it is complete.
func (w Fill) Done(trailers Fields) {
	f := w.flight
	f.mu.Lock()
	storing := f.storing && f.phase == filling
	f.mu.Unlock()
	var object *Object
	if storing {
		object = f.build()
		f.store.put(f, object)
	} else {
		f.leaveSlot()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase != filling {
		return
	}
	f.phase, f.object, f.trailers = complete, object, trailers
	f.wake()
	f.cancel()
}

// Fail ends the response as broken: followers who have no head learn Failed,
// readers of the body see their transfer break. It may be called after Done,
// and then does nothing.
func (w Fill) Fail(err error) {
	f := w.flight
	f.store.quieten(f)
	f.leaveSlot()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase == complete || f.phase == broken {
		return
	}
	if f.phase == claimed {
		f.sharing = Failed
	}
	if f.timer != nil {
		f.timer.Stop()
	}
	f.phase, f.err = broken, err
	f.wake()
	f.cancel()
}

// build copies the chunks once into an object.
func (f *Flight) build() *Object {
	body := slices.Grow([]byte(nil), int(f.end)) // its capacity is what it really takes
	for _, c := range f.chunks {
		body = append(body, c...)
	}
	o := &Object{
		key:         f.Request.Key,
		seq:         f.seq,
		fingerprint: f.policy.Fingerprint,
		Status:      f.response.Status,
		Verdict:     f.response.Verdict,
		selecting:   SelectingValues(f.response.Verdict.Vary, f.Request.Fields),
		tags:        f.response.tags,
	}
	o.plain = Form{Lines: AppendLines(nil, f.response.Fields), Body: body}
	return o
}
