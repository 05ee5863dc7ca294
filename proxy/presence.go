package proxy

import (
	"context"
	"sync"
	"time"
)

// presence is the context of an exchange whose client the watcher looks after: it
// ends when the client has left or the exchange is finished. Unlike a standard
// context it makes no channel until somebody asks for one, and serves its
// connection's next exchange, too: so a request that is passed on allocates none.
//
//	renew --> waiting --leave--> over --renew (nobody took the channel)--> waiting
//
// One whose channel was taken ends for good: others may still hold it.
type presence struct {
	mu   sync.Mutex
	err  error         // context.Canceled once it is over
	done chan struct{} // nil: nobody asked
	hook func()        // see Hook; nil: none
	quit bool          // nobody is to look at the connection any more
	end  func()        // leave, made once
}

func newPresence() *presence {
	p := new(presence)
	p.end = p.leave
	return p
}

// renew makes one that is over wait again; no: it cannot.
func (p *presence) renew() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done != nil {
		return false
	}
	p.err, p.hook, p.quit = nil, nil, false
	return true
}

// watched tells whether somebody waits to know that the client has left.
func (p *presence) watched() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err == nil && !p.quit
}

// unwatch leaves what the client does to the exchange.
func (p *presence) unwatch() {
	p.mu.Lock()
	p.quit = true
	p.mu.Unlock()
}

// leave ends it: the client has left, or its exchange is finished.
func (p *presence) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return
	}
	p.err = context.Canceled
	if p.done != nil {
		close(p.done)
	}
	if p.hook != nil {
		go p.hook()
		p.hook = nil
	}
}

// Hook has f called in a goroutine of its own when the context ends: what
// context.AfterFunc does, for one at a time and without an allocation.
func (p *presence) Hook(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		go f()
		return
	}
	p.hook = f
}

// Unhook takes it back; no: it was called.
func (p *presence) Unhook() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := p.hook != nil
	p.hook = nil
	return held
}

// Done implements context.Context.
func (p *presence) Done() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done == nil {
		p.done = make(chan struct{})
		if p.err != nil {
			close(p.done)
		}
	}
	return p.done
}

// Err implements context.Context.
func (p *presence) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Deadline implements context.Context: there is none.
func (p *presence) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value implements context.Context: there are none.
func (p *presence) Value(any) any { return nil }

var _ context.Context = (*presence)(nil)
