package upstream

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A stage is a place where an exchange can hang.
type stage struct {
	name  string
	serve script
	dial  func(context.Context, string, string) (net.Conn, error)
	req   func() *Request
	// after is when the upstream's own bounds end it, and with what.
	after time.Duration
	want  string
	// canceled is the outcome if its context is cancelled half a second before.
	canceled string
}

// silent reads and says nothing.
func silent(_ int, c *peer) { io.Copy(io.Discard, c.in) }

func posting(body io.Reader) func() *Request {
	return func() *Request {
		return &Request{Method: "POST", Target: "/", Host: "h", Body: body, Length: -1}
	}
}

func stages() []stage {
	plain := func() *Request { return get("/") }
	endless := func() *Request { return posting(endless{})() }
	return []stage{
		{"dial", nil, func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, plain, 2 * time.Second, "connection_timeout", "canceled"},
		{"write of the head", deaf, nil, plain, 3 * time.Second, "connection_write_timeout", "canceled"},
		{"head", silent, nil, plain, 3 * time.Second, "http_response_timeout", "canceled"},
		{"half a head", func(_ int, c *peer) { c.head(); c.say(ok); c.head() }, nil, plain, 3 * time.Second, "http_response_timeout", "canceled"},
		{"a head that drips", func(_ int, c *peer) {
			c.head()
			for _, b := range ok + strings.Repeat("a", 100) {
				if _, err := c.Write([]byte{byte(b)}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}, nil, plain, 3 * time.Second, "http_response_timeout", "canceled"},
		{"body", func(_ int, c *peer) {
			c.head()
			c.say(sized + "\r\n")
			for range 3 { // each read has its own time
				time.Sleep(2 * time.Second)
				c.say("x")
			}
			c.head()
		}, nil, plain, 9 * time.Second, `200 "xxx" cut: connection_read_timeout`, `200 "xxx" cut: canceled`},
		{"write of the body", func(n int, c *peer) { c.head(); deaf(n, c) }, nil, endless, 3 * time.Second, "connection_write_timeout", "canceled"},
		{"answer to the body", silent, nil, posting(unsized{strings.NewReader("abc")}), 3 * time.Second, "http_response_timeout", "canceled"},
		{"the client's body", silent, nil, func() *Request {
			return posting(stalled{make(chan struct{})})()
		}, 0, "", "canceled"},
	}
}

// deaf does not read at all.
func deaf(int, *peer) { time.Sleep(time.Hour) }

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func stageOptions(s stage) Options {
	o := pooled(1, 1)
	o.Connect, o.Response, o.Dial = 2*time.Second, 3*time.Second, s.dial
	return o
}

func TestEachStageIsBounded(t *testing.T) {
	for _, s := range stages() {
		if s.after == 0 {
			continue // the caller's reader bounds it
		}
		t.Run(s.name, func(t *testing.T) {
			inBubble(t, stageOptions(s), s.serve, func(t *testing.T, u *Upstream) {
				began := time.Now()
				if got := outcome(u.RoundTrip(t.Context(), s.req())); got != s.want || time.Since(began) != s.after {
					t.Errorf("%s after %v, want %s after %v", got, time.Since(began), s.want, s.after)
				}
			})
		})
	}
}

// Cancelling ends each stage at once, and the connection is not used again.
func TestEachStageCanBeCanceled(t *testing.T) {
	for _, s := range stages() {
		t.Run(s.name, func(t *testing.T) {
			inBubble(t, stageOptions(s), s.serve, func(t *testing.T, u *Upstream) {
				ctx, cancel := context.WithCancel(t.Context())
				result := call(ctx, u, s.req())
				time.Sleep(max(s.after, time.Second) - time.Second/2)
				began := time.Now()
				cancel()
				if got := <-result; got != s.canceled || time.Since(began) != 0 {
					t.Errorf("%s after %v, want %s at once", got, time.Since(began), s.canceled)
				}
				synctest.Wait()
				if st := u.Stats(); st.Open != 0 {
					t.Errorf("%+v, want none open", st)
				}
			})
		})
	}
}

func TestCanceledBefore(t *testing.T) {
	inBubble(t, pooled(1, 1), atOnce, func(t *testing.T, u *Upstream) {
		wantGood(t, u)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		got := outcome(u.RoundTrip(ctx, get("/")))
		if s := u.Stats(); got != "canceled" || s.Idle != 1 || s.Reused != 0 {
			t.Errorf("%s with %+v, want canceled and the idle connection untouched", got, s)
		}
	})
}

// Cancelling after the end does no harm to the connection's next exchange.
func TestCanceledAfter(t *testing.T) {
	inBubble(t, pooled(1, 1), atOnce, func(t *testing.T, u *Upstream) {
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			if got, want := outcome(u.RoundTrip(ctx, get("/"))), `200 "good"`; got != want {
				t.Errorf("GET = %s, want %s", got, want)
			}
			cancel()
			synctest.Wait()
		}
		if s := u.Stats(); s.Dialed != 1 || s.Reused != 2 {
			t.Errorf("%+v, want one connection for all", s)
		}
	})
}

func TestDeadlineOfTheContext(t *testing.T) {
	inBubble(t, pooled(1, 1), silent, func(t *testing.T, u *Upstream) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got := outcome(u.RoundTrip(ctx, get("/"))); got != "http_response_timeout" {
			t.Errorf("%s, want http_response_timeout", got)
		}
	})
}

// A slow client is no fault of the origin: no clock of the response runs
// while the body is not sent.
func TestSlowUpload(t *testing.T) {
	o := pooled(1, 1)
	o.Response = 3 * time.Second
	inBubble(t, o, func(_ int, c *peer) {
		for echoBody(c) {
		}
	}, func(t *testing.T, u *Upstream) {
		r, w := io.Pipe()
		go func() {
			for range 4 {
				time.Sleep(10 * time.Second)
				io.WriteString(w, "abc")
			}
			w.Close()
		}()
		if got, want := outcome(u.RoundTrip(t.Context(), posting(r)())), `200 "12|"`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		wantOne(t, u)
	})
}

func wantOne(t *testing.T, u *Upstream) {
	t.Helper()
	if s := u.Stats(); s.Dialed != 1 || s.Idle != 1 {
		t.Errorf("%+v, want one connection, idle", s)
	}
}

func TestExpect(t *testing.T) {
	for _, row := range []struct {
		name  string
		serve script
		want  string
		after time.Duration
		read  bool // the body was
		kept  bool
	}{
		{"a 100 lets the body go", func(_ int, c *peer) {
			c.head()
			c.say("HTTP/1.1 100 Continue\r\n\r\n")
			io.CopyN(io.Discard, c.in, 3)
			c.say(good)
			c.head()
		}, `200 "good"`, 0, true, true},
		{"an origin that does not know it", func(_ int, c *peer) {
			c.head()
			io.CopyN(io.Discard, c.in, 3)
			c.say(good)
			c.head()
		}, `200 "good"`, time.Second, true, true},
		{"a final answer instead", func(_ int, c *peer) {
			c.head()
			c.say("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\n")
			time.Sleep(2 * time.Second)
			c.say("no")
			c.head()
		}, `417 "no"`, 2 * time.Second, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBubble(t, pooled(1, 1), row.serve, func(t *testing.T, u *Upstream) {
				body, began := strings.NewReader("abc"), time.Now()
				req := &Request{Method: "PUT", Target: "/", Host: "h", Body: body, Length: 3, Expect: true}
				if got := outcome(u.RoundTrip(t.Context(), req)); got != row.want || time.Since(began) != row.after {
					t.Errorf("%s after %v, want %s after %v", got, time.Since(began), row.want, row.after)
				}
				if read := body.Len() == 0; read != row.read {
					t.Errorf("the body was read: %t, want %t", read, row.read)
				}
				if kept := u.Stats().Idle == 1; kept != row.kept {
					t.Errorf("the connection is kept: %t, want %t", kept, row.kept)
				}
			})
		})
	}
}
