package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// streamLimit is the longest silence on the way to the origin in streamFile; the
// limits for requests are shorter still.
const streamLimit = time.Second

const streamFile = `
limits: { header_timeout: 200ms, request_timeout: 200ms, idle_timeout: 200ms }
upstreams: { api: { targets: ["{API}"], timeout: { response: 1s } } }
routes: [{ path: /, upstream: api }]
`

// newsroom sends an event for each word that it gets, and ends with the words.
func newsroom(t *testing.T) (s *httptest.Server, words chan string) {
	t.Helper()
	words = make(chan string)
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		_ = http.NewResponseController(w).Flush() // it fails again below
		for {
			select {
			case word, open := <-words:
				if !open {
					return
				}
				fmt.Fprintf(w, "data: %s\n\n", word)
				if http.NewResponseController(w).Flush() != nil {
					return
				}
			case <-r.Context().Done():
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return s, words
}

// subscribe opens a stream; its answer's head is there before any event.
func subscribe(t *testing.T, url, coding string) *http.Response {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	t.Cleanup(client.CloseIdleConnections)
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	must(t, err)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Accept-Encoding", coding)
	response, err := client.Do(r)
	must(t, err)
	t.Cleanup(func() { response.Body.Close() })
	return response
}

// nextEvent reads an event.
func nextEvent(t *testing.T, in *bufio.Reader, want string) {
	t.Helper()
	for _, line := range []string{"data: " + want + "\n", "\n"} {
		if got, err := in.ReadString('\n'); got != line || err != nil {
			t.Fatalf("the client got %q, %v; want %q", got, err, line)
		}
	}
}

// Each event is read before the next is sent: none waits in a buffer of ours. The
// whole takes longer than any limit.
func TestEventsComeOneByOne(t *testing.T) {
	for _, row := range []struct{ name, kind, coding string }{
		{"server-sent events", "text/event-stream", "identity"},
		{"server-sent events to a client that takes gzip", "text/event-stream", "gzip"},
		{"lines of JSON", "application/json", "identity"},
		{"lines of JSON, coded", "application/json", "gzip"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			api, words := newsroom(t)
			p := serve(t, api.URL, streamFile)
			response := subscribe(t, p.url+"/events?type="+row.kind, row.coding)
			body := io.Reader(response.Body)
			pace := time.NewTicker(streamLimit / 4)
			defer pace.Stop()
			var in *bufio.Reader
			for n, began := 0, time.Now(); time.Since(began) < 2*streamLimit; n++ {
				word := fmt.Sprintf("event %d", n)
				words <- word
				if in == nil && response.Header.Get("Content-Encoding") == "gzip" {
					decoder, err := gzip.NewReader(body)
					must(t, err)
					body = decoder
				}
				if in == nil {
					in = bufio.NewReader(body)
				}
				nextEvent(t, in, word)
				<-pace.C
			}
			close(words)
			if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil {
				t.Errorf("behind the last event came %q, %v; want a clean end", rest, err)
			}
		})
	}
}

// An origin that falls silent for longer than timeout.response is given up; that
// must not look like the end of the stream (invariant 2).
func TestASilentStreamIsBroken(t *testing.T) {
	api, words := newsroom(t)
	p := serve(t, api.URL, streamFile)
	response := subscribe(t, p.url+"/events?type=text/event-stream", "identity")
	in := bufio.NewReader(response.Body)
	words <- "one"
	nextEvent(t, in, "one")
	began := time.Now()
	if rest, err := io.ReadAll(in); err == nil {
		t.Errorf("the stream ended cleanly after %q", rest)
	}
	if took := time.Since(began); took < streamLimit*9/10 {
		t.Errorf("it was given up after %v, want %v", took, streamLimit)
	}
}

// A client that has left is noticed although nothing is written to it, and the
// origin learns of it.
func TestAStreamEndsWithItsClient(t *testing.T) {
	gone := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(gone)
	}))
	t.Cleanup(api.Close)
	p := serve(t, api.URL, `
upstreams: { api: { targets: ["{API}"] } }
routes: [{ path: /, upstream: api }]
`)
	subscribe(t, p.url+"/events", "identity").Body.Close()
	select {
	case <-gone:
	case <-time.After(patience):
		t.Error("the origin still sends to a client that has left")
	}
	eventually(t, "no request runs", func() bool { return p.figure("http_server_active_requests") == 0 })
}

// A long poll waits longer than any limit for requests, up to timeout.response.
func TestALongPoll(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait, _ := time.ParseDuration(r.URL.Query().Get("wait"))
		select {
		case <-time.After(wait):
			fmt.Fprint(w, "news")
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(api.Close)
	p := serve(t, api.URL, streamFile)
	if got := ask(t, "GET", p.url+"/poll?wait=600ms", ""); got.StatusCode != 200 || got.body != "news" {
		t.Errorf("a poll of 600ms = %s %q, want 200 and the news", got.Status, got.body)
	}
	if got := ask(t, "GET", p.url+"/poll?wait=1h", ""); got.StatusCode != 504 || got.Header.Get("Proxy-Status") != "afterburner; error=http_response_timeout" {
		t.Errorf("a poll of an hour = %s, Proxy-Status %q, want 504 and http_response_timeout", got.Status, got.Header.Get("Proxy-Status"))
	}
}
