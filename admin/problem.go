package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// A problem is an error as it is answered (RFC 9457).
type problem struct {
	status int
	// name is stable; the type is made of it.
	name   string
	title  string
	detail string
}

func (p problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"urn:afterburner:problem:" + p.name, p.title, p.status, p.detail})
	if err != nil { // strings and a number cannot fail
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
