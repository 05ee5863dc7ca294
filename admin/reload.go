package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ReloadResult is a configuration that was taken over.
type ReloadResult struct {
	// Hash of the configuration that runs now.
	Hash string
	// Warnings that it came with; none of them is an error.
	Warnings []Fault
}

// A Fault is one thing that is wrong in a configuration, with its place.
type Fault struct {
	// File as it was named; empty: the configuration has no file.
	File string `json:"file"`
	// Line and Column count from 1; 0 without a file.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Path is the key's, routes[0].cache.ttl; empty: the file as a whole.
	Path string `json:"path"`
	// Message says what is wrong and what to do about it.
	Message string `json:"message"`
	// Severity is error or warning.
	Severity string `json:"severity"`
}

// The severities of a Fault. Only errors make a configuration invalid.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
)

// InvalidConfig is a configuration that was not taken over; the one before goes on.
type InvalidConfig struct {
	// Faults are all that were found, warnings included; the caller bounds them.
	Faults []Fault
}

// Error counts the errors and shows the first.
func (c *InvalidConfig) Error() string {
	count, first := 0, ""
	for _, f := range c.Faults {
		if f.Severity != SeverityError {
			continue
		}
		if count++; count == 1 {
			first = f.what()
		}
	}
	switch count {
	case 0:
		return "the configuration is invalid"
	case 1:
		return "the configuration has an error: " + first
	}
	return fmt.Sprintf("the configuration has %d errors; the first: %s", count, first)
}

func (f Fault) what() string {
	if f.Path == "" {
		return f.Message
	}
	return f.Path + ": " + f.Message
}

func (s *server) reload(w http.ResponseWriter, r *http.Request) {
	if bad := wantNothing(w, r); bad != nil {
		bad.write(w)
		return
	}
	result, err := s.gateway.Reload(r.Context())
	if err != nil {
		s.reloadFailed(w, err)
		return
	}
	writeJSON(w, reloaded{true, result.Hash, list(result.Warnings)})
}

// reloaded is the answer to a reload.
type reloaded struct {
	Reloaded bool    `json:"reloaded"`
	Hash     string  `json:"hash"`
	Warnings []Fault `json:"warnings"`
}

func (s *server) reloadFailed(w http.ResponseWriter, err error) {
	if invalid, ok := errors.AsType[*InvalidConfig](err); ok {
		problem{http.StatusUnprocessableEntity, "invalid_configuration", "Invalid configuration",
			fmt.Sprintf("%s. The running configuration stays.", title(strings.TrimSuffix(invalid.Error(), "."))),
		}.writeWith(w, list(invalid.Faults))
		return
	}
	if p, ok := refused("reload", err); ok {
		p.write(w)
		return
	}
	s.logger.Error("reload failed", "error", err)
	failed("reload").write(w)
}

// wantNothing takes an empty body or an empty object: a reload has no options, and
// one that somebody hopes for must not be passed over in silence.
func wantNothing(w http.ResponseWriter, r *http.Request) *problem {
	if bad := wantJSON(w, r, "reload"); bad != nil {
		return bad
	}
	invalid := func(detail string) *problem {
		return &problem{http.StatusBadRequest, "invalid_reload", "Invalid reload", detail}
	}
	const enough = 64 // bytes, for {} and some space
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, enough))
	if _, large := errors.AsType[*http.MaxBytesError](err); err != nil && !large {
		return invalid("The body did not arrive whole.")
	}
	if err != nil || len(body) > 0 && !emptyObject(body) {
		return invalid("A reload has no options: send no body, or {}.")
	}
	return nil
}

func emptyObject(body []byte) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(body, &members) == nil && members != nil && len(members) == 0
}

// list is never null in JSON.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}
