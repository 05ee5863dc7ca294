package telemetry

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Format is how an access line looks.
type Format string

// The formats, as the configuration names them.
const (
	JSON Format = "json"
	Text Format = "text"
	Off  Format = "off"
)

const (
	// flushAfter is how long lines wait for company. A line is to be out within
	// one second; the rest of it is for a slow output.
	flushAfter = 250 * time.Millisecond
	// flushAt is how many bytes are written at once without waiting.
	flushAt = 64 << 10
	// maxBuffered is how many bytes wait for the output. What comes on top is
	// dropped and counted: a stuck output must not hold up requests.
	maxBuffered = 1 << 20
	// closeWait is how long Close waits for a stuck output.
	closeWait = 2 * time.Second
)

// AccessLog writes a line for each request. Requests append to a buffer, one
// goroutine writes it out:
//
//	empty - Log --------------------------> waiting  for flushAfter or flushAt bytes
//	waiting - time, size, Close ----------> writing  the buffers are swapped
//	writing - written --------------------> empty or waiting
//	        - stuck, maxBuffered reached -> lines are dropped and counted
//
// A nil AccessLog is off.
type AccessLog struct {
	out     io.Writer
	format  Format
	dropped prometheus.Counter
	scratch sync.Pool

	first chan struct{} // the buffer is no longer empty
	full  chan struct{} // it holds flushAt bytes
	quit  chan struct{} // closed by Close
	done  chan struct{} // closed by the writer
	err   error         // of the last failed write; read after done

	mu     sync.Mutex
	buffer []byte
	lines  int
	closed bool
}

// AccessLog starts an access log. With Off it is nil, which is a log that takes
// lines and writes none. The caller closes it, then out.
func (t *Telemetry) AccessLog(out io.Writer, format Format) *AccessLog {
	if format == Off {
		return nil
	}
	a := &AccessLog{
		out:     out,
		format:  format,
		dropped: t.linesDropped,
		scratch: sync.Pool{New: func() any { return new([]byte) }},
		first:   make(chan struct{}, 1),
		full:    make(chan struct{}, 1),
		quit:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	go a.run()
	return a
}

// On says whether lines are written, for callers that would make one for nothing.
func (a *AccessLog) On() bool { return a != nil }

// Log takes a line. It never waits for the output; a line that finds no room, or
// comes after Close, is dropped and counted.
func (a *AccessLog) Log(l Line) {
	if a == nil {
		return
	}
	scratch := a.scratch.Get().(*[]byte)
	*scratch = a.encode((*scratch)[:0], &l)
	if !a.put(*scratch) {
		a.dropped.Inc()
	}
	a.scratch.Put(scratch)
}

func (a *AccessLog) encode(b []byte, l *Line) []byte {
	if a.format == Text {
		return l.appendText(b)
	}
	return l.appendJSON(b)
}

func (a *AccessLog) put(line []byte) bool {
	a.mu.Lock()
	before := len(a.buffer)
	after := before + len(line)
	if a.closed || after > maxBuffered {
		a.mu.Unlock()
		return false
	}
	a.buffer = append(a.buffer, line...)
	a.lines++
	a.mu.Unlock()
	if before == 0 {
		signal(a.first)
	}
	if before < flushAt && after >= flushAt {
		signal(a.full)
	}
	return true
}

// signal leaves a mark that is there already: one is enough.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (a *AccessLog) run() {
	defer close(a.done)
	var spare []byte
	for open := true; open; {
		open = a.wait()
		spare = a.flush(spare)
	}
}

// wait returns when there is something to write, false when it is the last time.
func (a *AccessLog) wait() bool {
	select {
	case <-a.first:
	case <-a.quit:
		return false
	}
	company := time.NewTimer(flushAfter)
	defer company.Stop()
	select {
	case <-company.C:
	case <-a.full:
	case <-a.quit:
		return false
	}
	return true
}

// flush writes the buffer while requests fill the spare one; it returns the
// buffer as the next spare.
func (a *AccessLog) flush(spare []byte) []byte {
	a.mu.Lock()
	b, lines := a.buffer, a.lines
	a.buffer, a.lines = spare[:0], 0
	a.mu.Unlock()
	if len(b) == 0 {
		return b
	}
	if _, err := a.out.Write(b); err != nil {
		a.err = err
		a.dropped.Add(float64(lines))
	}
	return b
}

// Close writes what is left, and waits for it at most two seconds. It returns
// the last error of the output, if there was one.
func (a *AccessLog) Close() error {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	if !a.closed {
		a.closed = true
		close(a.quit)
	}
	a.mu.Unlock()
	late := time.NewTimer(closeWait)
	defer late.Stop()
	select {
	case <-a.done:
	case <-late.C:
		return errors.New("close access log: the output took no lines for 2 seconds; its last lines are lost")
	}
	if a.err != nil {
		return fmt.Errorf("write access log: %w", a.err)
	}
	return nil
}
