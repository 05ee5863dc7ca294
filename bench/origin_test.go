package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"
)

// startOrigin runs an origin for a test and returns its URL.
func startOrigin(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = newOrigin().serve(listener) }()
	t.Cleanup(func() { _ = listener.Close() })
	return "http://" + listener.Addr().String()
}

func TestOriginAnswers(t *testing.T) {
	url := startOrigin(t)
	for _, row := range []struct {
		path   string
		status int
		rule   string
		body   []byte
	}{
		{"/pass/1024/0", 200, "no-store", body(1024)},
		{"/cached/1024/0", 200, "public, max-age=86400", body(1024)},
		{"/cached/65536/9999", 200, "public, max-age=86400", body(65536)},
		{"/pass/0/x", 200, "no-store", nil},
		{"/count", 200, "no-store", []byte("4")},
		{"/pass/1048577/0", 404, "", nil},
		{"/pass/-1/0", 404, "", nil},
		{"/elsewhere", 404, "", nil},
		{"/count", 200, "no-store", []byte("4")},
	} {
		response, err := http.Get(url + row.path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			t.Fatalf("%s: %v", row.path, err)
		}
		rule := response.Header.Get("Cache-Control")
		if response.StatusCode != row.status || rule != row.rule || !bytes.Equal(got, row.body) {
			t.Errorf("%s: %d, %q, %d bytes; want %d, %q, %d bytes",
				row.path, response.StatusCode, rule, len(got), row.status, row.rule, len(row.body))
		}
		if _, err := http.ParseTime(response.Header.Get("Date")); row.status == 200 && err != nil {
			t.Errorf("%s: Date: %v", row.path, err)
		}
	}
}

// Two requests on one connection: a request's fields are read to their end.
func TestOriginKeepsConnections(t *testing.T) {
	conn, err := net.Dial("tcp", startOrigin(t)[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const get = "GET /pass/4/0 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
	if _, err := io.WriteString(conn, get+get+"POST / HTTP/1.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(all, []byte("\r\n\r\n"+string(body(4)))); n != 2 {
		t.Errorf("%d answers, want 2 and then the end:\n%s", n, all)
	}
}
