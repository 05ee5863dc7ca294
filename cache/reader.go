package cache

import (
	"io"
	"slices"
	"time"
)

// Reader is one who reads a flight, from byte 0 and at its own pace. It belongs
// to one goroutine; Leave must be called in the end.
type Reader struct {
	flight *Flight
	leader bool
	chunk  int   // how many chunks it has taken
	at     int64 // how many bytes
	left   bool
	broken error
}

// Leads tells whether this reader's request is the one that was sent.
func (r *Reader) Leads() bool { return r.leader }

// Head waits for the response's head, for a reason not to have it, or until the
// client has gone. The leader learns Shared, Failed or Gone, and is told of each
// interim response on the way; a follower's request is tested against what the
// head tells.
func (r *Reader) Head(req *Request, gone <-chan struct{}, inform func(Interim)) (Outcome, *Response, error) {
	f := r.flight
	for told := 0; ; {
		f.mu.Lock()
		outcome, known := r.outcome()
		response, err, interim := f.response, f.err, f.interim
		var changed <-chan struct{}
		if !known {
			changed = f.wait()
		}
		f.mu.Unlock()
		for ; r.leader && told < len(interim); told++ {
			inform(interim[told])
		}
		if known {
			if outcome == Shared && !r.leader && !f.serves(req, response) {
				outcome = Again
			}
			return outcome, response, err
		}
		select {
		case <-changed:
		case <-gone:
			return Gone, nil, nil
		}
	}
}

// serves tells whether a shared response is one for this follower: it may have
// been selected by other values (Vary), or not be for its principal.
func (f *Flight) serves(req *Request, r *Response) bool {
	v := &r.Verdict
	if v.Reason != "" && !identical(f.Request.Fields, req.Fields) {
		return false // not stored: only for who asked for the very same
	}
	if !Selects(v.Vary, SelectingValues(v.Vary, f.Request.Fields), req.Fields) {
		return false
	}
	return v.Reusable(req, f.policy, v.Received).Reason != Credentials
}

// identical tells whether two requests for one key say the same, field by field
// and in the same order, but for what tells one moment or one trace from another.
func identical(a, b Fields) bool {
	a, b = withoutTrace(a), withoutTrace(b)
	return slices.EqualFunc(a, b, func(x, y [2]string) bool { return sameName(x[0], y[0]) && x[1] == y[1] })
}

func withoutTrace(f Fields) Fields {
	return slices.DeleteFunc(slices.Clone(f), func(line [2]string) bool {
		return sameName(line[0], "Traceparent") || sameName(line[0], "Tracestate")
	})
}

// outcome tells what this reader may know by now. mu is held.
func (r *Reader) outcome() (Outcome, bool) {
	f := r.flight
	switch {
	case r.leader && f.response != nil:
		return Shared, true
	case f.phase == broken && f.response == nil:
		return Failed, true
	case f.phase != claimed:
		return f.sharing, true
	case f.tooOld && !r.leader:
		return TooOld, true
	}
	return Shared, false
}

// wait returns a channel that is closed at the next change. mu is held.
func (f *Flight) wait() <-chan struct{} {
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return f.changed
}

// Next returns the next bytes of the body; they never change. io.EOF: the body
// is complete. io.ErrClosedPipe: the client has gone. Any other error: the
// response broke and must not look whole.
func (r *Reader) Next(gone <-chan struct{}) ([]byte, error) {
	f := r.flight
	for {
		f.mu.Lock()
		p, err := r.take()
		if p != nil || err != nil {
			f.mu.Unlock()
			return p, err
		}
		changed := f.wait()
		f.mu.Unlock()
		select {
		case <-changed:
		case <-gone:
			return nil, io.ErrClosedPipe
		}
	}
}

// take moves over the next chunk, if it is there. mu is held.
func (r *Reader) take() ([]byte, error) {
	f := r.flight
	if r.broken != nil {
		return nil, r.broken
	}
	if r.at < f.end {
		p := f.chunks[r.chunk-f.first]
		r.chunk++
		r.at += int64(len(p))
		f.makeRoom()
		return p, nil
	}
	switch f.phase {
	case complete:
		return nil, io.EOF
	case broken:
		return nil, f.err
	}
	return nil, nil
}

// Object waits for the whole, for a while. nil with an error: it broke, or the
// client has gone; nil without: it is not stored or takes longer, read it with
// Next.
func (r *Reader) Object(gone <-chan struct{}, patience time.Duration) (*Object, error) {
	f := r.flight
	over := time.NewTimer(patience)
	defer over.Stop()
	for {
		f.mu.Lock()
		switch {
		case f.phase == broken:
			f.mu.Unlock()
			return nil, f.err
		case f.phase == complete || f.window > 0:
			o := f.object
			f.mu.Unlock()
			return o, nil
		}
		changed := f.wait()
		f.mu.Unlock()
		select {
		case <-changed:
		case <-over.C:
			return nil, nil
		case <-gone:
			return nil, io.ErrClosedPipe
		}
	}
}

// Trailers are the response's, after Next returned io.EOF.
func (r *Reader) Trailers() Fields {
	r.flight.mu.Lock()
	defer r.flight.mu.Unlock()
	return r.flight.trailers
}

// Stored tells whether the response is kept, as far as is known by now.
func (r *Reader) Stored() bool {
	r.flight.mu.Lock()
	defer r.flight.mu.Unlock()
	return r.flight.storing
}

// Leave lets go. The last to leave cancels a flight that is not worth storing;
// one that will be stored goes on to its end.
func (r *Reader) Leave() {
	f := r.flight
	f.mu.Lock()
	if r.left {
		f.mu.Unlock()
		return
	}
	r.left = true
	f.remove(r)
	idle := len(f.readers) == 0 && !f.storing && !f.refreshing && f.phase != complete && f.phase != broken
	f.mu.Unlock()
	if idle {
		f.abandon()
	}
}

// abandon cancels a flight that nobody reads, unless somebody joined meanwhile.
func (f *Flight) abandon() {
	f.leaveSlot()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.readers) == 0 && !f.storing && !f.refreshing {
		f.cancel()
	}
}

// remove takes a reader out. mu is held.
func (f *Flight) remove(r *Reader) {
	if i := slices.Index(f.readers, r); i >= 0 {
		f.readers = slices.Delete(f.readers, i, i+1)
	}
	f.release()
	f.makeRoom()
}
