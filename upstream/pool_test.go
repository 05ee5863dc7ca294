package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// inBubble runs a test in virtual time on in-memory pipes. It fails if a
// goroutine is left over after the upstream has retired.
func inBubble(t *testing.T, o Options, serve script, test func(*testing.T, *Upstream)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if o.Dial == nil {
			o.Dial = piped(serve)
		}
		u, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, u)
		u.Retire()
		time.Sleep(2 * time.Hour) // for origins that sleep; time stops with this function
		if s := u.Stats(); s.Open != 0 || s.Waiting != 0 {
			t.Errorf("at the end %+v, want nothing open, nobody waiting", s)
		}
	})
}

// onGate answers each request with its target when the gate lets one through.
func onGate(gate chan struct{}) script {
	return func(_ int, c *peer) {
		for {
			_, rest, ok := strings.Cut(c.head(), " ")
			if !ok {
				return
			}
			target, _, _ := strings.Cut(rest, " ")
			<-gate
			c.say(answerWith(target))
		}
	}
}

// gated is inBubble with an origin onGate.
func gated(t *testing.T, o Options, test func(*testing.T, *Upstream, chan struct{})) {
	t.Helper()
	var gate chan struct{} // made in the bubble
	serve := func(n int, c *peer) { onGate(gate)(n, c) }
	inBubble(t, o, serve, func(t *testing.T, u *Upstream) {
		gate = make(chan struct{}, 9)
		test(t, u, gate)
	})
}

func atOnce(_ int, c *peer) {
	for c.head() != "" {
		c.say(good)
	}
}

func pooled(max, waiting int) Options {
	o := options("http://origin:1")
	o.MaxConnections, o.MaxWaiting = max, waiting
	return o
}

// call starts a round trip and returns where its outcome will be.
func call(ctx context.Context, u *Upstream, req *Request) chan string {
	result := make(chan string, 1)
	go func() { result <- outcome(u.RoundTrip(ctx, req)) }()
	synctest.Wait()
	return result
}

func TestFirstToWaitIsFirstServed(t *testing.T) {
	gated(t, pooled(1, 3), func(t *testing.T, u *Upstream, gate chan struct{}) {
		var results []chan string
		for i := range 4 {
			results = append(results, call(t.Context(), u, get(fmt.Sprint("/", i))))
		}
		if got, want := u.Stats(), (Stats{Open: 1, Waiting: 3, Dialed: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got := <-call(t.Context(), u, get("/late")); got != "connection_limit_reached" {
			t.Errorf("a request more: %s, want connection_limit_reached", got)
		}
		for i, result := range results {
			gate <- struct{}{}
			if got, want := <-result, fmt.Sprintf(`200 "/%d"`, i); got != want {
				t.Errorf("request %d: %s, want %s", i, got, want)
			}
		}
		if got, want := u.Stats(), (Stats{Open: 1, Idle: 1, Dialed: 1, Reused: 3}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestWaitingEnds(t *testing.T) {
	o := pooled(1, 3)
	o.Response = time.Minute
	gated(t, o, func(t *testing.T, u *Upstream, gate chan struct{}) {
		first := call(t.Context(), u, get("/first"))
		ctx, cancel := context.WithCancel(t.Context())
		left, began := call(ctx, u, get("/left")), time.Now()
		late := call(t.Context(), u, get("/late"))
		cancel()
		if got := <-left; got != "canceled" {
			t.Errorf("the one that left: %s, want canceled", got)
		}
		if got := <-late; got != "connection_limit_reached" || time.Since(began) != 5*time.Second {
			t.Errorf("the late one: %s after %v, want connection_limit_reached after 5s", got, time.Since(began))
		}
		gate <- struct{}{}
		if got, want := <-first, `200 "/first"`; got != want {
			t.Errorf("the first: %s, want %s", got, want)
		}
	})
}

// A place whose connection could not be opened goes to the next in the queue.
func TestFailedDialPassesItsPlaceOn(t *testing.T) {
	serve, n := piped(atOnce), 0
	o := pooled(1, 3)
	o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if n++; n == 1 {
			time.Sleep(time.Second)
			return nil, errors.New("no route")
		}
		return serve(ctx, network, addr)
	}
	inBubble(t, o, nil, func(t *testing.T, u *Upstream) {
		first := call(t.Context(), u, get("/"))
		second := call(t.Context(), u, get("/"))
		if got := <-first; got != "destination_unavailable" {
			t.Errorf("the first: %s, want destination_unavailable", got)
		}
		if got, want := <-second, `200 "good"`; got != want {
			t.Errorf("the second: %s, want %s", got, want)
		}
	})
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	gated(t, pooled(4, 0), func(t *testing.T, u *Upstream, gate chan struct{}) {
		a, b := call(t.Context(), u, get("/a")), call(t.Context(), u, get("/b"))
		gate <- struct{}{}
		gate <- struct{}{}
		<-a
		<-b
		for range 3 { // the newest is used again, the oldest ages
			time.Sleep(19 * time.Second)
			gate <- struct{}{}
			<-call(t.Context(), u, get("/c"))
		}
		if s := u.Stats(); s.Idle != 2 {
			t.Errorf("after 57s %+v, want 2 idle", s)
		}
		time.Sleep(4 * time.Second)
		if s := u.Stats(); s.Idle != 1 || s.Open != 1 {
			t.Errorf("after 61s %+v, want 1 idle: the other was not used for a minute", s)
		}
		time.Sleep(time.Minute)
		if s := u.Stats(); s.Idle != 0 || s.Open != 0 {
			t.Errorf("a minute later %+v, want none", s)
		}
	})
}

// Served and cancelled at the same moment: the place is not lost, whichever wins.
func TestServedWhileLeaving(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		p := &pool{max: 1, taken: 1, wait: time.Minute, maxWaiting: 1}
		w := make(waiter, 1)
		spot := p.queue.PushBack(w)
		p.vacate() // hands the place to w
		if _, e := p.await(ctx, w, spot); e == nil {
			p.vacate()
		}
		if p.taken != 0 || p.queue.Len() != 0 {
			t.Fatalf("%d taken, %d waiting, want none", p.taken, p.queue.Len())
		}
	}
}

// A dead connection is replaced by another idle one before a new one is dialed.
func TestNewestIdleIsDead(t *testing.T) {
	both, closed := make(chan struct{}), make(chan struct{})
	u := build(t, options(listen(t, func(_ int, c *peer) {
		for {
			switch head := c.head(); {
			case head == "":
				return
			case strings.Contains(head, "/dies"):
				<-both
				c.say(good)
				c.Close()
				close(closed)
				return
			}
			c.say(good)
		}
	})))
	dies := make(chan string)
	go func() { dies <- outcome(u.RoundTrip(t.Context(), get("/dies"))) }()
	for u.Stats().Dialed == 0 {
		runtime.Gosched()
	}
	wantGood(t, u) // on a second connection, idle before the first
	close(both)
	<-dies
	<-closed
	wantGood(t, u)
	if s := u.Stats(); s.Dialed != 2 || s.Reused != 1 || s.Open != 1 {
		t.Errorf("%+v, want the older connection used again", s)
	}
}

func TestRetire(t *testing.T) {
	gated(t, pooled(4, 0), func(t *testing.T, u *Upstream, gate chan struct{}) {
		a, b := call(t.Context(), u, get("/a")), call(t.Context(), u, get("/b"))
		gate <- struct{}{}
		select { // either of the two
		case <-a:
			a = b
		case <-b:
		}
		u.Retire()
		if s := u.Stats(); s.Open != 1 || s.Idle != 0 {
			t.Errorf("after Retire %+v, want the busy one alone", s)
		}
		gate <- struct{}{}
		if got := <-a; !strings.HasPrefix(got, "200 ") {
			t.Errorf("the running exchange: %s, want its answer", got)
		}
		late := call(t.Context(), u, get("/late"))
		gate <- struct{}{}
		if got, want := <-late, `200 "/late"`; got != want {
			t.Errorf("a later exchange: %s, want %s", got, want)
		}
		if s := u.Stats(); s.Open != 0 {
			t.Errorf("released after Retire: %+v, want none open", s)
		}
	})
}

func TestCloseBeforeTheEndDiscards(t *testing.T) {
	inBubble(t, pooled(1, 0), atOnce, func(t *testing.T, u *Upstream) {
		resp, err := u.RoundTrip(t.Context(), get("/"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Read(make([]byte, 2))
		resp.Body.Close()
		resp.Body.Close()
		if _, err := resp.Body.Read(make([]byte, 1)); err == nil || err == io.EOF {
			t.Errorf("Read after Close = %v, want an error", err)
		}
		wantGood(t, u)
		if s := u.Stats(); s.Dialed != 2 {
			t.Errorf("%+v, want a new connection", s)
		}
	})
}

// A panic of the caller's own function leaves no connection behind.
func TestPanicOfInform(t *testing.T) {
	serve := func(_ int, c *peer) { c.head(); c.say("HTTP/1.1 103 Early Hints\r\n\r\n"); c.head() }
	inBubble(t, pooled(1, 0), serve, func(t *testing.T, u *Upstream) {
		defer func() {
			if p := recover(); p != "boom" {
				t.Errorf("recovered %v, want the panic of Inform", p)
			}
		}()
		req := get("/")
		req.Inform = func(int, [][2]string) { panic("boom") }
		u.RoundTrip(t.Context(), req)
	})
}
