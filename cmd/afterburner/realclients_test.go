package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// picky is an origin that reads an upload, or refuses it unread; and that sends
// chunks with a trailer section.
func picky(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/take":
			n, err := io.Copy(io.Discard, r.Body)
			fmt.Fprintf(w, "%d bytes, %v, trailer %q", n, err, r.Trailer.Get("X-Sum"))
		case "/refuse":
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "refused unread")
		case "/chunks":
			w.Header().Set("Trailer", "X-Sum")
			for range 3 {
				fmt.Fprint(w, "chunk ")
				_ = http.NewResponseController(w).Flush()
			}
			w.Header().Set("X-Sum", "3")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

const pickyFile = `
limits: { request_body: 2MiB }
upstreams: { api: { targets: ["{API}"] } }
routes: [{ path: /, upstream: api, compress: false }]
`

// curl's verbose lines begin with < where they came from the gateway.
func TestCurlUploads(t *testing.T) {
	p := serve(t, picky(t).URL, pickyFile)
	file := filepath.Join(t.TempDir(), "body")
	for _, row := range []struct {
		name  string
		size  int
		uri   string
		args  []string
		has   []string
		lacks string
	}{
		{"Expect, the origin wants the body", 1 << 20, "/take", []string{"-H", "Expect: 100-continue"},
			[]string{"< HTTP/1.1 100 Continue\r\n", "< HTTP/1.1 200 OK\r\n", "1048576 bytes, <nil>", "sent 1048576"}, ""},
		{"Expect, the origin refuses", 1 << 20, "/refuse", []string{"-H", "Expect: 100-continue"},
			[]string{"< HTTP/1.1 403 Forbidden\r\n", "refused unread", "sent 0"}, "100 Continue"},
		{"Expect, too large by its length", 3 << 20, "/take", []string{"-H", "Expect: 100-continue"},
			[]string{"< HTTP/1.1 413 ", "urn:afterburner:problem:request_body_too_large", "sent 0"}, "100 Continue"},
		{"no Expect, the origin refuses during the upload", 2 << 20, "/refuse", []string{"-H", "Expect:"},
			[]string{"< HTTP/1.1 403 Forbidden\r\n", "refused unread"}, ""},
		{"no Expect, too large by its length", 3 << 20, "/take", []string{"-H", "Expect:"},
			[]string{"< HTTP/1.1 413 ", "< Connection: close\r\n", "urn:afterburner:problem:request_body_too_large"}, ""},
		{"chunked, too large as it comes", 3 << 20, "/take", []string{"-H", "Expect:", "-H", "Transfer-Encoding: chunked"},
			[]string{"< HTTP/1.1 413 ", "< Connection: close\r\n", "urn:afterburner:problem:request_body_too_large"}, ""},
		{"chunked", 1 << 20, "/take", []string{"-H", "Transfer-Encoding: chunked"},
			[]string{"< HTTP/1.1 200 OK\r\n", "1048576 bytes, <nil>"}, ""},
		{"HTTP/1.0", 1 << 20, "/take", []string{"--http1.0"},
			[]string{"< HTTP/1.1 200 OK\r\n", "1048576 bytes, <nil>"}, "100 Continue"},
	} {
		t.Run(row.name, func(t *testing.T) {
			must(t, os.WriteFile(file, bytes.Repeat([]byte("x"), row.size), 0o600))
			got := curl(t, append(row.args, "-v", "--data-binary", "@"+file, "-w", "sent %{size_upload}\n", p.url+row.uri)...)
			for _, want := range row.has {
				if !strings.Contains(got, want) {
					t.Errorf("it has no %q:\n%s", want, got)
				}
			}
			if row.lacks != "" && strings.Contains(got, "< HTTP/1.1 "+row.lacks) {
				t.Errorf("it has %q:\n%s", row.lacks, got)
			}
		})
	}
}

func TestCurlSeesChunksAndTrailers(t *testing.T) {
	p := serve(t, picky(t).URL, pickyFile)
	if got := curl(t, "--raw", p.url+"/chunks"); !strings.HasSuffix(got, "\r\n0\r\nX-Sum: 3\r\n\r\n") {
		t.Errorf("curl --raw = %q, want chunks and the trailer X-Sum", got)
	}
	if got := curl(t, "--http1.0", "-i", p.url+"/chunks"); !strings.HasSuffix(got, "\r\n\r\nchunk chunk chunk ") || strings.Contains(got, "Transfer-Encoding") {
		t.Errorf("curl --http1.0 = %q, want the body alone", got)
	}
}

// What gRPC needs of HTTP/1.1: trailers behind the body, both ways.
func TestTrailersPassBothWays(t *testing.T) {
	p := serve(t, picky(t).URL, pickyFile)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	r, err := http.NewRequest("POST", p.url+"/take", io.MultiReader(strings.NewReader("hello")))
	must(t, err)
	r.Trailer = http.Header{"X-Sum": {"5"}}
	response, err := client.Do(r)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if got, want := string(body), `5 bytes, <nil>, trailer "5"`; got != want {
		t.Errorf("the origin got %s, want %s", got, want)
	}
	response, err = client.Get(p.url + "/chunks")
	must(t, err)
	body, err = io.ReadAll(response.Body)
	must(t, err)
	if got := response.Trailer.Get("X-Sum"); string(body) != "chunk chunk chunk " || got != "3" {
		t.Errorf("the client got %q with the trailer X-Sum: %q, want 3 chunks and 3", body, got)
	}
}
