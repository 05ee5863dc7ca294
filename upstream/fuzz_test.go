package upstream

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// said is a connection on which the origin says the given bytes and closes.
type said struct {
	net.Conn // nil: nothing else is called
	r        io.Reader
}

func (s *said) Read(p []byte) (int, error)       { return s.r.Read(p) }
func (s *said) Write(p []byte) (int, error)      { return len(p), nil }
func (s *said) Close() error                     { return nil }
func (s *said) SetDeadline(time.Time) error      { return nil }
func (s *said) SetReadDeadline(time.Time) error  { return nil }
func (s *said) SetWriteDeadline(time.Time) error { return nil }

// replay makes one exchange whose answer is data.
func replay(t *testing.T, method string, data []byte) (*Response, []byte, error) {
	o := options("http://origin:1")
	o.MaxHead = 8 << 10
	o.Dial = func(context.Context, string, string) (net.Conn, error) {
		return &said{r: bytes.NewReader(data)}, nil
	}
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Retire()
	resp, err := u.RoundTrip(context.Background(), &Request{Method: method, Target: "/", Host: "h"})
	if err != nil {
		if kindOf(err) == "" {
			t.Fatalf("an error without a kind: %v", err)
		}
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if s := u.Stats(); s.Open != s.Idle {
		t.Fatalf("%+v after the body's end, want the connection idle or closed", s)
	}
	return resp, body, err
}

// sameAsStandard compares with net/http where both accept: two readers must not
// find two bodies.
func sameAsStandard(t *testing.T, method string, data []byte) {
	resp, body, err := replay(t, method, data)
	if err != nil || resp.Status == 101 {
		return
	}
	in := bufio.NewReader(bytes.NewReader(data))
	for {
		other, e := http.ReadResponse(in, &http.Request{Method: method})
		if e != nil {
			return
		}
		theirs, e := io.ReadAll(other.Body)
		if e != nil {
			return
		}
		if other.StatusCode < 200 {
			continue
		}
		if other.StatusCode != resp.Status || !bytes.Equal(theirs, body) {
			t.Fatalf("%d %q, the standard library reads %d %q", resp.Status, body, other.StatusCode, theirs)
		}
		return
	}
}

func FuzzResponseHead(f *testing.F) {
	for _, row := range answers() {
		f.Add(row.method == "HEAD", []byte(row.say))
	}
	f.Fuzz(func(t *testing.T, head bool, data []byte) {
		method := "GET"
		if head {
			method = "HEAD"
		}
		sameAsStandard(t, method, data)
	})
}

func FuzzChunked(f *testing.F) {
	for _, row := range answers() {
		if data, is := bytes.CutPrefix([]byte(row.say), []byte(chunked)); is {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sameAsStandard(t, "GET", append([]byte(chunked), data...))
	})
}
