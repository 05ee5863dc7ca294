package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// runner is one with room for everything; a test changes what it is about.
func runner(t *testing.T, change func(*Runner)) *Runner {
	t.Helper()
	r := Runner{Do: echo, Concurrency: 4, MaxResponse: 1 << 20, Timeout: time.Minute}
	change(&r)
	made, err := NewRunner(r)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// echo answers with the item's URL.
func echo(_ context.Context, item Item) (Answer, error) {
	return Answer{Status: 200, Body: []byte(item.URL)}, nil
}

// gets are items with ids 1, 2, ... and these URLs.
func gets(urls ...string) []Item {
	items := make([]Item, len(urls))
	for i, url := range urls {
		items[i] = Item{ID: fmt.Sprint(i + 1), Method: "GET", URL: url}
	}
	return items
}

// summary is each answer as "status body", problems as "status reason".
func summary(answers []Answer) []string {
	list := make([]string, len(answers))
	for i, answer := range answers {
		body := string(answer.Body)
		if _, reason, ok := strings.Cut(body, `"reason":"`); ok {
			body, _, _ = strings.Cut(reason, `"`)
		}
		list[i] = fmt.Sprintf("%d %s", answer.Status, body)
	}
	return list
}

func expect(t *testing.T, answers []Answer, want ...string) {
	t.Helper()
	if got := summary(answers); !slices.Equal(got, want) {
		t.Errorf("the answers are %q, want %q", got, want)
	}
}

func TestNewRunnerFaults(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Runner)
		want   string
	}{
		{"no Do", func(r *Runner) { r.Do = nil }, "batch runner: Do is nil; nothing could answer an item"},
		{"no worker", func(r *Runner) { r.Concurrency = 0 }, "batch runner: Concurrency is 0; at least 1 item must run"},
		{"no bytes", func(r *Runner) { r.MaxResponse = 0 }, "batch runner: MaxResponse is 0; no answer would fit"},
		{"no time", func(r *Runner) { r.Timeout = 0 }, "batch runner: Timeout is 0s; no item would have time"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := Runner{Do: echo, Concurrency: 1, MaxResponse: 1, Timeout: 1}
			row.change(&r)
			if _, err := NewRunner(r); err == nil || err.Error() != row.want {
				t.Errorf("NewRunner: %v, want %s", err, row.want)
			}
		})
	}
}

func TestAnswersStandInTheOrderOfTheItems(t *testing.T) {
	gate := make(chan struct{})
	r := runner(t, func(r *Runner) {
		r.Do = func(ctx context.Context, item Item) (Answer, error) {
			if item.URL == "/last" {
				close(gate)
			}
			<-gate // the last one answers first
			return echo(ctx, item)
		}
	})
	expect(t, r.Run(t.Context(), gets("/a", "/b", "/last")), "200 /a", "200 /b", "200 /last")
	expect(t, r.Run(t.Context(), nil))
}

func TestConcurrencyIsReachedAndNeverExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int64
		var atOnce []int64
		release := make(chan struct{})
		r := runner(t, func(r *Runner) {
			r.Concurrency = 3
			r.Do = func(ctx context.Context, item Item) (Answer, error) {
				running.Add(1)
				<-release
				running.Add(-1)
				return echo(ctx, item)
			}
		})
		done := make(chan []Answer)
		go func() { done <- r.Run(context.Background(), gets("/1", "/2", "/3", "/4", "/5", "/6", "/7")) }()
		for range 7 {
			synctest.Wait() // all that can run is running
			atOnce = append(atOnce, running.Load())
			release <- struct{}{}
		}
		expect(t, <-done, "200 /1", "200 /2", "200 /3", "200 /4", "200 /5", "200 /6", "200 /7")
		if want := []int64{3, 3, 3, 3, 3, 2, 1}; !slices.Equal(atOnce, want) {
			t.Errorf("so many items ran at once: %v, want %v", atOnce, want)
		}
	})
}

func TestIdenticalSafeItemsRunOnce(t *testing.T) {
	with := func(item Item, fields ...[2]string) Item { item.Fields = fields; return item }
	items := []Item{
		{ID: "1", Method: "GET", URL: "/a"},
		{ID: "2", Method: "POST", URL: "/a"},
		{ID: "3", Method: "GET", URL: "/a"},
		{ID: "4", Method: "POST", URL: "/a"},
		{ID: "5", Method: "HEAD", URL: "/a"},
		{ID: "6", Method: "GET", URL: "/a", Body: []byte{}},
		with(Item{ID: "7", Method: "GET", URL: "/a"}, [2]string{"Accept", "a"}),
		with(Item{ID: "8", Method: "GET", URL: "/a"}, [2]string{"accept", "a"}),
		with(Item{ID: "9", Method: "GET", URL: "/a"}, [2]string{"accept", "b"}),
	}
	var ran []string
	var shared []string
	r := runner(t, func(r *Runner) {
		r.Concurrency = 1
		r.Do = func(_ context.Context, item Item) (Answer, error) {
			ran = append(ran, item.ID)
			return Answer{Status: 200, Body: []byte(item.ID)}, nil
		}
		r.Finished = func(o Outcome) {
			if o.Shared {
				shared = append(shared, o.Item.ID)
			}
		}
	})
	expect(t, r.Run(t.Context(), items),
		"200 1", "200 2", "200 1", "200 4", "200 5", "200 6", "200 7", "200 7", "200 9")
	if want := []string{"1", "2", "4", "5", "6", "7", "9"}; !slices.Equal(ran, want) {
		t.Errorf("the items %q ran, want %q", ran, want)
	}
	if want := []string{"3", "8"}; !slices.Equal(shared, want) {
		t.Errorf("the items %q were answered by another's run, want %q", shared, want)
	}
}

// Invariant 9: what befalls one item spoils no other.
func TestOneItemSpoilsNoOther(t *testing.T) {
	var outcomes []string
	r := runner(t, func(r *Runner) {
		r.Concurrency = 1
		r.Do = func(ctx context.Context, item Item) (Answer, error) {
			switch item.URL {
			case "/panic":
				panic("a bug")
			case "/error":
				return Answer{Status: 200, Body: []byte("half")}, io.ErrUnexpectedEOF
			case "/100":
				return Answer{Status: 100}, nil
			}
			return echo(ctx, item)
		}
		r.Finished = func(o Outcome) {
			cause, _, _ := strings.Cut(fmt.Sprint(o.Err), "\n")
			outcomes = append(outcomes, fmt.Sprintf("%s %d %s %s", o.Item.ID, o.Status, o.Reason, cause))
		}
	})
	expect(t, r.Run(t.Context(), gets("/a", "/panic", "/error", "/100", "/b")),
		"200 /a", "500 item_panicked", "502 item_failed", "502 item_failed", "200 /b")
	want := []string{
		"1 200  <nil>",
		"2 500 item_panicked panic: a bug",
		"3 502 item_failed unexpected EOF",
		"4 502 item_failed the status 100 is not a final one",
		"5 200  <nil>",
	}
	if !slices.Equal(outcomes, want) {
		t.Errorf("the outcomes are %q, want %q", outcomes, want)
	}
}

func TestTheProblemDocument(t *testing.T) {
	fail := func(r *Runner) {
		r.Do = func(context.Context, Item) (Answer, error) { return Answer{}, errors.New("dial 10.0.0.1: secret") }
	}
	got := runner(t, fail).Run(t.Context(), gets("/a"))
	want := []Answer{{
		Status: 502,
		Fields: [][2]string{{"Content-Type", "application/problem+json"}},
		Body:   []byte(`{"type":"about:blank","title":"Bad Gateway","status":502,"reason":"item_failed","detail":"This item could not be answered."}`),
		JSON:   true,
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the answer is %+v, want %+v", got, want)
	}
	own := func(r *Runner) {
		fail(r)
		r.Problem = func(status int, reason Reason, detail string) Answer {
			return Answer{Status: status, Body: []byte(string(reason) + ": " + detail)}
		}
	}
	expect(t, runner(t, own).Run(t.Context(), gets("/a")), "502 item_failed: This item could not be answered.")
}

func TestTheBatchRunsOutOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		var reasons []string
		r := runner(t, func(r *Runner) {
			r.Concurrency, r.Timeout = 2, time.Second
			r.Do = func(ctx context.Context, item Item) (Answer, error) {
				switch item.URL {
				case "/slow":
					<-ctx.Done()
					return Answer{}, ctx.Err()
				case "/deaf":
					<-stuck
				}
				return echo(ctx, item)
			}
			r.Finished = func(o Outcome) { reasons = append(reasons, o.Item.ID+" "+string(o.Reason)) }
		})
		began := time.Now()
		answers := r.Run(context.Background(), gets("/a", "/slow", "/deaf", "/b", "/slow"))
		if took := time.Since(began); took != time.Second {
			t.Errorf("Run took %v, want 1s", took)
		}
		expect(t, answers, "200 /a", "504 batch_timeout", "504 batch_timeout", "504 batch_timeout", "504 batch_timeout")
		close(stuck)
		synctest.Wait()
		expect(t, answers, "200 /a", "504 batch_timeout", "504 batch_timeout", "504 batch_timeout", "504 batch_timeout")
		slices.Sort(reasons)
		if want := []string{"1 ", "2 batch_timeout", "3 batch_timeout", "4 batch_timeout", "5 batch_timeout"}; !slices.Equal(reasons, want) {
			t.Errorf("the outcomes are %q, want %q", reasons, want)
		}
	})
}

func TestTheClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(context.Background())
		r := runner(t, func(r *Runner) {
			r.Concurrency = 1
			r.Do = func(ctx context.Context, _ Item) (Answer, error) {
				leave()
				<-ctx.Done()
				return Answer{}, ctx.Err()
			}
		})
		expect(t, r.Run(ctx, gets("/a", "/b")), "503 batch_canceled", "503 batch_canceled")
	})
}

func TestMaxResponse(t *testing.T) {
	var budgets []int64
	body := map[string]string{"/4": "4444", "/7": "7777777", "/1": "1", "/0": ""}
	do := func(_ context.Context, item Item) (Answer, error) {
		budgets = append(budgets, item.Budget)
		if item.URL == "/stream" {
			return Answer{}, fmt.Errorf("read the body: %w", ErrTooLarge)
		}
		return Answer{Status: 200, Body: []byte(body[item.URL])}, nil
	}
	for _, row := range []struct {
		name    string
		items   []Item
		want    []string
		budgets []int64
	}{
		{"just enough", gets("/4", "/1", "/0"), []string{"200 4444", "200 1", "200 "}, []int64{10, 6, 5}},
		{"a smaller one fits behind one that does not", gets("/4", "/7", "/1"), []string{"200 4444", "502 response_too_large", "200 1"}, []int64{10, 6, 6}},
		{"Do stops at the budget", gets("/stream", "/4"), []string{"502 response_too_large", "200 4444"}, []int64{10, 10}},
		{"every copy of a shared answer counts", gets("/4", "/4", "/1", "/7", "/7"), []string{"200 4444", "200 4444", "200 1", "502 response_too_large", "502 response_too_large"}, []int64{5, 2}},
		{"with nothing left nobody runs", append(gets("/7", "/1"), Item{ID: "3", Method: "POST", URL: "/1"}, Item{ID: "4", Method: "PUT", URL: "/1"}, Item{ID: "5", Method: "POST", URL: "/1"}),
			[]string{"200 7777777", "200 1", "200 1", "200 1", "502 response_too_large"}, []int64{10, 3, 2, 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			budgets = nil
			r := runner(t, func(r *Runner) { r.Concurrency, r.MaxResponse, r.Do = 1, 10, do })
			expect(t, r.Run(t.Context(), row.items), row.want...)
			if !slices.Equal(budgets, row.budgets) {
				t.Errorf("the budgets are %v, want %v", budgets, row.budgets)
			}
		})
	}
}

func TestFieldsCountTowardsMaxResponse(t *testing.T) {
	answer := Answer{Status: 200, Fields: [][2]string{{"Name", "value"}}, Body: []byte("1")}
	do := func(context.Context, Item) (Answer, error) { return answer, nil }
	r := runner(t, func(r *Runner) { r.MaxResponse, r.Do = 10, do })
	expect(t, r.Run(t.Context(), gets("/a")), "200 1")
	r = runner(t, func(r *Runner) { r.MaxResponse, r.Do = 9, do })
	expect(t, r.Run(t.Context(), gets("/a")), "502 response_too_large")
}
