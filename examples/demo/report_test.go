package main

import (
	"strings"
	"testing"
	"time"
)

// good is a result that lacks nothing.
func good() *result {
	return &result{
		requests: 4,
		direct:   side{latencies: []time.Duration{4e7, 1e7, 2e7, 3e7}, busy: time.Second, reached: 4, bytes: 4000},
		gateway:  side{latencies: []time.Duration{1e6, 1e6, 2e6, 3e7}, busy: time.Second / 4, reached: 2, bytes: 1000, hits: 2},
		single:   20 * time.Millisecond,
		batch:    5 * time.Millisecond,
		rounds:   7,
	}
}

func TestTheJSONReport(t *testing.T) {
	var out strings.Builder
	if err := good().write(&out, "json"); err != nil {
		t.Fatal(err)
	}
	want := `{"direct":{"p50_ms":20,"p95_ms":40,"p99_ms":40,"rps":4,"origin_requests":4,"bytes":4000,"errors":0},` +
		`"gateway":{"p50_ms":1,"p95_ms":30,"p99_ms":30,"rps":16,"origin_requests":2,"bytes":1000,"errors":0},` +
		`"identical":true,"batch":{"single_ms":20,"batch_ms":5}}` + "\n"
	if out.String() != want {
		t.Errorf("got %swant %s", out.String(), want)
	}
}

func TestTheTable(t *testing.T) {
	var out strings.Builder
	if err := good().write(&out, "table"); err != nil {
		t.Fatal(err)
	}
	want := `4 requests each way, in turns, from a cold start:

                                      direct     gateway
  requests per second                      4          16
  p50                                20.0 ms      1.0 ms
  p95                                40.0 ms     30.0 ms
  p99                                40.0 ms     30.0 ms
  requests that reached the API            4           2
  bytes on the wire                     4000        1000
  hit ratio                                -        50 %
  shared another's fetch                   -         0 %
  errors                                   0           0

Every answer was the same both ways, and each user got his own.
Against the 40 % of the idea: the median request takes 95 % less time (20 times faster), throughput is 4.0 times as high, the API gets 50 % fewer requests, the wire carries 75 % fewer bytes.
20 product lookups that nothing had cached, through the gateway: 20.0 ms one by one, 5.0 ms as one batch (75 % less; medians of 7 rounds).
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestJudge(t *testing.T) {
	rows := []struct {
		name  string
		spoil func(*result)
		want  string
	}{
		{"all is there", func(*result) {}, ""},
		{"an answer differs", func(r *result) { r.note("/p: status 200 directly, 500 through the gateway") },
			"Answers that differ: 1; the first: /p: status 200 directly, 500 through the gateway"},
		{"requests fail", func(r *result) { r.gateway.errors = 3 }, "0 requests failed directly, 3 through the gateway"},
		{"the median is too high", func(r *result) { r.gateway.latencies = []time.Duration{5e6} },
			"p50 is 20.0 ms directly and 5.0 ms through the gateway; want at least 5 times lower"},
		{"too much reaches the API", func(r *result) { r.gateway.reached = 3 },
			"3 of 4 requests reached the API through the gateway; want at most half"},
		{"a batch saves nothing", func(r *result) { r.batch = r.single },
			"a batch takes 20ms, its items one by one 20ms; want less"},
	}
	for _, row := range rows {
		r := good()
		row.spoil(r)
		got := ""
		if err := r.judge(); err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	rows := []struct {
		sorted []time.Duration
		q      float64
		want   time.Duration
	}{
		{nil, 0.5, 0}, {[]time.Duration{7}, 0.99, 7}, {[]time.Duration{1, 2, 3, 4}, 0.5, 2},
		{[]time.Duration{1, 2, 3, 4}, 0.75, 3}, {[]time.Duration{1, 2, 3, 4}, 0.76, 4}, {[]time.Duration{1, 2}, 0, 1},
	}
	for _, row := range rows {
		if got := quantile(row.sorted, row.q); got != row.want {
			t.Errorf("quantile(%v, %v) = %d, want %d", row.sorted, row.q, got, row.want)
		}
	}
}
