package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// server is the API. It counts the requests that reach it, so that the demo can
// tell how many the gateway answered itself.
type server struct {
	store    *store
	log      *log.Logger
	requests atomic.Int64
}

// answer is what an endpoint says. Without caching it says nothing about how
// long it holds: many a legacy API is silent there.
type answer struct {
	status  int
	caching string // Cache-Control
	etag    bool
	body    any
}

// refusal is an error that the client made.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

type endpoint func(*http.Request) (answer, error)

func newServer(s *store, stderr io.Writer) http.Handler {
	api := &server{store: s, log: log.New(stderr, "slow-api: ", 0)}
	counted := http.NewServeMux()
	for pattern, answer := range map[string]endpoint{
		"GET /products":               api.products,
		"GET /products/{id}":          api.product,
		"GET /products/{id}/reviews":  api.reviews,
		"POST /products/{id}/reviews": api.addReview,
		"GET /categories":             api.categories,
		"GET /rankings/{category}":    api.ranking,
		"GET /search":                 api.search,
		"GET /me":                     api.bearer(api.me),
		"GET /me/orders":              api.bearer(api.orders),
		"GET /cart":                   api.session(api.cart),
		"POST /orders":                api.bearer(api.addOrder),
	} {
		counted.HandleFunc(pattern, api.handle(answer))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		api.write(w, nil, answer{body: map[string]int64{"requests": api.requests.Load()}})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		api.requests.Add(1)
		counted.ServeHTTP(w, r)
	})
	return mux
}

// handle turns an endpoint's answer or error into a response.
func (s *server) handle(answers endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		said, err := answers(r)
		var no refusal
		switch {
		case err == nil:
		case errors.As(err, &no):
			said = answer{status: no.status, body: map[string]string{"error": no.text}}
		case errors.Is(err, sql.ErrNoRows):
			said = answer{status: http.StatusNotFound, body: map[string]string{"error": "no such thing"}}
		case errors.Is(err, context.Canceled):
			return // the client went away
		default:
			s.log.Printf("%s %s: %v", r.Method, r.URL.Path, err)
			said = answer{status: http.StatusInternalServerError, body: map[string]string{"error": "the shop is broken"}}
		}
		if said.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		s.write(w, r, said)
	}
}

// write sends the answer. An ETag costs the whole answer first: the API saves
// bytes by it, not work.
func (s *server) write(w http.ResponseWriter, r *http.Request, said answer) {
	body, err := json.MarshalIndent(said.body, "", "    ")
	if err != nil {
		s.log.Printf("write JSON: %v", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	body = append(body, '\n')
	header := w.Header()
	header.Set("Content-Type", "application/json")
	if said.caching != "" {
		header.Set("Cache-Control", said.caching)
	}
	if said.etag {
		sum := sha256.Sum256(body)
		tag := `"` + hex.EncodeToString(sum[:8]) + `"`
		header.Set("ETag", tag)
		if matches(r.Header.Get("If-None-Match"), tag) {
			header.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(max(said.status, http.StatusOK))
	_, _ = w.Write(body)
}

// matches compares weakly (RFC 9110 section 13.1.2).
func matches(ifNoneMatch, tag string) bool {
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}

// bearer asks for "Authorization: Bearer user-N".
func (s *server) bearer(answers func(*http.Request, user) (answer, error)) endpoint {
	return func(r *http.Request) (answer, error) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return s.as(token, r, answers)
	}
}

// session asks for "Cookie: session=user-N".
func (s *server) session(answers func(*http.Request, user) (answer, error)) endpoint {
	return func(r *http.Request) (answer, error) {
		token := ""
		if cookie, err := r.Cookie("session"); err == nil {
			token = cookie.Value
		}
		return s.as(token, r, answers)
	}
}

func (s *server) as(token string, r *http.Request, answers func(*http.Request, user) (answer, error)) (answer, error) {
	digits, named := strings.CutPrefix(token, "user-")
	id, err := strconv.ParseInt(digits, 10, 64)
	if !named || err != nil {
		return answer{}, refusal{http.StatusUnauthorized, "say who you are"}
	}
	u, err := s.store.user(r.Context(), id)
	if errors.Is(err, sql.ErrNoRows) {
		return answer{}, refusal{http.StatusUnauthorized, "no such user"}
	}
	if err != nil {
		return answer{}, fmt.Errorf("look up user %d: %w", id, err)
	}
	return answers(r, u)
}
