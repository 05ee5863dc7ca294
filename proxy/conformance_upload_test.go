package proxy

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/cache"
)

// text is a request's body that hides what a reader could do besides.
func text(s string) func(*stage) io.Reader {
	return func(*stage) io.Reader { return struct{ io.Reader }{strings.NewReader(s)} }
}

// half is a body whose client ends early.
func half(*stage) io.Reader {
	return io.MultiReader(strings.NewReader("hello"), brokenReader{})
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the client ends early") }

// held is a body whose client goes on no more, nor leaves.
func held(s *stage) io.Reader {
	body, from := io.Pipe()
	go func() { _, _ = io.WriteString(from, "hello") }()
	s.t.Cleanup(func() { from.Close() })
	return body
}

func post(body func(*stage) io.Reader, length int64) asked {
	return asked{method: "POST", body: body, length: length}
}

// uploads are what a step may do with a request's body.
func uploads() []row {
	long := strings.Repeat("0123456789abcdef", 16<<10)
	size := int64(len(long))
	hello := result{status: 200, length: 5, body: "hello"}
	done := result{status: 200, length: 4, body: "done"}
	return []row{
		{name: "a request's body read early", ask: post(text("hello"), 5), step: echo, want: hello},
		{name: "a request's body of unknown length read early", ask: post(text("hello"), -1), step: echo, want: hello, only: chunksIn},
		{name: "a long request body read early", ask: post(text(long), size), step: echo, want: result{status: 200, length: size, body: long}},
		{name: "a long request body of unknown length read early", ask: post(text(long), -1), step: echo, only: chunksIn,
			want: result{status: 200, length: size, body: long}},
		{name: "a request's body read late", ask: post(text("hello"), 5), step: echoLate, want: result{status: 200, length: -1, body: "hello"}},
		{name: "a long request body read late", ask: post(text(long), -1), step: echoLate, only: chunksIn,
			want: result{status: 200, length: -1, body: long}},
		{name: "a request's body read never", ask: post(text("hello"), 5), step: whole("done"), want: done},
		{name: "a long request body read never", ask: post(text(long), size), step: whole("done"), want: done},
		{name: "a request's body read in part", ask: post(text(long), size), step: readPart, want: done},
		{name: "a request's body read in part, of unknown length", ask: post(text(long), -1), step: readPart, want: done, only: chunksIn},
		{name: "a request without a body", ask: asked{method: "POST"}, step: func(s *stage, x *exchange) step {
			if x.Length != 0 || x.adaptor.body() != nil {
				s.t.Errorf("its length is %d, its body %v", x.Length, x.adaptor.body())
			}
			return whole("done")(s, x)
		}, want: done},
		{name: "a request's body over the limit", ask: post(text("hello"), 5), step: limited, only: byPieces, want: done},
		{name: "a request's body over the limit, of unknown length", ask: post(text("hello"), -1), step: limited, only: chunksIn, want: done},
		{name: "a request's body that nobody wants any more", ask: post(held, 10), step: stopped, only: byPieces, want: done},
		{name: "a request's body that nobody wants any more, of unknown length", ask: post(held, -1), step: stopped, only: chunksIn, want: done},
	}
}

func byPieces(c carrier) bool { return c.uploads }

func chunksIn(c carrier) bool { return c.uploads && c.informs } // HTTP/1.0 has no chunks

// echo answers with the request's body.
func echo(_ *stage, x *exchange) step {
	all, err := io.ReadAll(x.adaptor.body())
	if err != nil {
		return x.failUpstream(err)
	}
	x.Respond(Head{Status: 200}, &objectBody{all})
	return stepFinish
}

// echoLate answers, and reads the request's body while the answer goes out.
func echoLate(s *stage, x *exchange) step {
	x.Respond(Head{Status: 200, Own: []byte("X-Stream: 1\r\n")}, &body{s, -1, func(to Sink) (cache.Fields, error) {
		if err := to.Flush(); err != nil {
			return nil, err
		}
		_, err := io.Copy(struct{ io.Writer }{to}, x.adaptor.body())
		return nil, err
	}})
	return stepFinish
}

func readPart(s *stage, x *exchange) step {
	if _, err := io.ReadFull(x.adaptor.body(), make([]byte, 3)); err != nil {
		s.t.Errorf("read 3 bytes: %v", err)
	}
	return whole("done")(s, x)
}

// limited reads more than the limit allows.
func limited(s *stage, x *exchange) step {
	small := *x.gen
	small.limits.body = 4
	x.gen = &small
	if _, err := io.ReadAll(x.adaptor.body()); !errors.Is(err, errBodyTooLarge) {
		s.t.Errorf("read 5 bytes of 4: %v", err)
	}
	return whole("done")(s, x)
}

// stopped has another goroutine read, and ends that.
func stopped(s *stage, x *exchange) step {
	body := x.adaptor.body()
	begun, ended := make(chan struct{}), make(chan error)
	go func() {
		if _, err := io.ReadFull(body, make([]byte, 5)); err != nil {
			s.t.Errorf("read what came: %v", err)
		}
		close(begun)
		_, err := io.ReadAll(body)
		ended <- err
	}()
	<-begun
	if n := x.adaptor.stopBody(); n != 5 {
		s.t.Errorf("%d bytes were read, want 5", n)
	}
	if err := <-ended; err == nil {
		s.t.Error("half a body was read as a whole one")
	}
	return whole("done")(s, x)
}

// A client that ends inside its request's body is seen, and it is no end.
func TestConformanceEarlyEndOfRequest(t *testing.T) {
	for _, c := range carriers() {
		for _, length := range []int64{10, -1} {
			if !byPieces(c) || length < 0 && !chunksIn(c) {
				continue
			}
			t.Run(fmt.Sprint(c.name, ", length ", length), func(t *testing.T) {
				t.Parallel()
				s := newStage(t, c, func(s *stage, x *exchange) step {
					all, err := io.ReadAll(x.adaptor.body())
					s.heard <- fmt.Sprintf("%q, at fault: %t", all, isClientFault(err))
					return x.failUpstream(err)
				})
				s.see(post(half, length), 0)
				if got := <-s.heard; got != `"hello", at fault: true` && got != `"", at fault: true` {
					t.Errorf("the step read %s", got)
				}
				<-s.ended
			})
		}
	}
}

// A client that leaves while it waits ends the exchange's context.
func TestConformanceGone(t *testing.T) {
	for _, c := range carriers() {
		if !c.leaves {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c, func(s *stage, x *exchange) step {
				select {
				case <-x.Gone():
					t.Error("gone before it went")
				default:
				}
				s.heard <- "waiting"
				<-x.Gone()
				x.closing = true
				return stepFinish
			})
			seen := make(chan result)
			go func() { seen <- s.see(asked{method: "GET"}, 0) }()
			<-s.heard
			s.client.leave()
			if end := <-s.ended; end.whole || !end.over {
				t.Errorf("finish saw %+v", end)
			}
			if got := <-seen; !got.broken {
				t.Errorf("the client saw %v", got)
			}
		})
	}
}

// A client that leaves inside the answer ends its body's run.
func TestConformanceEarlyEndOfReader(t *testing.T) {
	for _, c := range carriers() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c, func(s *stage, x *exchange) step {
				x.Respond(Head{Status: 200}, &body{s, -1, func(to Sink) (cache.Fields, error) {
					piece := make([]byte, 64<<10)
					for {
						if err := writeThrough(to, piece); err != nil {
							s.heard <- "ended"
							return nil, err
						}
					}
				}})
				return stepFinish
			})
			_, response, err := s.ask(asked{method: "GET"})
			if err == nil {
				if _, err := io.ReadFull(response.Body, make([]byte, 2)); err != nil {
					t.Errorf("read the first bytes: %v", err)
				}
				s.client.leave()
			} // in process the budget ends it
			<-s.heard
			if end := <-s.ended; end.whole {
				t.Errorf("finish saw %+v", end)
			}
		})
	}
}
