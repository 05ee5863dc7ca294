package proxy

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// errPanic is what the readers of a flight learn that panicked.
var errPanic = errors.New("the gateway failed on this response")

// fly fetches, judges and fills: a flight's whole life, in a goroutine of its
// own. Nothing of an exchange can be reached from here.
func (g *Gateway) fly(flight *cache.Flight, fill cache.Fill, o *order) {
	defer func() {
		if p := recover(); p != nil {
			g.panicked("fly", p)
			fill.Fail(errPanic)
		}
	}()
	o.request.Inform = func(status int, fields [][2]string) { fill.Inform(status, fields) }
	stale := flight.Stale()
	if flight.Request.Method != http.MethodGet { // a condition would make it a 412 (RFC 9110 section 13.1.2)
		stale = nil
	}
	if stale != nil && o.route.confirms {
		o.confirm(stale)
	}
	requested := g.now()
	response, err := o.send(flight.Context())
	if err == nil && stale != nil && o.route.confirms && response.Status == http.StatusNotModified {
		if g.confirmed(flight, fill, o, times{requested, g.now()}, response) {
			return
		}
		o.unconditional() // it confirmed something else
		requested = g.now()
		response, err = o.send(flight.Context())
	}
	if err != nil {
		fill.Fail(err)
		return
	}
	defer response.Body.Close()
	received := g.now()
	head := cache.Head{Status: response.Status, Fields: response.Fields}
	verdict := cache.Judge(flight.Request, &head, o.route.policy, requested, received)
	fill.Head(&cache.Response{
		Status:  response.Status,
		Fields:  o.route.shaped(response.Status, response.Length, keptFields(response.Fields, response.Minor, received)),
		Length:  response.Length,
		Verdict: verdict,
		Tags:    cache.ReadTags(response.Fields, o.tags),
	})
	if err := pour(response, fill); err != nil {
		fill.Fail(err)
	}
}

// times are when a request was sent and when its response's head came.
type times struct{ requested, received time.Time }

// confirmed ends a flight by a 304: what was stored is fresh again, with the
// fields that the 304 brought (RFC 9111 sections 3.2 and 4.3.4). No: the 304 is
// about another representation.
func (g *Gateway) confirmed(flight *cache.Flight, fill cache.Fill, o *order, at times, response *upstream.Response) bool {
	_ = response.Body.Close() // a 304 has none
	stale := flight.Stale()
	if len(cache.SelectedBy304(response.Fields, []cache.Validators{stale.Validators()})) == 0 {
		return false
	}
	update := keptFields(response.Fields, response.Minor, at.received)
	merged := cache.MergeFields(stale.Fields(), update)
	head := cache.Head{Status: stale.Status, Fields: merged}
	if age := cache.Fields(response.Fields).Get("Age"); age != "" {
		head.Fields = append(merged[:len(merged):len(merged)], [2]string{"Age", age})
	}
	verdict := cache.Revalidate(flight.Request, &head, o.route.policy, at.requested, at.received)
	size := int64(len(stale.Plain().Body))
	fields := o.route.shaped(stale.Status, size, merged)
	fill.Validated(&cache.Response{
		Status:  stale.Status,
		Fields:  fields,
		Verdict: verdict,
		Tags:    cache.ReadTags(response.Fields, o.tags),
	}, func(coding string, lines []byte) []byte {
		if uncoded(o.route.compress, stale.Status, size, fields) != "" {
			return nil
		}
		return codedLines(lines, coding)
	})
	return true
}

// leastRead is the smallest space that is worth a read, in bytes.
const leastRead = 4 << 10

// pour fills the body in. A chunk is what one read brought; the next goes into
// the space behind it, as long as that is worth it.
func pour(response *upstream.Response, fill cache.Fill) error {
	size := int64(bufferSize)
	if response.Length >= 0 {
		size = min(size, response.Length+1) // a byte more, to see the end at once
	}
	space := make([]byte, size)
	for {
		n, err := response.Body.Read(space)
		if n > 0 {
			if err := fill.Chunk(space[:n:n]); err != nil {
				return fmt.Errorf("fill a response: %w", err)
			}
		}
		if err == io.EOF {
			fill.Done(response.Trailers())
			return nil
		}
		if err != nil {
			return err
		}
		if space = space[n:]; len(space) < leastRead {
			space = make([]byte, bufferSize)
		}
	}
}

// shaped are the fields as they are sent: by the route's rules, and varied.
func (r *route) shaped(status int, size int64, fields cache.Fields) cache.Fields {
	return r.response.apply(varied(r.compress, status, size, fields))
}

// varied adds Accept-Encoding to the Vary of what could have been coded, coded
// or not (RFC 9110 section 12.5.5).
func varied(rules *compress.Rules, status int, size int64, fields cache.Fields) cache.Fields {
	if uncoded(rules, status, size, fields) != "" {
		return fields
	}
	for i := range fields {
		if strings.EqualFold(fields[i][0], "Vary") {
			fields[i][1] = compress.AddVary(fields[i][1])
			return fields
		}
	}
	return append(fields, [2]string{"Vary", compress.AddVary("")})
}

// uncoded is why the gateway leaves a response's body as it is.
func uncoded(rules *compress.Rules, status int, size int64, fields cache.Fields) compress.Reason {
	if rules == nil {
		return compressionOff
	}
	control := joined(fields, "Cache-Control")
	if reason := compress.Blocked(status, control, fields.Get("Content-Encoding"), fields.Get("Content-Range")); reason != "" {
		return reason
	}
	return rules.Refuse(fields.Get("Content-Type"), size)
}

// compressionOff is the route's own word.
const compressionOff compress.Reason = "off"
