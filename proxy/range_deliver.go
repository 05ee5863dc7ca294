package proxy

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
)

// ranged tells whether the request asks for a part. Other methods than GET
// ignore Range (RFC 9110 section 14.2).
//
// Parts are those of the identity coding, whatever the client takes besides: a
// coding that is made anew after an eviction need not have the same bytes, so its
// parts could not be put together.
func (x *exchange) ranged() bool { return x.Method == "GET" && x.Fields.Has("Range") }

// respondRange answers with parts of a whole in memory, if the request asks for
// parts and its If-Range holds. Conditions that make a 304 were tested before
// (RFC 9110 section 13.2.2). No: the whole is to be sent.
func (x *exchange) respondRange(h Head, whole []byte) bool {
	if !x.ranged() || h.Status != http.StatusOK || len(whole) == 0 || !x.sameAsPart(&h) {
		return false
	}
	size := int64(len(whole))
	spans, valid := parseRange(x.Fields.Get("Range"), size)
	switch {
	case !valid:
		return false
	case len(spans) == 0:
		x.fail(rangeNotSatisfiable, "The whole has "+strconv.FormatInt(size, 10)+" bytes.",
			[2]string{"Content-Range", "bytes */" + strconv.FormatInt(size, 10)})
	case len(spans) == 1:
		lines := partLines(&h, "")
		lines = append(spans[0].appendContentRange(append(lines, "Content-Range: "...), size), "\r\n"...)
		x.object.bytes = whole[spans[0].from:spans[0].to]
		x.Respond(Head{Status: http.StatusPartialContent, Own: lines}, &x.object)
	default:
		body := newPartsBody(whole, spans, h.lineValue("Content-Type"))
		x.Respond(Head{Status: http.StatusPartialContent, Own: partLines(&h, body.contentType())}, body)
	}
	return true
}

// leastApart is how much younger a response must be than its last change for a
// date to be a strong validator, whichever clock wrote its Date: ours where the
// origin sent none (RFC 9110 section 8.8.2.2).
const leastApart = time.Minute

// sameAsPart tests If-Range (RFC 9110 section 13.1.5): a strong entity tag, or the
// very date of the last change.
func (x *exchange) sameAsPart(h *Head) bool {
	if !x.Fields.Has("If-Range") {
		return true
	}
	validator := x.Fields.Get("If-Range")
	if strings.HasPrefix(validator, `"`) {
		return validator == h.lineValue("ETag")
	}
	if validator != h.lineValue("Last-Modified") {
		return false
	}
	modified, err := http.ParseTime(validator)
	if err != nil {
		return false
	}
	made, err := http.ParseTime(h.lineValue("Date"))
	return err == nil && made.Sub(modified) >= leastApart
}

// partLines are a whole's field lines, less those that speak of the content of
// the message: that is a part now. contentType, unless empty, is that of several
// parts, each of which has its own.
func partLines(h *Head, contentType string) []byte {
	lines := make([]byte, 0, len(h.Stored)+len(h.Own)+96)
	for _, run := range [][]byte{h.Stored, h.Own} {
		for name, value := range cache.Lines(run) {
			switch {
			case isName(name, "Content-Digest"), isName(name, "Content-MD5"):
			case contentType != "" && isName(name, "Content-Type"):
			default:
				lines = appendLine(lines, name, value)
			}
		}
	}
	if contentType != "" {
		lines = appendLine(lines, "Content-Type", contentType)
	}
	return lines
}

// rangePatience is how long a request for a part waits for the whole of a
// response that is stored.
const rangePatience = 100 * time.Millisecond

// awaitWhole is for a request of a part that waits for a flight, which asks for
// the whole. One that is small or fast enough to be there soon answers it; from
// another it takes nothing, and asks the origin for the part alone.
func (x *exchange) awaitWhole() step {
	if x.filled.Status != http.StatusOK {
		return stepDeliver
	}
	if x.filled.Verdict.Reason == "" {
		object, err := x.answer.Reader.Object(x.Gone(), rangePatience)
		if errors.Is(err, io.ErrClosedPipe) {
			x.reason, x.closing = clientGone, true
			return stepFinish
		}
		if object != nil {
			return stepDeliver
		}
	}
	x.answer.Reader.Leave()
	x.answer.Reader, x.filled = nil, nil
	return x.pass(cache.Answer{Word: cache.Pass, Reason: cache.Range, Forward: x.answer.Forward})
}
