package proxy

import (
	"errors"
	"io"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
)

// responses are the ways in which a step may answer.
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
	cut := func(size int64, end func() error) act {
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

func respond(b Body) act {
	return func(_ *stage, x *exchange) step {
		x.Respond(Head{Status: 200, Own: []byte(head)}, b)
		return stepFinish
	}
}

func whole(text string) act { return respond(&objectBody{[]byte(text)}) }

func streamed(size int64, all ...string) act {
	return func(s *stage, x *exchange) step {
		own := ""
		if size < 0 {
			own = "X-Stream: 1\r\n"
		}
		x.Respond(Head{Status: 200, Own: []byte(own)}, s.pieces(size, all...))
		return stepFinish
	}
}
