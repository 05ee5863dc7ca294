package proxy

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// However an answer is passed on, one that broke at the origin is broken for the
// client too (invariant 2), and is not what the next one gets.
func TestBrokenAnswerIsBrokenInEachForm(t *testing.T) {
	text := strings.Repeat("lamp ", 20_000)
	broken := func(length string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/stored") {
				w.Header().Set("Cache-Control", "max-age=60")
			}
			w.Header().Set("Content-Type", "text/plain")
			if length != "" {
				w.Header().Set("Content-Length", length)
			}
			_, _ = io.WriteString(w, text)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	for framing, length := range map[string]string{"Content-Length": "200000", "chunked": ""} {
		address := serveTCP(t, broken(length), nil)
		for name, head := range map[string]string{
			"a stored one":        "GET /stored HTTP/1.1\r\nHost: a",
			"a stored one, coded": "GET /stored/coded HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip",
			"to HTTP/1.0":         "GET /stored HTTP/1.0\r\nHost: a",
			"to HTTP/1.0, coded":  "GET / HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip",
			"kept alive in 1.0":   "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive",
			"one that passes":     "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=0-",
			"of an unsafe method": "DELETE / HTTP/1.1\r\nHost: a",
			"coded on its way":    "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: zstd",
		} {
			t.Run(framing+" "+name, func(t *testing.T) {
				for range 2 {
					c := connectTo(t, address)
					_, _ = io.WriteString(c, head+"\r\n\r\n")
					r, err := http.ReadResponse(bufio.NewReader(c), nil)
					if err != nil || r.StatusCode == http.StatusBadGateway {
						continue // nothing of it was sent
					}
					if strings.Contains(r.Header.Get("Cache-Status"), "hit") {
						t.Error("it was stored")
					}
					if n, err := io.Copy(io.Discard, r.Body); err == nil {
						t.Errorf("%d bytes look whole", n)
					}
				}
			})
		}
	}
}
