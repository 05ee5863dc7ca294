package admin

import (
	"encoding/json"
	"net/http"
)

// A Purge names what to remove from the cache: exactly one of URL, Prefix, Tag and All.
type Purge struct {
	// URL is absolute (scheme and host), or a path of every host.
	URL string `json:"url,omitempty"`
	// Prefix is the beginning of a URL, in the same two forms.
	Prefix string `json:"prefix,omitempty"`
	// Tag is one that answers carry.
	Tag string `json:"tag,omitempty"`
	// All is everything.
	All bool `json:"all,omitempty"`
	// Soft makes answers stale instead of removing them.
	Soft bool `json:"soft,omitempty"`
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
	writeJSON(w, purged{true, "local", p.Kind(), result.Count})
}

// purged is the answer to a purge.
type purged struct {
	Purged bool   `json:"purged"`
	Scope  string `json:"scope"`
	Kind   string `json:"kind"`
	Count  int64  `json:"count,omitempty"`
}

// writeJSON answers with a value of fixed types: encoding it fails only when the
// client is gone.
func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (s *server) purgeFailed(p Purge, err error) problem {
	if p, ok := refused("purge", err); ok {
		return p
	}
	s.logger.Error("purge failed", "kind", p.Kind(), "error", err)
	return failed("purge")
}
