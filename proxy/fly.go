package proxy

import (
	"errors"
	"fmt"
	"io"
	"strings"

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
	requested := g.now()
	response, err := o.send(flight.Context())
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
		Fields:  o.route.response.apply(varied(o.route.compress, response, keptFields(response.Fields, response.Minor, received))),
		Length:  response.Length,
		Verdict: verdict,
	})
	if err := pour(response, fill); err != nil {
		fill.Fail(err)
	}
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

// varied adds Accept-Encoding to the Vary of what could have been coded, coded
// or not (RFC 9110 section 12.5.5).
func varied(rules *compress.Rules, response *upstream.Response, fields cache.Fields) cache.Fields {
	if uncoded(rules, response.Status, response.Length, fields) != "" {
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
	control := ""
	for value := range fields.All("Cache-Control") {
		control += value + ","
	}
	if reason := compress.Blocked(status, control, fields.Get("Content-Encoding"), fields.Get("Content-Range")); reason != "" {
		return reason
	}
	return rules.Refuse(fields.Get("Content-Type"), size)
}

// compressionOff is the route's own word.
const compressionOff compress.Reason = "off"
