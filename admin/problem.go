package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// A problem is an error as it is answered (RFC 9457).
type problem struct {
	status int
	// name is stable; the type is made of it.
	name   string
	title  string
	detail string
}

// problemType begins the type of each problem.
const problemType = "urn:afterburner:problem:"

func (p problem) write(w http.ResponseWriter) { p.writeWith(w, nil) }

// writeWith adds the member faults (RFC 9457 section 3.2); nil leaves it out.
func (p problem) writeWith(w http.ResponseWriter, faults []Fault) {
	body, err := json.Marshal(struct {
		Type   string  `json:"type"`
		Title  string  `json:"title"`
		Status int     `json:"status"`
		Detail string  `json:"detail"`
		Faults []Fault `json:"faults,omitzero"`
	}{problemType + p.name, p.title, p.status, p.detail, faults})
	if err != nil { // strings and numbers cannot fail
		http.Error(w, p.title, p.status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.status)
	_, _ = w.Write(append(body, '\n'))
}

func notFound(path string) problem {
	return problem{http.StatusNotFound, "not_found", "Not found", fmt.Sprintf("The admin API has no %q.", path)}
}

func notAllowed(path, methods string) problem {
	return problem{http.StatusMethodNotAllowed, "method_not_allowed", "Method not allowed",
		fmt.Sprintf("%s takes %s.", path, methods)}
}

// A Refusal is a purge or a reload that the gateway does not do.
type Refusal struct {
	// Status is the answer's, 400 to 599.
	Status int
	// Detail tells the operator why, without inner secrets.
	Detail string
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("refused (%d): %s", r.Status, r.Detail) }

// refused is the problem of a *Refusal; ok is false for any other error.
func refused(verb string, err error) (p problem, ok bool) {
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok || refusal.Status < 400 || refusal.Status > 599 {
		return problem{}, false
	}
	return problem{refusal.Status, verb + "_refused", title(verb) + " refused", refusal.Detail}, true
}

// failed tells the client nothing of an inner error.
func failed(verb string) problem {
	return problem{http.StatusInternalServerError, verb + "_failed", title(verb) + " failed",
		fmt.Sprintf("The %s failed; the gateway's log says why.", verb)}
}

func title(verb string) string { return strings.ToUpper(verb[:1]) + verb[1:] }
