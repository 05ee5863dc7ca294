package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// fakeAPI answers every path of the workload, personal ones by who asks.
func fakeAPI() http.Handler {
	var reached atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/stats", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"requests":%d}`, reached.Load())
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		w.Header().Set("Content-Type", "application/json")
		who := r.Header.Get("Authorization") + r.Header.Get("Cookie")
		_, id, named := strings.Cut(who, "user-")
		switch {
		case named:
			fmt.Fprintf(w, `{"user":{"id":%s}}`, id)
		case r.URL.Path == "/me":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			fmt.Fprintf(w, `{"path":%q}`, r.URL.RequestURI())
		}
	})
	return mux
}

// fakeGateway passes everything on, save that it knows batches. With leak it
// says that everybody is user 1.
func fakeGateway(api http.Handler, leak bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /batch", func(w http.ResponseWriter, r *http.Request) {
		var asked batchRequest
		_ = json.NewDecoder(r.Body).Decode(&asked)
		var items []string
		for _, item := range asked.Requests {
			body := httptest.NewRecorder()
			api.ServeHTTP(body, httptest.NewRequest(item.Method, item.URL, nil))
			items = append(items, fmt.Sprintf(`{"id":%q,"status":%d,"body":%s}`, item.ID, body.Code, body.Body))
		}
		_, _ = io.WriteString(w, `{"responses":[`+strings.Join(items, ",")+`]}`)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if leak && r.Header.Get("Authorization") != "" {
			r.Header.Set("Authorization", "Bearer user-1")
		}
		w.Header().Set("Cache-Status", "afterburner; hit")
		api.ServeHTTP(w, r)
	})
	return mux
}

func measured(t *testing.T, leak bool) *result {
	t.Helper()
	api := fakeAPI()
	origin := httptest.NewServer(api)
	t.Cleanup(origin.Close)
	gateway := httptest.NewServer(fakeGateway(api, leak))
	t.Cleanup(gateway.Close)
	s := &shop{apiURL: origin.URL, gatewayURL: gateway.URL}
	got, err := measure(t.Context(), s, options{seed: 1, requests: 250, concurrency: 4}, newProgress(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMeasureCountsBothSides(t *testing.T) {
	got := measured(t, false)
	if len(got.differences) > 0 {
		t.Errorf("differences: %v", got.differences)
	}
	for name, s := range map[string]*side{"direct": &got.direct, "gateway": &got.gateway} {
		if s.errors != 0 || len(s.latencies) != 250 || s.reached != 250 || s.bytes == 0 || s.busy == 0 {
			t.Errorf("%s: %d errors, %d latencies, %d reached, %d bytes, busy %v",
				name, s.errors, len(s.latencies), s.reached, s.bytes, s.busy)
		}
	}
	if got.direct.hits != 0 || got.gateway.hits != 250 {
		t.Errorf("hits: %d directly, %d through the gateway", got.direct.hits, got.gateway.hits)
	}
	if got.single <= 0 || got.batch <= 0 || got.rounds < minRounds {
		t.Errorf("single %v, batch %v", got.single, got.batch)
	}
}

func TestMeasureFindsAnotherUsersAnswer(t *testing.T) {
	got := measured(t, true)
	if len(got.differences) == 0 || !strings.HasPrefix(got.differences[0], "/me") {
		t.Errorf("a gateway that mixes users up: differences %v", got.differences)
	}
	if got.report().Identical {
		t.Error("the report says that all answers were identical")
	}
}
