package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// A Purge names what to remove from the cache: exactly one of URL, Prefix, Tag and All.
type Purge struct {
	// URL is absolute (scheme and host), or a path of every host.
	URL string
	// Prefix is the beginning of a URL, in the same two forms.
	Prefix string
	// Tag is one that answers carry.
	Tag string
	// All is everything.
	All bool
	// Soft makes answers stale instead of removing them.
	Soft bool
}

// Kind is the selector's name: url, prefix, tag or all; empty when there is none.
func (p Purge) Kind() string {
	if names := p.selectors(); len(names) > 0 {
		return names[0]
	}
	return ""
}

func (p Purge) selectors() []string {
	var names []string
	for _, s := range []struct {
		name string
		set  bool
	}{{"url", p.URL != ""}, {"prefix", p.Prefix != ""}, {"tag", p.Tag != ""}, {"all", p.All}} {
		if s.set {
			names = append(names, s.name)
		}
	}
	return names
}

// PurgeResult is what a purge did.
type PurgeResult struct {
	// Count of the answers removed; 0 when it is not known, as for bans that are
	// applied at the next lookup.
	Count int64
}

// A Refusal is a purge that the gateway does not do.
type Refusal struct {
	// Status is the answer's, 400 to 599.
	Status int
	// Detail tells the operator why, without inner secrets.
	Detail string
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("purge refused (%d): %s", r.Status, r.Detail) }

func (s *server) purge(w http.ResponseWriter, r *http.Request) {
	p, bad := readPurge(w, r)
	if bad != nil {
		bad.write(w)
		return
	}
	result, err := s.gateway.Purge(r.Context(), p)
	if err != nil {
		s.purgeFailed(p, err).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// Encoding fixed types fails only when the client is gone.
	_ = json.NewEncoder(w).Encode(struct {
		Purged bool   `json:"purged"`
		Scope  string `json:"scope"`
		Kind   string `json:"kind"`
		Count  int64  `json:"count,omitempty"`
	}{true, "local", p.Kind(), result.Count})
}

func (s *server) purgeFailed(p Purge, err error) problem {
	if refusal, ok := errors.AsType[*Refusal](err); ok && refusal.Status >= 400 && refusal.Status <= 599 {
		return problem{refusal.Status, "purge_refused", "Purge refused", refusal.Detail}
	}
	s.logger.Error("purge failed", "kind", p.Kind(), "error", err)
	return problem{http.StatusInternalServerError, "purge_failed", "Purge failed",
		"The purge failed; the gateway's log says why."}
}
