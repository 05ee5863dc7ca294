package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// A rawResponse is what an origin says, and what a client is told of it.
type rawResponse struct {
	name string
	say  string
	then string // how the origin goes on
	want string // see told
	kept bool   // the origin's connection carries another request
}

const (
	stays  = "stays"
	closes = "closes"
	resets = "resets"
	good   = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
)

// scripted is an origin that says what the row does, and "good" to all else.
type scripted struct {
	address string
	row     atomic.Pointer[rawResponse]
	on      chan int // the connection on which a request came
}

func newScripted(t *testing.T) *scripted {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	s := &scripted{address: ln.Addr().String(), on: make(chan int, 16)}
	go func() {
		for n := 0; ; n++ {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go s.serve(c.(*net.TCPConn), n)
		}
	}()
	return s
}

func (s *scripted) serve(c *net.TCPConn, n int) {
	defer c.Close()
	reader := bufio.NewReader(c)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		s.on <- n
		if strings.HasPrefix(request.URL.Path, "/good/") {
			_, _ = io.WriteString(c, good)
			continue
		}
		row := s.row.Load()
		_, _ = io.WriteString(c, row.say)
		switch row.then {
		case closes:
			return
		case resets:
			_ = c.SetLinger(0)
			return
		}
	}
}

// A way is how a client asks for a row.
type way struct {
	name, method string
	minor        int
	before       bool // behind a good request on the same connections
}

// Each answer comes on a new connection and on one that carried a good exchange,
// for an exchange that others may share and for one that nobody may.
func TestRawResponses(t *testing.T) {
	origin := newScripted(t)
	address := listen(t, newTestGateway(t, "http://"+origin.address))
	for i, row := range rawResponses() {
		t.Run(row.name, func(t *testing.T) {
			for j, w := range []way{{"shared", "GET", 1, false}, {"alone", "POST", 1, false}, {"shared, behind a good one", "GET", 1, true},
				{"alone, behind a good one", "POST", 1, true}, {"HTTP/1.0", "GET", 0, false}} {
				origin.row.Store(&row)
				row.try(t, origin, dialTCP(t, address), w, fmt.Sprint(i, "/", j))
			}
		})
	}
}

func (r rawResponse) try(t *testing.T, origin *scripted, conn net.Conn, w way, id string) {
	t.Helper()
	defer conn.Close()
	reader := bufio.NewReader(conn)
	if w.before {
		origin.mustBeGood(t, conn, reader, id+"/before")
	}
	fmt.Fprintf(conn, "%s /case/%s HTTP/1.%d\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n", w.method, id, w.minor)
	if got, want := told(reader, w), w.wanted(r.want); got != want {
		t.Errorf("%s: the client was told\n%s, want\n%s", w.name, got, want)
	}
	on := <-origin.on
	for len(origin.on) > 0 { // it was asked again
		on = <-origin.on
	}
	probe := dialTCP(t, conn.RemoteAddr().String())
	defer probe.Close()
	again := origin.mustBeGood(t, probe, bufio.NewReader(probe), id+"/after")
	if kept := on == again; kept != r.kept {
		t.Errorf("%s: the connection is used again: %t, want %t", w.name, kept, r.kept)
	}
}

// mustBeGood tells on which of the origin's connections it was.
func (s *scripted) mustBeGood(t *testing.T, conn net.Conn, reader *bufio.Reader, id string) int {
	t.Helper()
	fmt.Fprintf(conn, "GET /good/%s HTTP/1.1\r\nHost: a.example\r\n\r\n", id)
	if got := told(reader, way{method: "GET", minor: 1}); got != `200 "good"` {
		t.Fatalf("a good request was told %s", got)
	}
	return <-s.on
}

// wanted is what the way lets a client see.
func (w way) wanted(want string) string {
	if w.minor == 0 { // it knows no interim responses
		if _, after, ok := strings.Cut(want, "103 "); ok {
			want = after
		}
	}
	if w.minor == 0 {
		want, _, _ = strings.Cut(want, " {")
	}
	return want
}

// told is status, fields of interest, body, trailers, and whether it broke; or
// status and kind of a problem.
func told(reader *bufio.Reader, w way) string {
	interim := ""
	for {
		response, err := http.ReadResponse(reader, &http.Request{Method: w.method})
		if err != nil {
			return fmt.Sprint(interim, err)
		}
		if response.StatusCode >= 200 {
			return interim + outcome(response)
		}
		interim += fmt.Sprint(response.StatusCode, " ")
	}
}

func outcome(response *http.Response) string {
	body, err := io.ReadAll(response.Body)
	if kind, ok := strings.CutPrefix(response.Header.Get("Proxy-Status"), "afterburner; error="); ok && err == nil {
		return fmt.Sprint(response.StatusCode, " ", kind)
	}
	text := fmt.Sprintf("%d %s%q", response.StatusCode, listed(response.Header), body)
	var trailers []string
	for name, values := range response.Trailer {
		trailers = append(trailers, name+": "+strings.Join(values, "|"))
	}
	if slices.Sort(trailers); len(trailers) > 0 {
		text += " {" + strings.Join(trailers, ", ") + "}"
	}
	if err != nil && !errors.Is(err, io.EOF) {
		text += " broken"
	}
	return text
}

// listed are the fields that are not the gateway's own nor framing.
func listed(header http.Header) string {
	var fields []string
	for name, values := range header {
		switch name {
		case "Via", "Date", "Cache-Status", "Connection", "Content-Length", "Transfer-Encoding":
			continue
		}
		fields = append(fields, name+": "+strings.Join(values, "|"))
	}
	if len(fields) == 0 {
		return ""
	}
	slices.Sort(fields)
	return "[" + strings.Join(fields, ", ") + "] "
}
