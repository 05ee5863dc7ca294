package proxy

import (
	"bytes"
	"io"

	"github.com/afterburner-gateway/afterburner/cache"
)

// maxKeyedBody is the largest body that is read for its key, in bytes.
const maxKeyedBody = 1 << 20

// maxHeld is what such bodies may take together, in bytes, while their requests
// are under way.
const maxHeld = 64 << 20

// content is a request's body that was read before the answer was looked up.
type content struct {
	read  bool
	bytes []byte    // the whole, or its beginning; they never change
	rest  io.Reader // what follows; nil: nothing
	held  int64     // how much of Gateway.held is this exchange's
}

// holdBody reads the body of a request whose key it is part of (cache.methods).
// done: the request does not get to the lookup; next tells where it goes.
func (g *Gateway) holdBody(x *exchange) (next step, done bool) {
	asked := cache.Request{Method: x.Method, Fields: x.Fields}
	if x.content.read || !x.route.policy.KeysBody(x.Method) || cache.Passes(&asked, x.route.policy) != "" {
		return 0, false
	}
	if x.Length > maxKeyedBody {
		return x.pass(cache.Answer{Reason: cache.BodyTooLarge, Forward: cache.FwdBypass}), true
	}
	if !g.hold(x) {
		return x.pass(cache.Answer{Reason: cache.BodiesHeld, Forward: cache.FwdBypass}), true
	}
	x.content.read = true
	if x.Length == 0 {
		return 0, false
	}
	body := x.adaptor.body()
	var err error
	x.content.bytes, err = io.ReadAll(io.LimitReader(body, maxKeyedBody+1))
	switch {
	case err != nil:
		return x.failUpstream(err), true
	case len(x.content.bytes) > maxKeyedBody:
		x.content.rest = body
		return x.pass(cache.Answer{Reason: cache.BodyTooLarge, Forward: cache.FwdBypass}), true
	}
	return 0, false
}

// hold takes room for the body, as large as it may become.
func (g *Gateway) hold(x *exchange) bool {
	size := x.Length
	if size < 0 {
		size = maxKeyedBody
	}
	if g.held.Add(size) > maxHeld {
		g.held.Add(-size)
		return false
	}
	x.content.held = size
	return true
}

// release gives the room back.
func (g *Gateway) release(x *exchange) { g.held.Add(-x.content.held) }

// appendKey appends the key of the request.
func (x *exchange) appendKey(dst []byte) []byte {
	dst = x.route.key.Append(dst, x.Scheme, x.Host, x.Target, x.Fields)
	if !x.content.read {
		return dst
	}
	return cache.AppendBody(dst, x.Method, x.Fields, x.content.bytes)
}

// sendBody gives an order the request's body: what was read of it, then what still
// comes from the client. Trailers behind a body that was read for its key are
// dropped, which RFC 9110 section 6.5.1 allows.
func (x *exchange) sendBody(o *order) {
	r := &o.request
	if x.content.read && x.content.rest == nil {
		r.Body, r.Length = bytes.NewReader(x.content.bytes), int64(len(x.content.bytes))
		return
	}
	if x.Length == 0 {
		return
	}
	body := x.content.rest
	if body == nil {
		body, r.Expect = x.adaptor.body(), x.Expects
	}
	r.Body, r.Length = body, x.Length
	if t, ok := body.(trailed); ok {
		r.Trailers = func() [][2]string { return x.passedTrailers(t) }
	}
	if x.content.read {
		r.Body = &replayed{io.MultiReader(bytes.NewReader(x.content.bytes), body), body}
	}
}

// replayed is a body whose beginning was read before.
type replayed struct {
	io.Reader           // the beginning, then the rest
	rest      io.Reader // of the client's
}

// Close makes a Read of the rest return.
func (r *replayed) Close() error {
	if rest, ok := r.rest.(io.Closer); ok {
		return rest.Close()
	}
	return nil
}
