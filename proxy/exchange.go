package proxy

import (
	"context"
	"io"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// request is the view of what a client asks. Its strings may belong to the
// connection's buffer: they die with the exchange, and what outlives it is
// copied (newOrder, cache.Request.Clone).
type request struct {
	Method string
	Scheme string // http or https, as the client used it
	Host   string // the Host field: host or host:port, lower-cased
	Target string // origin-form, byte-exact: path and query
	Minor  int    // of HTTP/1.x
	// Fields are end-to-end: without Host, framing, Expect and all that
	// Connection lists.
	Fields cache.Fields
	// Length of the body: 0 none, -1 unknown until its end.
	Length int64
	// Expects: the client sends its body only after a 100 (Continue).
	Expects bool
	// TakesTrailers: the client would like trailers.
	TakesTrailers bool
	// Protocol is the one that the client would like to change to.
	Protocol string
	Client   string // the peer's address without port
}

// path is the target without its query.
func (r *request) path() string {
	for i := 0; i < len(r.Target); i++ {
		if r.Target[i] == '?' {
			return r.Target[:i]
		}
	}
	return r.Target
}

// adaptor carries one exchange over one protocol.
type adaptor interface {
	// body is the request's, nil if it has none. Its first read asks a client
	// that waits for it to go on. It may be read by one other goroutine, until
	// stopBody has returned.
	body() io.Reader
	// stopBody makes reads of the body return, now and later, and tells how many
	// bytes were read.
	stopBody() int64
	// inform sends an interim response where the protocol can.
	inform(status int, lines []byte)
	// watch makes the exchange's context, which ends with parent, when the client
	// has left, and when it is cancelled.
	watch(parent context.Context) (context.Context, context.CancelFunc)
	// send writes the response and runs its body, and tells how many bytes of
	// body went out. nil: delivered as a whole.
	send(x *exchange) (int64, error)
}

// exchange is one request and its answer. It belongs to one goroutine, and is
// used again when it is finished: nothing may keep it.
type exchange struct {
	request
	adaptor adaptor
	gen     *generation
	at      step // where it stands in the table
	item    bool // of a batch
	closing bool // the connection ends with this response

	// What the steps find out, in their order.
	peer    string      // the trusted proxy before the client; empty: there is none
	told    *provenance // what the last request of this connection told; nil: nothing is kept
	started time.Time
	route   *route
	params  params
	// sentTarget is what the upstream is asked for: the target, rewritten.
	sentTarget string
	content    content
	key        []byte
	asked      cache.Request
	coding     string // the content coding the client takes; "": identity
	answer     cache.Answer
	tries      tries
	filled     *cache.Response // the flight's head
	stale      bool            // answer.Object stands in for an origin that failed
	fetched    *fetched
	trace      telemetry.Trace
	ctx        context.Context
	cancel     context.CancelFunc

	// The response, set once by Respond.
	head      Head
	reply     Body
	responded bool
	tunnel    tunnelEnd // the origin's side after a 101; nil: no other protocol

	// What the log and the metrics tell.
	result   telemetry.CacheResult
	reason   string
	upstream string
	received int64 // bytes of the request's body
	sent     int64 // bytes of the response's body
	err      error // why the response was not delivered as a whole

	coder *compress.Writer // given back by finish

	scratch
}

// tries counts what one request may do only so often.
type tries struct {
	again  int  // flights that were not for this request
	failed int  // flights that failed before their head
	alone  bool // it has waited enough
}

// scratch is memory that an exchange brings along, so that a hit allocates none.
type scratch struct {
	own    []byte // field lines of this answer alone
	object objectBody
	solo   *solo // nil: it was not needed yet
}

// Head is a response's status and field lines, without framing: that is the
// adaptor's. Both runs are lines as cache.AppendLines writes them.
type Head struct {
	Status int
	// Stored lines come from an object and never change.
	Stored []byte
	// Own lines were written for this answer.
	Own []byte
}

// Body is handed over, not pushed: the adaptor runs it.
type Body interface {
	// Size in bytes; -1: unknown until the end.
	Size() int64
	// WriteTo writes the whole. Only a nil error means complete; an error or a
	// panic breaks the transfer.
	WriteTo(Sink) (trailers cache.Fields, err error)
}

// Sink is where a body goes.
type Sink interface {
	io.Writer
	// Flush sends what was written so far.
	Flush() error
}

// Respond hands the response over, once. A nil body is an empty one.
func (x *exchange) Respond(h Head, b Body) {
	if x.responded {
		panic("a second response to one request")
	}
	x.head, x.reply, x.responded = h, b, true
}

// Upgrade answers a request for another protocol with the origin's 101, and
// then hands the connection's bytes to and fro. The adaptor runs it.
func (x *exchange) Upgrade(h Head, origin tunnelEnd) {
	x.Respond(h, nil)
	x.tunnel = origin
}

// Inform sends an interim response, unless the final one was handed over.
func (x *exchange) Inform(status int, fields [][2]string) {
	if !x.responded {
		x.adaptor.inform(status, cache.AppendLines(nil, fields))
	}
}

// Context ends when the client has gone or the exchange is finished. Its first
// use is what makes somebody watch the client.
func (x *exchange) Context() context.Context {
	if x.ctx == nil {
		x.ctx, x.cancel = x.adaptor.watch(x.gen.gateway.ctx)
	}
	return x.ctx
}

// Gone is closed when the client has gone.
func (x *exchange) Gone() <-chan struct{} { return x.Context().Done() }

// reset makes the exchange ready for the next request, keeping its memory.
func (x *exchange) reset() {
	clear(x.Fields)
	x.solo.reset()
	fields, key, own := x.Fields[:0], x.key[:0], x.own[:0]
	*x = exchange{request: request{Fields: fields}, key: key, scratch: scratch{own: own, solo: x.solo}}
}
