package test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// hammerOrigin answers with the version of the moment, and sometimes fails.
type hammerOrigin struct {
	at        map[string]*resource
	confirmed atomic.Int64
	answered  atomic.Int64
}

func (o *hammerOrigin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to := o.at[r.URL.Path]
	switch {
	case rand.IntN(100) == 0:
		http.Error(w, "out of order", http.StatusServiceUnavailable)
	case r.Method == http.MethodPost:
		w.Header().Set("X-Version", fmt.Sprint(to.change()))
		w.WriteHeader(http.StatusNoContent)
	default:
		o.answer(w, r, to)
	}
}

func (o *hammerOrigin) answer(w http.ResponseWriter, r *http.Request, to *resource) {
	principal := "-"
	if name := to.family.credential; name != "" && r.Header.Get(name) != "" {
		principal = r.Header.Get(name)
	}
	etag := hammerETag(to, r.Header.Get("Accept-Language"), principal, to.current())
	if rand.IntN(4) == 0 { // what it answers grows old on the way
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	}
	header := w.Header()
	header.Set("ETag", etag)
	header.Set("Vary", "Accept-Language")
	header.Set("Cache-Tag", fmt.Sprint("tag", to.tag()))
	if to.family.caching != "" {
		header.Set("Cache-Control", to.family.caching)
	}
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		o.confirmed.Add(1)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	o.answered.Add(1)
	_, _ = io.WriteString(w, hammerBody(etag))
}
