package proxy

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// newSearch is a gateway whose route keys POST by its body, before an origin that
// echoes, with the length that was announced to it.
func newSearch(t *testing.T) (*Gateway, *httptest.Server) {
	t.Helper()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Cache-Control", "max-age=3600")
		w.Header().Set("X-Length", r.Header.Get("Content-Length"))
		if r.ContentLength < 0 {
			w.Header().Set("X-Length", "chunked")
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(origin.Close)
	c, faults := config.Parse("test.yaml", []byte("upstreams: { api: { targets: [\""+origin.URL+"\"] } }\n"+
		"routes: [{ path: /, upstream: api, cache: { methods: { POST: body } } }]\n"), os.LookupEnv)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	g, err := New(c, Parts{Telemetry: telemetry.New(telemetry.Options{Version: "test"}), Log: slog.New(slog.DiscardHandler), Memory: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	server := httptest.NewServer(NetHTTP(g))
	t.Cleanup(server.Close)
	return g, server
}

// sendPost sends a body, of unknown length if chunked, and wants it back.
func sendPost(t *testing.T, url string, body []byte, chunked bool) http.Header {
	t.Helper()
	var from io.Reader = bytes.NewReader(body)
	if chunked {
		from = io.MultiReader(from)
	}
	response, err := http.Post(url, "text/plain", from)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	echo, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 || !bytes.Equal(echo, body) {
		t.Fatalf("%s with %d bytes, %v; want 200 and the %d that were sent", response.Status, len(echo), err, len(body))
	}
	return response.Header
}

// Up to a size a body is kept for its key, whether or not its length is told; what
// is larger goes on as it came, also what was read of it before that was known.
func TestKeyedBodies(t *testing.T) {
	rows := []struct {
		name        string
		size        int
		chunked     bool
		first, then string // in Cache-Status
		length      string // that the origin was told
	}{
		{"small", 10, false, "stored", "hit", ""},
		{"small, chunked", 11, true, "stored", "hit", ""},
		{"as large as may be", maxKeyedBody, false, "stored", "hit", ""},
		{"as large as may be, chunked", maxKeyedBody - 1, true, "stored", "hit", ""},
		{"too large", maxKeyedBody + 1, false, "detail=request_body_too_large_to_key", "fwd=bypass", ""},
		{"too large, chunked", maxKeyedBody + 5000, true, "detail=request_body_too_large_to_key", "fwd=bypass", "chunked"},
		{"empty", 0, false, "stored", "hit", ""},
	}
	g, server := newSearch(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			body := bytes.Repeat([]byte("0123456789abcdef"), row.size/16+1)[:row.size]
			for _, want := range []string{row.first, row.then} {
				head := sendPost(t, server.URL, body, row.chunked)
				if status := head.Get("Cache-Status"); !strings.Contains(status, want) {
					t.Errorf("Cache-Status: %s, want %s in it", status, want)
				}
				if row.length != "" && head.Get("X-Length") != row.length {
					t.Errorf("the origin was told the length %q, want %q", head.Get("X-Length"), row.length)
				}
			}
		})
	}
	server.Close() // behind it every exchange is finished
	if held := g.held.Load(); held != 0 {
		t.Errorf("%d bytes are still held when nothing is under way", held)
	}
}

// A crowd of large bodies does not fill the memory: those that find no room pass.
func TestKeyedBodiesAreBounded(t *testing.T) {
	g, server := newSearch(t)
	g.held.Store(maxHeld - 5)
	if status := sendPost(t, server.URL, []byte("12345"), false).Get("Cache-Status"); !strings.Contains(status, "stored") {
		t.Errorf("what just fits: Cache-Status: %s", status)
	}
	if status := sendPost(t, server.URL, []byte("123456"), false).Get("Cache-Status"); !strings.Contains(status, "detail=request_bodies_held") {
		t.Errorf("what does not fit: Cache-Status: %s", status)
	}
	if status := sendPost(t, server.URL, []byte("12345"), true).Get("Cache-Status"); !strings.Contains(status, "detail=request_bodies_held") {
		t.Errorf("what may not fit: Cache-Status: %s", status)
	}
}
