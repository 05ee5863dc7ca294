package main

import (
	"strings"
	"testing"
	"time"
)

func TestParseLoad(t *testing.T) {
	const before = "Running 3s test @ http://127.0.0.1:1/pass/1024/\n  1 threads and 64 connections\n\n"
	for _, row := range []struct {
		name, line string
		want       load
		fault      string
	}{
		{"all is well", "bench requests=1200 microseconds=3000000 connect=0 read=0 write=0 status=0 timeout=0",
			load{1200, 3 * time.Second, ""}, ""},
		{"errors are named", "bench requests=12 microseconds=1000000 connect=0 read=2 write=0 status=12 timeout=0",
			load{12, time.Second, "read=2 status=12"}, ""},
		{"nothing completed", "bench requests=0 microseconds=1000000 connect=64 read=0 write=0 status=0 timeout=0",
			load{}, "wrk completed nothing: "},
		{"not a number", "bench requests=many", load{}, "wrk's requests: "},
		{"no line", "Requests/sec: 12", load{}, "wrk wrote no line of figures:\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := parseLoad(before + row.line + "\n")
			if row.fault != "" {
				if err == nil || !strings.HasPrefix(err.Error(), row.fault) {
					t.Errorf("%v, want %q first", err, row.fault)
				}
			} else if err != nil || got != row.want {
				t.Errorf("%+v, %v; want %+v", got, err, row.want)
			}
		})
	}
}
