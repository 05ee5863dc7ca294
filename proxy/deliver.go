package proxy

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
)

// deliver makes the response of what was found: an object, a flight, or an
// origin's own answer.
func (g *Gateway) deliver(x *exchange) step {
	switch {
	case x.answer.Word == cache.Hit, x.answer.Word == cache.HitStale, x.stale:
		x.deliverObject(x.answer.Object, x.answer.Age)
	case x.fetched != nil && x.fetched.response.Conn != nil:
		x.own = cache.AppendLines(x.own[:0], x.fetched.fields)
		x.Upgrade(Head{Status: x.fetched.response.Status, Own: x.own}, x.fetched.response.Conn.(tunnelEnd))
	case x.fetched != nil:
		body := &x.alone().body
		*body = fetchedBody{response: x.fetched.response, buffers: g.buffers}
		x.deliverFields(x.fetched.fields, x.fetched.response.Status, body)
	default:
		x.deliverFlight()
	}
	return stepFinish
}

// deliverObject sends what is stored, in the coding that the client takes.
func (x *exchange) deliverObject(o *cache.Object, age int64) {
	form, coding := o.Plain(), ""
	if x.coding != "" {
		if coded := x.codedForm(o); coded != nil {
			form, coding = coded, x.coding
		}
	}
	own := x.route.response.appendDynamic(x.own[:0], x)
	if age >= 0 {
		own = append(cache.AppendSeconds(append(own, "Age: "...), age), "\r\n"...)
	}
	x.own = x.appendCacheStatus(own)
	head := Head{Status: o.Status, Stored: form.Lines, Own: x.own}
	if o.Status == 200 && x.notModified(&head, coding) {
		x.respondNotModified(head)
		return
	}
	if x.respondRange(head, form.Body) {
		return
	}
	if x.Method == "HEAD" {
		x.Respond(head, noBody{int64(len(form.Body))})
		return
	}
	x.object.bytes = form.Body
	x.Respond(head, &x.object)
}

// codedForm is the object in the client's coding; nil: it is better sent as it
// is.
func (x *exchange) codedForm(o *cache.Object) *cache.Form {
	if form, known := o.Ready(x.coding); known {
		return form
	}
	return x.gen.gateway.code(o, x.coding, x.route.compress)
}

// code makes an object's form in a coding, at most once.
func (g *Gateway) code(o *cache.Object, coding string, rules *compress.Rules) *cache.Form {
	return g.store.Coded(o, coding, func() (*cache.Form, bool) {
		plain := o.Plain()
		if uncodedObject(rules, o) != "" {
			return nil, true
		}
		body, ok := g.codecs.TryEncode(coding, nil, plain.Body)
		if !ok {
			return nil, false // all busy: identity now, another try later
		}
		if len(body) >= len(plain.Body) {
			return nil, true
		}
		g.telemetry.Compressed(coding, int64(len(plain.Body)), int64(len(body)))
		return &cache.Form{Lines: codedLines(plain.Lines, coding), Body: body}, true
	})
}

// uncodedObject is uncoded for what is stored.
func uncodedObject(rules *compress.Rules, o *cache.Object) compress.Reason {
	lines, control := o.Plain().Lines, ""
	for name, value := range cache.Lines(lines) {
		if isName(name, "Cache-Control") {
			control += value + ","
		}
	}
	reason := compress.Blocked(o.Status, control,
		cache.LineValue(lines, "Content-Encoding"), cache.LineValue(lines, "Content-Range"))
	if reason != "" {
		return reason
	}
	return rules.Refuse(cache.LineValue(lines, "Content-Type"), int64(len(o.Plain().Body)))
}

// codedLines are a response's field lines once its body is coded.
func codedLines(lines []byte, coding string) []byte {
	out := make([]byte, 0, len(lines)+32)
	for name, value := range cache.Lines(lines) {
		switch {
		case compress.Outdates(name):
			continue
		case isName(name, "ETag"):
			value = compress.ETag(value, coding)
		}
		out = appendLine(out, name, value)
	}
	return appendLine(out, "Content-Encoding", coding)
}

// codingPatience is how long a client that takes a coding waits for the whole of
// a response that is stored, so that it is coded once for all; one that takes
// longer to come is coded for each as a stream.
const codingPatience = 100 * time.Millisecond

// deliverFlight sends a response while it fills. One that is stored and that
// this client takes coded is awaited, because it is coded once for all.
func (x *exchange) deliverFlight() {
	filled, reader := x.filled, x.answer.Reader
	stored := filled.Verdict.Reason == ""
	if filled.Validated { // the whole is there
		if object, err := reader.Object(x.Gone(), codingPatience); err == nil && object != nil {
			x.deliverObject(object, ageOf(&filled.Verdict, x.gen.gateway.now()))
			return
		}
	}
	coded := x.coding != "" && uncoded(x.route.compress, filled.Status, filled.Length, filled.Fields) == ""
	if stored && (coded || x.ranged()) {
		object, err := reader.Object(x.Gone(), codingPatience)
		if errors.Is(err, io.ErrClosedPipe) {
			x.reason, x.closing = clientGone, true
			return
		}
		if err != nil {
			x.failUpstream(err)
			return
		}
		if object != nil {
			x.deliverObject(object, ageOf(&filled.Verdict, x.gen.gateway.now()))
			return
		}
	}
	fields := filled.Fields
	if age := ageOf(&filled.Verdict, x.gen.gateway.now()); age >= 0 {
		fields = append(fields[:len(fields):len(fields)], [2]string{"Age", strconv.FormatInt(age, 10)})
	}
	x.deliverFields(fields, filled.Status, &flightBody{reader: reader, size: filled.Length, gone: x.Gone()})
}

// deliverFields sends a head that is not stored as it stands, and a stream.
func (x *exchange) deliverFields(fields cache.Fields, status int, body Body) {
	own := x.route.response.appendDynamic(cache.AppendLines(x.own[:0], fields), x)
	coding := x.codingOf(fields, status, body.Size())
	var coder *codedBody
	if coding != "" && x.Method != "HEAD" {
		if coder = x.openCoder(coding, body); coder == nil {
			coding = ""
		}
	}
	if coding != "" {
		own = codedLines(own, coding)
	}
	x.own = x.appendCacheStatus(own)
	head := Head{Status: status, Own: x.own}
	switch {
	case x.filled != nil && status == 200 && x.notModified(&head, coding):
		x.respondNotModified(head)
	case x.Method == "HEAD" && coding != "":
		x.Respond(head, noBody{-1})
	case x.Method == "HEAD":
		x.Respond(head, noBody{body.Size()})
	case coder != nil:
		x.Respond(head, coder)
	default:
		x.Respond(head, body)
	}
}

// codingOf is the coding to send a stream in.
func (x *exchange) codingOf(fields cache.Fields, status int, size int64) string {
	if x.coding == "" || uncoded(x.route.compress, status, size, fields) != "" {
		return ""
	}
	return x.coding
}

// openCoder claims a coder before the head promises the coding; nil: all are
// busy.
func (x *exchange) openCoder(coding string, body Body) *codedBody {
	g := x.gen.gateway
	out := new(countingSink)
	coder, ok := g.codecs.Writer(coding, out)
	if !ok {
		return nil
	}
	x.coder = coder
	return &codedBody{inner: body, coder: coder, out: out, seen: func(in, out int64) {
		g.telemetry.Compressed(coding, in, out)
	}}
}

// ageOf is what the Age of an answer says that comes straight from a flight, or
// -1 where it was made just now.
func ageOf(v *cache.Verdict, now time.Time) int64 {
	age := v.Age(now)
	if age < time.Second {
		return -1
	}
	return int64(age / time.Second)
}
