// Package admin is the listener for operators: health, metrics, status, purge,
// reload, profiles. docs/openapi.yaml describes it for programs.
//
//	handler := admin.New(admin.Options{
//		Token:   cfg.Admin.Token,
//		Gateway: gateway,
//		Metrics: telemetry.Handler(),
//		Logger:  logger,
//	})
//	err := admin.Serve(ctx, listener, handler) // until ctx ends
//
// It sees the gateway through the small interface Gateway. It is meant for the
// loopback: a listener on another address must have a token, which the caller sees to.
package admin

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/pprof"
	profiles "runtime/pprof"
	"strings"
	"time"
)

// A Gateway is what the admin listener has to know of the gateway.
type Gateway interface {
	// Ready is nil when the gateway takes requests; else it says why not, in
	// words that an operator may read.
	Ready() error
	// Purge removes what p names from the cache. A *Refusal is answered as it
	// says; any other error is a 500 without its text, which is logged.
	Purge(ctx context.Context, p Purge) (PurgeResult, error)
	// Reload takes over the configuration anew. An *InvalidConfig is answered with
	// its faults, a *Refusal as it says; any other error is a 500 without its text,
	// which is logged. ctx ends when the client has left.
	Reload(ctx context.Context) (ReloadResult, error)
	// Status is what the gateway is and does now. It is quick, holds no secret, and
	// the caller may change what it gets.
	Status(ctx context.Context) Status
}

// Options are what New has to know.
type Options struct {
	// Token is asked for as "Authorization: Bearer TOKEN", except by /healthz and
	// /readyz. Empty: none is asked for, and only loopback Hosts are served.
	Token string
	// Gateway must not be nil.
	Gateway Gateway
	// Metrics answers /metrics; must not be nil.
	Metrics http.Handler
	// Logger is told why a purge or a reload failed. nil: nobody is told.
	Logger *slog.Logger
}

// An endpoint is a path's methods and what answers it.
type endpoint struct {
	// methods as in Allow; GET takes HEAD along.
	methods string
	// open needs no token.
	open bool
	// slow may take as long as it likes: profiles run for a given time.
	slow   bool
	handle http.HandlerFunc
}

const (
	get       = "GET, HEAD"
	post      = "POST"
	getOrPost = "GET, HEAD, POST"
)

// answerWithin is how long a request that is not slow may take, body and answer.
const answerWithin = 30 * time.Second

type server struct {
	token     string
	gateway   Gateway
	logger    *slog.Logger
	crossSite http.CrossOriginProtection
	endpoints map[string]endpoint
}

// New makes the handler of the admin listener.
func New(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &server{token: o.Token, gateway: o.Gateway, logger: o.Logger}
	s.endpoints = map[string]endpoint{
		"/healthz":             {methods: get, open: true, handle: s.alive},
		"/readyz":              {methods: get, open: true, handle: s.ready},
		"/metrics":             {methods: get, handle: o.Metrics.ServeHTTP},
		"/api/status":          {methods: get, handle: s.status},
		"/api/purge":           {methods: post, handle: s.purge},
		"/api/reload":          {methods: post, handle: s.reload},
		"/debug/pprof/cmdline": {methods: get, handle: pprof.Cmdline},
		"/debug/pprof/profile": {methods: get, slow: true, handle: pprof.Profile},
		"/debug/pprof/symbol":  {methods: getOrPost, handle: pprof.Symbol},
		"/debug/pprof/trace":   {methods: get, slow: true, handle: pprof.Trace},
	}
	return s
}

// ServeHTTP asks who is there before it says what is there.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	e, found := s.find(r.URL.Path)
	limitTime(w, e.slow)
	switch p := s.guard(r, e.open); {
	case p != nil:
		if p.status == http.StatusUnauthorized { // RFC 9110 section 11.6.1
			w.Header().Set("WWW-Authenticate", `Bearer realm="afterburner admin"`)
		}
		p.write(w)
	case !found:
		notFound(r.URL.Path).write(w)
	case !allows(e.methods, r.Method):
		w.Header().Set("Allow", e.methods)
		notAllowed(r.URL.Path, e.methods).write(w)
	default:
		e.handle(w, r)
	}
}

// find takes the index of profiles and those it lists (heap, goroutine, ...) as one.
func (s *server) find(path string) (e endpoint, found bool) {
	if e, found = s.endpoints[path]; found {
		return e, true
	}
	name, ok := strings.CutPrefix(path, "/debug/pprof/")
	if ok && (name == "" || profiles.Lookup(name) != nil) {
		return endpoint{methods: get, slow: true, handle: pprof.Index}, true
	}
	return endpoint{}, false
}

func allows(methods, method string) bool {
	for m := range strings.SplitSeq(methods, ", ") {
		if m == method {
			return true
		}
	}
	return false
}

// limitTime sets the deadlines each time: those of the request before on the same
// connection would still hold. Where the writer has none, nothing is lost.
func limitTime(w http.ResponseWriter, slow bool) {
	var deadline time.Time
	if !slow {
		deadline = time.Now().Add(answerWithin)
	}
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(deadline)
	_ = c.SetWriteDeadline(deadline)
}

func (s *server) alive(w http.ResponseWriter, _ *http.Request) { say(w, "ok\n") }

func (s *server) ready(w http.ResponseWriter, _ *http.Request) {
	if err := s.gateway.Ready(); err != nil {
		problem{http.StatusServiceUnavailable, "not_ready", "Not ready", fmt.Sprintf("The gateway is not ready: %v.", err)}.write(w)
		return
	}
	say(w, "ready\n")
}

func say(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}
