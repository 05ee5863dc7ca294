package proxy

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
)

// uploads are what a step may do with a request's body.
func uploads() []row {
	long := strings.Repeat("0123456789abcdef", 16<<10)
	post := func(text string, length int64) asked {
		return asked{method: "POST", body: &textReader{strings.NewReader(text)}, length: length}
	}
	half := asked{method: "POST", body: io.MultiReader(strings.NewReader("hello"), brokenReader{errOrigin}), length: 10}
	endless := half
	endless.length = -1
	_, _ = endless, half
	_ = func(c carrier) bool { return false }
	_ = func(c carrier) bool { return c.name != "fasthttp, HTTP/1.0 over TCP" && c.uploads }
	return []row{
		{name: "a request's body read before the answer", ask: post("hello", 5), step: echo, want: result{status: 200, length: 5, body: "hello"}},
		{name: "a long request body read before the answer", ask: post(long, int64(len(long))), step: echo, want: result{status: 200, length: int64(len(long)), body: long}},
	}
}

// textReader hides what a reader could do besides.
type textReader struct{ io.Reader }

// echo answers with the request's body.
func echo(_ *stage, x *exchange) step {
	all, err := io.ReadAll(x.adaptor.body())
	if err != nil {
		return x.failUpstream(err)
	}
	x.Respond(Head{Status: 200}, &objectBody{all})
	return stepFinish
}

var _ = errors.New
var _ = fmt.Sprint
var _ cache.Fields

// brokenReader is where a client stops.
type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }
