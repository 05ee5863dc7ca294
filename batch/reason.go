package batch

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// A Reason is why an item has no answer of its own. Its text is the log's and the
// metric's label. The empty one means that it has.
type Reason string

// Why an item is answered by the Runner.
const (
	Failed   Reason = "item_failed"        // Do returned an error, or a status that is none
	Panicked Reason = "item_panicked"      // Do panicked
	TooLarge Reason = "response_too_large" // it would exceed max_response
	TimedOut Reason = "batch_timeout"      // the batch's time was over first
	Canceled Reason = "batch_canceled"     // the client left, or the gateway is stopping
)

// ErrTooLarge is what Do returns when an answer outgrows its item's Budget.
var ErrTooLarge = errors.New("the answer outgrows what is left of the batch's response")

// status is what the client sees for a reason.
func (r Reason) status() int {
	switch r {
	case Panicked:
		return 500
	case TimedOut:
		return 504
	case Canceled:
		return 503
	}
	return 502
}

// detail is what the client reads; causes are for the log alone.
func (r Reason) detail() string {
	switch r {
	case Panicked:
		return "The gateway failed while it answered this item."
	case TooLarge:
		return "The response is too large: it exceeds what this batch's response may still hold."
	case TimedOut:
		return "The batch's time was over before this item was answered."
	case Canceled:
		return "The batch was given up before this item was answered."
	}
	return "This item could not be answered."
}

// title is the status's phrase (RFC 9110 section 15), as RFC 9457 section 4.2.1
// asks for the type about:blank.
func title(status int) string {
	switch status {
	case 500:
		return "Internal Server Error"
	case 503:
		return "Service Unavailable"
	case 504:
		return "Gateway Timeout"
	}
	return "Bad Gateway"
}

// plainProblem is the Problem of a Runner that was given none (RFC 9457).
func plainProblem(status int, reason Reason, detail string) Answer {
	body := fmt.Appendf(nil, `{"type":"about:blank","title":"%s","status":%d,"reason":"%s","detail":`, title(status), status, reason)
	body, _ = jsontext.AppendQuote(body, detail)
	return Answer{
		Status: status,
		Fields: [][2]string{{"Content-Type", "application/problem+json"}},
		Body:   append(body, '}'),
		JSON:   true,
	}
}
