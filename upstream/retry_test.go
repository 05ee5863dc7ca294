package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// origins is a Dial for the targets http://a, http://b and so on; one that is not
// there refuses the connection. asked gets the name of each origin that was dialed.
func origins(asked *string, serve map[string]script) func(context.Context, string, string) (net.Conn, error) {
	dials := map[string]func(context.Context, string, string) (net.Conn, error){}
	for name, s := range serve {
		dials[name] = piped(s)
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		name, _, _ := net.SplitHostPort(addr)
		*asked += name
		if dials[name] == nil {
			return nil, errRefused
		}
		return dials[name](ctx, network, addr)
	}
}

var errRefused = errors.New("refused for the test")

// says answers once, whatever was asked, and closes.
func says(s string) script { return func(_ int, c *peer) { c.head(); c.say(s) } }

// RFC 9110 section 9.2.2, and invariant: no request reaches an origin twice unless
// it is idempotent and no byte of an answer was delivered.
func TestTriedAgain(t *testing.T) {
	failing, plain := "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", Request{Method: "GET"}
	body := func() io.Reader { return strings.NewReader("abc") }
	for _, row := range []struct {
		name  string
		req   Request
		first script // of target a; b answers well, c does not listen
		want  string
		asked string
		after time.Duration
	}{
		{"refused", plain, nil, `200 "good"`, "ab", 0},
		{"closed before a head", plain, says(""), `200 "good"`, "ab", 0},
		{"half a head", plain, says(ok + "A: b\r\n"), `200 "good"`, "ab", 0},
		{"half a status line", plain, says("HTTP/1.1 20"), `200 "good"`, "ab", 0},
		{"a 100 and nothing more", plain, says("HTTP/1.1 100 Continue\r\n\r\n"), `200 "good"`, "ab", 0},
		{"no head in time", plain, silent, `200 "good"`, "ab", 5 * time.Second},
		{"the head cannot be written", plain, deaf, `200 "good"`, "ab", 5 * time.Second},
		{"a 503 is an answer", plain, says(failing), `503 "busy"`, "a", 0},
		{"a body that breaks has a head", plain, says(sized + "\r\nbo"), `200 "bo" cut: http_response_incomplete`, "a", 0},
		{"a malformed answer is one", plain, says("junk\r\n"), `http_protocol_error`, "a", 0},
		{"two lengths", plain, says(sized + "Content-Length: 4\r\n\r\nbody"), `http_protocol_error`, "a", 0},
		{"a 103 that was delivered", Request{Method: "GET", Inform: func(int, [][2]string) {}}, says("HTTP/1.1 103 E\r\n\r\n"), `http_response_incomplete`, "a", 0},
		{"a 103 that nobody heard", plain, says("HTTP/1.1 103 E\r\n\r\n"), `200 "good"`, "ab", 0},
		{"HEAD", Request{Method: "HEAD"}, says(""), `200 ""`, "ab", 0},
		{"OPTIONS", Request{Method: "OPTIONS"}, says(""), `200 "good"`, "ab", 0},
		{"DELETE", Request{Method: "DELETE"}, says(""), `200 "good"`, "ab", 0},
		{"PUT without a body", Request{Method: "PUT"}, says(""), `200 "good"`, "ab", 0},
		{"PUT with a body", Request{Method: "PUT", Body: body(), Length: 3}, nil, `destination_unavailable`, "a", 0},
		{"POST", Request{Method: "POST"}, nil, `destination_unavailable`, "a", 0},
		{"POST, closed", Request{Method: "POST"}, says(""), `connection_terminated`, "a", 0},
		{"PATCH", Request{Method: "PATCH"}, says(""), `connection_terminated`, "a", 0},
		{"an unknown method", Request{Method: "MKCOL"}, says(""), `connection_terminated`, "a", 0},
		{"get in lower case is another method", Request{Method: "get"}, says(""), `connection_terminated`, "a", 0},
		{"a faulty request", Request{Method: "GET", Fields: [][2]string{{"A", "\n"}}}, nil, `http_request_error`, "", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			asked := ""
			o := options("http://a")
			o.Targets, o.Attempts = []string{"http://a", "http://b", "http://c"}, 2
			serve := map[string]script{"b": says(good)}
			if row.first != nil {
				serve["a"] = row.first
			}
			synctest.Test(t, func(t *testing.T) {
				o.Dial = origins(&asked, serve)
				u, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				req, began := row.req, time.Now()
				req.Target, req.Host = "/", "h"
				resp, err := u.RoundTrip(t.Context(), &req)
				if n := triesOf(resp, err); n != len(row.asked) {
					t.Errorf("%d tries are reported, want %d", n, len(row.asked))
				}
				if got := outcome(resp, err); got != row.want || asked != row.asked || time.Since(began) != row.after {
					t.Errorf("%s after %v by %q, want %s after %v by %q", got, time.Since(began), asked, row.want, row.after, row.asked)
				}
				u.Retire()
				time.Sleep(2 * time.Hour) // for origins that sleep
			})
		})
	}
}

func triesOf(resp *Response, err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Tries
	}
	return resp.Tries
}

// The tries go round the targets, the next request begins behind its first.
func TestTriesGoRound(t *testing.T) {
	for _, row := range []struct {
		attempts, requests int
		want               string
	}{
		{0, 3, "a1 b1 c1"}, {1, 3, "a1 b1 c1"}, {2, 3, "ab2 bc2 ca2"}, {3, 1, "abc3"}, {5, 1, "abcab5"},
	} {
		asked, got := "", []string{}
		o := options("http://a")
		o.Targets, o.Attempts = []string{"http://a", "http://b", "http://c"}, row.attempts
		o.Dial = origins(&asked, nil)
		u := build(t, o)
		for range row.requests {
			asked = ""
			resp, err := u.RoundTrip(t.Context(), get("/"))
			if !errors.Is(err, errRefused) {
				t.Errorf("%v, want the error of the last try", err)
			}
			got = append(got, fmt.Sprint(asked, triesOf(resp, err)))
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("with %d attempts %q, want %q", row.attempts, got, row.want)
		}
	}
}

// The error of a body tells the tries of its response.
func TestTriesOfABrokenBody(t *testing.T) {
	asked := ""
	o := options("http://a")
	o.Targets, o.Attempts = []string{"http://a", "http://b"}, 2
	o.Dial = origins(&asked, map[string]script{"b": says(sized + "\r\nbo")})
	resp, err := build(t, o).RoundTrip(t.Context(), get("/"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(resp.Body)
	var e *Error
	if !errors.As(err, &e) || e.Tries != 2 || e.Target != "b:80" {
		t.Errorf("%+v, want an error of b after 2 tries", err)
	}
}

// With one target the next one is the same: an origin that restarts is met.
func TestTriedAgainOnTheOnlyTarget(t *testing.T) {
	o := options(listen(t, func(n int, c *peer) {
		if c.head(); n > 1 {
			c.say(good)
		}
	}))
	o.Attempts = 2
	resp, err := build(t, o).RoundTrip(t.Context(), get("/"))
	if n := triesOf(resp, err); n != 2 {
		t.Errorf("%d tries, want 2", n)
	}
	if got, want := outcome(resp, err), `200 "good"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A pooled connection that had closed is replaced within one try.
func TestReplacingIsNoTry(t *testing.T) {
	u := build(t, options(listen(t, func(n int, c *peer) {
		c.head()
		c.say(good)
		c.head() // the next request, never answered
	})))
	wantGood(t, u)
	resp, err := u.RoundTrip(t.Context(), get("/"))
	if n := triesOf(resp, err); n != 1 {
		t.Errorf("%d tries, want 1", n)
	}
	if got, want := outcome(resp, err), `200 "good"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if s := u.Targets()[0]; s.Dialed != 2 || s.Failed != 0 {
		t.Errorf("%+v, want two connections and no failure", s)
	}
}

// Nobody waits for a further try.
func TestNotTriedAgainWhenGivenUp(t *testing.T) {
	for _, row := range []struct{ name, want string }{
		{"cancelled", "canceled"}, {"its own deadline", "http_response_timeout"},
	} {
		asked := ""
		synctest.Test(t, func(t *testing.T) {
			o := options("http://a")
			o.Targets, o.Attempts = []string{"http://a", "http://b"}, 2
			o.Dial = origins(&asked, map[string]script{"a": silent, "b": says(good)})
			u, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			result := call(ctx, u, get("/"))
			if row.want == "canceled" {
				cancel()
			}
			if got := <-result; got != row.want || asked != "a" {
				t.Errorf("%s: %s by %q, want %s by a", row.name, got, asked, row.want)
			}
			cancel()
			u.Retire()
		})
	}
}

// A full pool is our own limit: no other target is asked.
func TestNotTriedAgainWithAFullPool(t *testing.T) {
	o := pooled(1, 0)
	o.Targets, o.Attempts = []string{"http://a", "http://b"}, 2
	gated(t, o, func(t *testing.T, u *Upstream, gate chan struct{}) {
		a, b := call(t.Context(), u, get("/a")), call(t.Context(), u, get("/b"))
		if got := <-call(t.Context(), u, get("/c")); got != "connection_limit_reached" {
			t.Errorf("%s, want connection_limit_reached", got)
		}
		want := []TargetStats{{Address: "a:80", Open: 1, Dialed: 1}, {Address: "b:80", Open: 1, Dialed: 1}}
		if got := u.Targets(); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		gate <- struct{}{}
		gate <- struct{}{}
		<-a
		<-b
	})
}

func TestStatsOfTargets(t *testing.T) {
	inBubble(t, func() Options {
		o, asked := pooled(1, 1), ""
		o.Targets, o.Attempts = []string{"http://a", "http://b:9000", "https://c"}, 3
		o.Dial = origins(&asked, map[string]script{"a": says(""), "b": atOnce})
		return o
	}(), nil, func(t *testing.T, u *Upstream) {
		for range 3 { // a and b; b; c, a and b
			wantGood(t, u)
		}
		first := call(t.Context(), u, &Request{Method: "POST", Target: "/", Host: "h"}) // a
		if got, want := <-first, "connection_terminated"; got != want {
			t.Errorf("POST = %s, want %s", got, want)
		}
		want := []TargetStats{
			{Address: "a:80", Dialed: 3, Failed: 3},
			{Address: "b:9000", Open: 1, Idle: 1, Dialed: 1, Reused: 2},
			{Address: "c:443", Failed: 1},
		}
		if got := u.Targets(); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got, want := u.Stats(), (Stats{Open: 1, Idle: 1, Dialed: 4, Reused: 2}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// A body that a broken origin sends after the head of a HEAD, when the next
// request is under way, is not the answer to that.
func TestLateBodyOfHead(t *testing.T) {
	for _, head := range []string{sized + "\r\n", chunked} {
		u := build(t, options(listen(t, func(n int, c *peer) {
			if n == 1 {
				c.head()
				c.say(head)
				c.head()
				c.say(answerWith("evil"))
				return
			}
			c.head()
			c.say(good)
		})))
		if got, want := outcome(u.RoundTrip(t.Context(), &Request{Method: "HEAD", Target: "/", Host: "h"})), `200 ""`; got != want {
			t.Errorf("HEAD = %s, want %s", got, want)
		}
		wantGood(t, u)
	}
}
