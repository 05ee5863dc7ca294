package proxy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/afterburner-gateway/afterburner/batch"
	"github.com/afterburner-gateway/afterburner/cache"
)

// inprocess carries the items of a batch: requests like any other, that no
// connection brought.
type inprocess struct {
	exchange
	item    batch.Item
	parent  context.Context
	payload bytes.Reader
	answer  batch.Answer
}

// do answers one item as if a client had sent it.
func (g *Gateway) do(ctx context.Context, outer *request, item batch.Item) (batch.Answer, error) {
	p := &inprocess{item: item, parent: ctx}
	p.adaptor, p.exchange.item = p, true
	p.request = request{
		Method: item.Method, Scheme: outer.Scheme, Host: outer.Host, Target: item.URL, Minor: 1,
		Fields: inherited(outer.Fields, item.Fields, g.current.Load().credentials),
		Length: int64(len(item.Body)), Client: outer.Client,
	}
	p.payload.Reset(item.Body)
	g.handle(&p.exchange)
	if !p.responded {
		return batch.Answer{}, cmp.Or(context.Cause(ctx), errUnanswered)
	}
	return p.answer, p.err
}

// errUnanswered is that of an item whose steps gave up.
var errUnanswered = errors.New("the item was not answered")

// inherited are an item's own fields and, unless it brings a credential of its
// own, the batch's credentials.
func inherited(outer, own cache.Fields, credentials []string) cache.Fields {
	for _, name := range credentials {
		if own.Has(name) {
			return own
		}
	}
	fields := own[:len(own):len(own)]
	for _, name := range credentials {
		for value := range outer.All(name) {
			fields = append(fields, [2]string{name, value})
		}
	}
	return fields
}

func (p *inprocess) body() io.Reader {
	if p.Length == 0 {
		return nil
	}
	return &p.payload
}

func (p *inprocess) stopBody() int64    { return int64(len(p.item.Body)) - int64(p.payload.Len()) }
func (p *inprocess) inform(int, []byte) {}

// watch ends the exchange with its batch.
func (p *inprocess) watch(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	context.AfterFunc(p.parent, cancel)
	return ctx, cancel
}

// send gathers the answer within the item's budget.
func (p *inprocess) send(x *exchange) (sent int64, err error) {
	p.answer = batch.Answer{Status: x.head.Status, Fields: gathered(&x.head)}
	if x.reply == nil || x.Method == http.MethodHead || hasNoBody(x.head.Status) {
		return 0, nil
	}
	if whole, ok := x.reply.(*objectBody); ok {
		if whole.Size() > p.item.Budget {
			return 0, batch.ErrTooLarge
		}
		p.answer.Body = whole.bytes
		return whole.Size(), nil
	}
	defer func() {
		if r := recover(); r != nil {
			x.gen.gateway.panicked("send", r)
			err = errPanic
		}
	}()
	into := &budgetSink{left: p.item.Budget}
	if _, err := x.reply.WriteTo(into); err != nil {
		return int64(into.Len()), err
	}
	if size := x.reply.Size(); size >= 0 && size != int64(into.Len()) {
		return int64(into.Len()), errBodyLength
	}
	p.answer.Body = into.Bytes()
	return int64(into.Len()), nil
}

// gathered are a head's lines as a list.
func gathered(h *Head) [][2]string {
	var fields [][2]string
	for _, run := range [][]byte{h.Stored, h.Own} {
		for name, value := range cache.Lines(run) {
			fields = append(fields, [2]string{name, cloned(value)})
		}
	}
	return fields
}

// budgetSink is a bounded buffer.
type budgetSink struct {
	bytes.Buffer
	left int64
}

// Write refuses what goes over the budget.
func (s *budgetSink) Write(p []byte) (int, error) {
	if s.left -= int64(len(p)); s.left < 0 {
		return 0, batch.ErrTooLarge
	}
	return s.Buffer.Write(p)
}

// Flush has nothing to do.
func (s *budgetSink) Flush() error { return nil }

var _ adaptor = (*inprocess)(nil)
