package proxy

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/afterburner-gateway/afterburner/cache"
)

// A venue is a carrier's server, where each row has a stage. Its gateway's first
// step is what the row of the request's stage does.
type venue struct {
	carrier carrier
	join    func(*testing.T) client
	mu      sync.Mutex
	stages  []*stage
}

// A stage is one row on one carrier.
type stage struct {
	t       *testing.T
	carrier carrier
	client  client
	act     act
	id      string
	gate    chan struct{} // closed when the client has what was flushed
	heard   chan string   // what the step wants to tell
	ended   chan finished // one for each exchange that finish saw
	free    bool          // exchanges end unseen
	mu      sync.Mutex
	events  []string
}

// finished is what finish sees of an exchange.
type finished struct {
	received int64
	whole    bool // the answer was delivered
	over     bool // its context has ended
}

func (s *stage) note(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, event)
}

// act is what a row's step does.
type act func(*stage, *exchange) step

// newVenue serves on a carrier.
func newVenue(t *testing.T, c carrier) *venue {
	v := &venue{carrier: c}
	g := newTestGateway(t, "http://127.0.0.1:9")
	g.steps[stepAdmit].run = func(x *exchange) step {
		x.started, x.gen = g.now(), g.current.Load()
		s := v.stage(x)
		if x.Fields.Has("X-Next") {
			return whole("next")(s, x)
		}
		return s.act(s, x)
	}
	g.steps[stepFinish].run = func(x *exchange) step {
		s := v.stage(x)
		next := g.finish(x)
		s.note("finish")
		over := x.ctx == nil || x.ctx.Err() != nil
		s.ended <- finished{x.received, x.responded && x.err == nil, over}
		return next
	}
	t.Cleanup(func() { // runs behind the server's end
		for _, s := range v.stages {
			if n := len(s.ended); n > 0 && !s.free {
				t.Errorf("%s: finish ran %d times too often", s.t.Name(), n)
			}
		}
	})
	v.join = c.serve(t, g)
	return v
}

// stage is the one that a request names; one that names none is on the first.
func (v *venue) stage(x *exchange) *stage {
	n, _ := strconv.Atoi(x.Fields.Get("X-Stage"))
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.stages[n]
}

// newStage makes a stage for the act.
func (v *venue) newStage(t *testing.T, do act) *stage {
	s := &stage{t: t, carrier: v.carrier, act: do, gate: make(chan struct{}), heard: make(chan string, 8), ended: make(chan finished, 8)}
	if !v.carrier.streams {
		close(s.gate)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s.id = strconv.Itoa(len(v.stages))
	v.stages = append(v.stages, s)
	s.client = v.join(t)
	return s
}

func newStage(t *testing.T, c carrier, do act) *stage { return newVenue(t, c).newStage(t, do) }

// ask sends a request that names its stage.
func (s *stage) ask(r asked) ([]string, *http.Response, error) {
	r.fields = append(slices.Clip(r.fields), [2]string{"X-Stage", s.id})
	return s.client.ask(s, r)
}

// result is what a client sees.
type result struct {
	interim  []string // status and Link
	status   int
	length   int64 // Content-Length; -1: none
	body     string
	trailers string
	broken   bool // the transfer, or there was none
}

func (r result) String() string {
	return fmt.Sprintf("%q %d (%d bytes said) %.80q %s broken=%t", r.interim, r.status, r.length, r.body, r.trailers, r.broken)
}

// as is the result that a carrier can bring.
func (r result) as(c carrier) result {
	if !c.informs {
		r.interim = nil
	}
	if !c.trailers {
		r.trailers = ""
	}
	if !c.streams {
		r.length = -1 // a batch says it for its items
	}
	if !c.streams && r.broken {
		return result{broken: true, length: -1}
	}
	return r
}

// see asks, and reads the answer to its end. What the step flushed opens the gate.
func (s *stage) see(r asked, flushed int) result {
	s.t.Helper()
	interim, response, err := s.ask(r)
	got := result{interim: interim, length: -1, broken: err != nil}
	if err != nil {
		return got
	}
	defer response.Body.Close()
	got.status = response.StatusCode
	if response.Header.Get("Link") != "" {
		s.t.Errorf("the interim response's Link is in the final one")
	}
	first := make([]byte, flushed)
	n, err := io.ReadFull(response.Body, first)
	if flushed > 0 && s.carrier.streams {
		close(s.gate)
	}
	var rest []byte
	if err == nil {
		rest, err = io.ReadAll(response.Body)
	}
	got.body, got.broken = string(first[:n])+string(rest), err != nil
	if said := response.Header.Get("Content-Length"); said != "" {
		_, _ = fmt.Sscan(said, &got.length)
	}
	if response.Header.Get("X-Stream") != "" && got.length == int64(len(got.body)) {
		got.length = -1 // a server that saw the end before it sent the head may say so
	}
	for name, values := range response.Trailer {
		got.trailers += name + ": " + strings.Join(values, ", ") + ";"
	}
	return got
}

// body is a body that a step makes up.
type body struct {
	stage *stage
	size  int64
	run   func(Sink) (cache.Fields, error)
}

func (b *body) Size() int64 { return b.size }

func (b *body) WriteTo(to Sink) (cache.Fields, error) {
	defer b.stage.note("body")
	return b.run(to)
}

// pieces writes pieces, flushed one by one; "|" waits for the client to have what
// came before.
func (s *stage) pieces(size int64, all ...string) *body {
	return &body{s, size, func(to Sink) (cache.Fields, error) { return nil, s.play(to, all) }}
}

func (s *stage) play(to Sink, all []string) error {
	for _, piece := range all {
		if piece == "|" {
			<-s.gate
			continue
		}
		if err := writeThrough(to, []byte(piece)); err != nil {
			return err
		}
	}
	return nil
}

var errOrigin = errors.New("the origin ended early")

const head = "X-A: b\r\n"

// row is what steps may rely on, on every carrier.
type row struct {
	name    string
	ask     asked
	flushed int // bytes that must come before the body goes on
	step    act
	want    result
	only    func(carrier) bool // nil: all
}

// What a step may rely on holds on every adaptor: see exchange.
func TestConformance(t *testing.T) {
	for _, c := range carriers() {
		t.Run(c.name, func(t *testing.T) {
			v := newVenue(t, c)
			for _, r := range slices.Concat(responses(), broken(), faults(), uploads()) {
				if r.only == nil || r.only(c) {
					t.Run(r.name, func(t *testing.T) { r.try(t, v) })
				}
			}
		})
	}
}

func (r row) try(t *testing.T, v *venue) {
	t.Parallel()
	s := v.newStage(t, r.step)
	got := s.see(r.ask, r.flushed)
	want := r.want.as(v.carrier)
	if raw, ok := s.client.(*rawClient); ok && got.broken {
		raw.mustEnd(t)
	}
	if got.String() != want.String() || got.body != want.body {
		t.Errorf("the client saw\n%v, want\n%v", got, want)
	}
	if end := <-s.ended; end.whole == want.broken || !end.over {
		t.Errorf("finish saw %+v, the client %v", end, got)
	}
	s.mu.Lock()
	if n := len(s.events); slices.Index(s.events, "finish") != n-1 {
		t.Errorf("finish is not once and last: %q", s.events)
	}
	s.mu.Unlock()
	s.next()
}

// next asks once more, on the same connection where it was kept.
func (s *stage) next() {
	s.t.Helper()
	got := s.see(asked{method: "GET", fields: [][2]string{{"X-Next", "1"}}}, 0)
	if want := (result{status: 200, length: 4, body: "next"}).as(s.carrier); got.String() != want.String() {
		s.t.Errorf("the next request saw %v", got)
	}
	<-s.ended
}
