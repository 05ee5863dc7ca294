package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A rawRequest is bytes on a socket. Behind them comes a probe, which must be
// answered where the request was, and must never become a part of it.
type rawRequest struct {
	name string
	say  string
	want string // the statuses, without the probe's
	saw  string // what the origin saw as a whole request; "": nothing
}

const (
	refused  = "400"
	rawHost  = "Host: a.example\r\n"
	rawGood  = "GET /good HTTP/1.1\r\n" + rawHost + "\r\n"
	rawProbe = "GET /probe HTTP/1.1\r\n" + rawHost + "Connection: close\r\n\r\n"
	rawEvil  = "GET /evil HTTP/1.1\r\n" + rawHost + "\r\n"
)

// rawOrigin tells which requests it saw whole: method, target, host, the fields
// that are not the gateway's own, and the body.
func rawOrigin(t *testing.T) (url string, seen func() []string) {
	saw := make(chan string, 64)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			saw <- describe(r, body)
		}
		_, _ = io.WriteString(w, "hello")
	}))
	t.Cleanup(origin.Close)
	return origin.URL, func() (all []string) {
		for len(saw) > 0 {
			all = append(all, <-saw)
		}
		return all
	}
}

func describe(r *http.Request, body []byte) string {
	var fields []string
	for name, values := range r.Header {
		switch name {
		case "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Cdn-Loop", "Traceparent", "Content-Length", "Accept-Encoding", "Expect":
			continue
		}
		fields = append(fields, name+": "+strings.Join(values, "|"))
	}
	slices.Sort(fields)
	text := fmt.Sprintf("%s %s %s %q", r.Method, r.RequestURI, r.Host, body)
	if len(fields) > 0 {
		text += " [" + strings.Join(fields, ", ") + "]"
	}
	for _, name := range slices.Sorted(maps.Keys(r.Trailer)) {
		text += fmt.Sprint(" + ", name, ": ", strings.Join(r.Trailer[name], "|"))
	}
	return text
}

// Each request comes alone and behind a good one on the same connection, whole
// and in two pieces.
func TestRawRequests(t *testing.T) {
	url, seen := rawOrigin(t)
	address := listen(t, newTestGateway(t, url))
	for _, c := range rawRequests() {
		t.Run(c.name, func(t *testing.T) {
			for _, before := range []string{"", rawGood} {
				for _, cut := range []int{0, len(c.say) / 2, len(c.say) - 1} {
					c.try(t, dialTCP(t, address), before, cut)
					c.compare(t, before, seen())
				}
			}
		})
	}
}

func (c rawRequest) try(t *testing.T, conn net.Conn, before string, cut int) {
	t.Helper()
	want := strings.TrimSpace(c.want)
	if !strings.HasSuffix(want, refused) && !strings.HasSuffix(want, "!") {
		want += " 200"
	}
	want = strings.TrimSuffix(want, "!")
	reader := bufio.NewReader(conn)
	if before != "" {
		_, _ = io.WriteString(conn, before)
		if got := statuses(reader, 1); got != "200" {
			t.Fatalf("the good request: %s", got)
		}
	}
	_, _ = io.WriteString(conn, c.say[:cut])
	_, _ = io.WriteString(conn, c.say[cut:]+rawProbe)
	if got := statuses(reader, 10); got != want {
		t.Errorf("behind %q, cut at %d: %s, want %s", before, cut, got, want)
	}
	conn.Close()
}

// statuses reads answers to the end of the connection, at most n.
func statuses(reader *bufio.Reader, n int) string {
	var all []string
	for len(all) < n {
		response, err := http.ReadResponse(reader, nil)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return fmt.Sprint(all, err)
		}
		status := fmt.Sprint(response.StatusCode)
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			status += " broken"
		}
		all = append(all, status)
	}
	return strings.Join(all, " ")
}

func (c rawRequest) compare(t *testing.T, before string, saw []string) {
	t.Helper()
	var want []string
	if before != "" {
		want = append(want, `GET /good a.example ""`)
	}
	if c.saw != "" {
		want = append(want, c.saw)
	}
	if !strings.HasSuffix(c.want, refused) && !strings.HasSuffix(c.want, "!") {
		want = append(want, `GET /probe a.example ""`)
	}
	if !slices.Equal(saw, want) {
		t.Errorf("behind %q the origin saw\n%q, want\n%q", before, saw, want)
	}
}
