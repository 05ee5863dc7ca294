package proxy

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/afterburner-gateway/afterburner/cache"
)

// A stage is one row on one carrier: a gateway whose first step is the row's.
type stage struct {
	t       *testing.T
	carrier carrier
	client  client
	gate    chan struct{} // closed when the client has what was flushed
	heard   chan string   // what the step wants to tell
	ended   chan finished // one for each exchange that finish saw
	mu      sync.Mutex
	events  []string
}

// finished is what finish sees of an exchange.
type finished struct {
	status   int
	received int64
	whole    bool // the answer was delivered
}

func (s *stage) note(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, event)
}

// newStage serves the step on a carrier.
func newStage(t *testing.T, c carrier, do func(*stage, *exchange) step) *stage {
	s := &stage{t: t, carrier: c, gate: make(chan struct{}), heard: make(chan string, 8), ended: make(chan finished, 8)}
	if !c.streams {
		close(s.gate)
	}
	g := newTestGateway(t, "http://127.0.0.1:9")
	g.steps[stepAdmit].run = func(x *exchange) step {
		x.started, x.gen = g.now(), g.current.Load()
		return do(s, x)
	}
	g.steps[stepFinish].run = func(x *exchange) step {
		next := g.finish(x)
		s.note("finish")
		s.ended <- finished{x.head.Status, x.received, x.responded && x.err == nil}
		return next
	}
	s.client = c.serve(t, g)
	t.Cleanup(func() { // the server has ended by now? no: cleanups run last in, first out
		if n := len(s.ended); n > 0 {
			t.Errorf("finish ran %d times too often", n)
		}
	})
	return s
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
func (r result) as(c carrier, method string) result {
	if !c.informs {
		r.interim = nil
	}
	if !c.trailers {
		r.trailers = ""
	}
	if !c.streams && r.broken {
		return result{broken: true, length: -1}
	}
	return r
}

// see asks, and reads the answer to its end. What the step flushed opens the gate.
func (s *stage) see(r asked, flushed int) result {
	s.t.Helper()
	interim, response, err := s.client.ask(s.t, r)
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
	if s.carrier.streams {
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
	step    func(*stage, *exchange) step
	want    result
	heard   []string
	only    func(carrier) bool // nil: all
}

func streams(c carrier) bool { return c.streams }

func responses() []row {
	get := asked{method: "GET"}
	long := strings.Repeat("0123456789abcdef", 4<<10)
	return []row{
		{name: "a body handed over whole", ask: get, step: whole("hello"), want: result{status: 200, length: 5, body: "hello"}},
		{name: "64 KiB handed over whole", ask: get, step: whole(long), want: result{status: 200, length: 64 << 10, body: long}},
		{name: "no body", ask: get, step: func(_ *stage, x *exchange) step {
			x.Respond(Head{Status: 200, Own: []byte(head)}, nil)
			return stepFinish
		}, want: result{status: 200, length: 0}},
		{name: "an empty body", ask: get, step: whole(""), want: result{status: 200, length: 0}},
		{name: "RFC 9110 15.3.5 204 has no content", ask: get, step: func(_ *stage, x *exchange) step {
			x.Respond(Head{Status: 204}, &objectBody{[]byte("evil")})
			return stepFinish
		}, want: result{status: 204, length: -1}},
		{name: "RFC 9110 15.4.5 304 has no content", ask: get, step: func(_ *stage, x *exchange) step {
			x.Respond(Head{Status: 304}, &objectBody{[]byte("evil")})
			return stepFinish
		}, want: result{status: 304, length: -1}},
		{name: "RFC 9110 9.3.2 HEAD, the length known", ask: asked{method: "HEAD"}, step: respond(noBody{5}), want: result{status: 200, length: 5}},
		{name: "RFC 9110 9.3.2 HEAD, the length unknown", ask: asked{method: "HEAD"}, step: respond(noBody{-1}), want: result{status: 200, length: -1}},
		{name: "RFC 9110 9.3.2 HEAD, a body all the same", ask: asked{method: "HEAD"}, step: streamed(5, "hello"), want: result{status: 200, length: 5}},
		{name: "a stream of known length", ask: get, flushed: 2, step: streamed(5, "he", "|", "llo"), want: result{status: 200, length: 5, body: "hello"}},
		{name: "a stream of unknown length", ask: get, flushed: 2, step: streamed(-1, "he", "|", "llo"), want: result{status: 200, length: -1, body: "hello"}},
		{name: "a stream of nothing", ask: get, step: streamed(-1), want: result{status: 200, length: -1}},
		{name: "empty pieces do not end a stream", ask: get, step: streamed(-1, "", "he", "", "llo", ""), want: result{status: 200, length: -1, body: "hello"}},
		{name: "a stream of large pieces", ask: get, step: streamed(-1, long, "x", long), want: result{status: 200, length: -1, body: long + "x" + long}},
		{name: "pieces that are not flushed", ask: get, step: func(s *stage, x *exchange) step {
			x.Respond(Head{Status: 200}, &body{s, -1, func(to Sink) (cache.Fields, error) {
				for range 1000 {
					if _, err := io.WriteString(to, "0123456789"); err != nil {
						return nil, err
					}
				}
				return nil, nil
			}})
			return stepFinish
		}, want: result{status: 200, length: -1, body: strings.Repeat("0123456789", 1000)}},
		{name: "RFC 9110 6.5 trailers", ask: get, step: func(s *stage, x *exchange) step {
			x.Respond(Head{Status: 200}, &body{s, -1, func(to Sink) (cache.Fields, error) {
				return cache.Fields{{"X-Sum", "1"}}, s.play(to, []string{"he", "llo"})
			}})
			return stepFinish
		}, want: result{status: 200, length: -1, body: "hello", trailers: "X-Sum: 1;"}},
		{name: "RFC 9110 15.2 interim responses", ask: get, step: func(s *stage, x *exchange) step {
			x.Inform(102, nil)
			x.Inform(103, [][2]string{{"Link", "</a>"}})
			return whole("hello")(s, x)
		}, want: result{interim: []string{"102 ", "103 </a>"}, status: 200, length: 5, body: "hello"}},
		{name: "no interim response behind the final one", ask: get, step: func(s *stage, x *exchange) step {
			whole("hello")(s, x)
			x.Inform(103, [][2]string{{"Link", "</a>"}})
			return stepFinish
		}, want: result{status: 200, length: 5, body: "hello"}},
	}
}

// broken are the ways in which a transfer breaks.
func broken() []row {
	get := asked{method: "GET"}
	cut := func(size int64, end func() error) func(*stage, *exchange) step {
		return func(s *stage, x *exchange) step {
			x.Respond(Head{Status: 200}, &body{s, size, func(to Sink) (cache.Fields, error) {
				if err := s.play(to, []string{"he", "|"}); err != nil {
					return nil, err
				}
				return cache.Fields{{"X-Sum", "1"}}, end()
			}})
			return stepFinish
		}
	}
	fails := func() error { return errOrigin }
	panics := func() error { panic("a body that panics") }
	ends := func() error { return nil }
	he := func(length int64) result { return result{status: 200, length: length, body: "he", broken: true} }
	return []row{
		{name: "an error in a body of known length", ask: get, flushed: 2, step: cut(5, fails), want: he(5)},
		{name: "an error in a body of unknown length", ask: get, flushed: 2, step: cut(-1, fails), want: he(-1)},
		{name: "a panic in a body of known length", ask: get, flushed: 2, step: cut(5, panics), want: he(5)},
		{name: "a panic in a body of unknown length", ask: get, flushed: 2, step: cut(-1, panics), want: he(-1)},
		{name: "an error behind the last byte of a known length", ask: get, flushed: 2, step: cut(2, fails),
			want: result{status: 200, length: 2, body: "he"}},
		{name: "a body shorter than its length", ask: get, flushed: 2, step: cut(5, ends), want: he(5)},
		{name: "an error before the first byte", ask: get, step: func(s *stage, x *exchange) step {
			x.Respond(Head{Status: 200}, &body{s, -1, func(to Sink) (cache.Fields, error) {
				return nil, errors.Join(to.Flush(), errOrigin)
			}})
			return stepFinish
		}, want: result{status: 200, length: -1, broken: true}},
		{name: "an answer that nobody gave", ask: get, step: func(_ *stage, x *exchange) step {
			x.closing = true
			return stepFinish
		}, want: result{length: -1, broken: true}},
	}
}

// faults are the steps' own.
func faults() []row {
	get := asked{method: "GET"}
	failed := result{status: 500, length: 135, body: `{"type":"urn:afterburner:problem:internal_error","title":"The gateway failed on this request","status":500}` + "\n"}
	failed.length = int64(len(failed.body))
	return []row{
		{name: "a second response", ask: get, want: failed, step: func(s *stage, x *exchange) step {
			whole("hello")(s, x)
			return whole("world")(s, x)
		}},
		{name: "a panic before the response", ask: get, want: failed, step: func(*stage, *exchange) step { panic("a step that panics") }},
		{name: "a panic behind the response", ask: get, want: failed, step: func(s *stage, x *exchange) step {
			whole("hello")(s, x)
			panic("a step that panics")
		}},
		{name: "a panic behind an interim response", ask: get, step: func(s *stage, x *exchange) step {
			x.Inform(103, [][2]string{{"Link", "</a>"}})
			panic("a step that panics")
		}, want: result{interim: []string{"103 </a>"}, status: 500, length: failed.length, body: failed.body}},
	}
}

func respond(b Body) func(*stage, *exchange) step {
	return func(_ *stage, x *exchange) step {
		x.Respond(Head{Status: 200, Own: []byte(head)}, b)
		return stepFinish
	}
}

func whole(text string) func(*stage, *exchange) step { return respond(&objectBody{[]byte(text)}) }

func streamed(size int64, all ...string) func(*stage, *exchange) step {
	return func(s *stage, x *exchange) step { return respond(s.pieces(size, all...))(s, x) }
}

// What a step may rely on holds on every adaptor: see exchange.
func TestConformance(t *testing.T) {
	for _, c := range carriers() {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range slices.Concat(responses(), broken(), faults(), uploads()) {
				if r.only == nil || r.only(c) {
					t.Run(r.name, func(t *testing.T) { r.try(t, c) })
				}
			}
		})
	}
}

func (r row) try(t *testing.T, c carrier) {
	t.Parallel()
	s := newStage(t, c, r.step)
	got := s.see(r.ask, r.flushed)
	want := r.want.as(c, r.ask.method)
	if fmt.Sprint(got) != fmt.Sprint(want) || got.body != want.body {
		t.Errorf("the client saw\n%v, want\n%v", got, want)
	}
	end := <-s.ended
	if end.whole == want.broken && r.name != "an error behind the last byte of a known length" {
		t.Errorf("finish saw %+v, the client %v", end, got)
	}
	for _, want := range r.heard {
		if got := <-s.heard; got != want {
			t.Errorf("the step saw %s, want %s", got, want)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.events); s.events[n-1] != "finish" || slices.Index(s.events, "finish") != n-1 {
		t.Errorf("finish is not once and last: %q", s.events)
	}
}

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

var _ = http.StatusOK
