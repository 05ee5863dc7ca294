package telemetry

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// output is a writer of which every write can be seen, held up or made to fail.
type output struct {
	mu     sync.Mutex
	text   bytes.Buffer
	writes int
	err    error
	hold   chan struct{} // nil: do not hold
}

func (o *output) Write(b []byte) (int, error) {
	if o.hold != nil {
		<-o.hold
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writes++
	if o.err != nil {
		return 0, o.err
	}
	return o.text.Write(b)
}

func (o *output) lines() (lines, writes int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Count(o.text.String(), "\n"), o.writes
}

func closeLog(t *testing.T, a *AccessLog) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func dropped(t *testing.T, tel *Telemetry) string {
	t.Helper()
	return strings.TrimSpace(samples(scrape(t, tel, ""), "afterburner_access_log_dropped_total "))
}

func TestLinesAreOutWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(output)
		a := New(Options{}).AccessLog(out, JSON)
		for round := range 3 {
			a.Log(Line{Path: "/a"})
			time.Sleep(100 * time.Millisecond)
			a.Log(Line{Path: "/b"})
			time.Sleep(900 * time.Millisecond)
			synctest.Wait()
			if lines, writes := out.lines(); lines != 2*(round+1) || writes != round+1 {
				t.Fatalf("round %d: %d lines in %d writes", round, lines, writes)
			}
			time.Sleep(time.Hour)
		}
		closeLog(t, a)
	})
}

func TestManyLinesDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(output)
		a := New(Options{}).AccessLog(out, Text)
		for range 100 {
			a.Log(Line{Path: "/" + strings.Repeat("a", 1000)})
		}
		synctest.Wait() // no time has passed
		if lines, _ := out.lines(); lines == 0 {
			t.Error("100 KiB wait for the timer")
		}
		closeLog(t, a)
		if lines, _ := out.lines(); lines != 100 {
			t.Errorf("%d lines, want 100", lines)
		}
	})
}

func TestLinesKeepTheirOrder(t *testing.T) {
	out := new(output)
	a := New(Options{}).AccessLog(out, Text)
	for i := range 5000 {
		a.Log(Line{Time: moment, Method: "GET", Path: "/", BytesIn: int64(i)})
	}
	closeLog(t, a)
	var want strings.Builder
	for i := range 5000 {
		l := Line{Time: moment, Method: "GET", Path: "/", BytesIn: int64(i)}
		want.Write(l.appendText(nil))
	}
	if out.text.String() != want.String() {
		t.Error("lines are lost or out of order")
	}
}

func TestAStuckOutputDropsAndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &output{hold: make(chan struct{})}
		tel := New(Options{})
		a := tel.AccessLog(out, Text)
		a.Log(Line{}) // this one reaches the output and is held there
		time.Sleep(time.Second)
		synctest.Wait()
		line := Line{Path: "/" + strings.Repeat("a", 1023)}
		size := len(line.appendText(nil))
		fits := maxBuffered / size
		for range fits + 7 {
			a.Log(line)
		}
		if got := dropped(t, tel); got != "afterburner_access_log_dropped_total 7" {
			t.Errorf("scraped %s, want 7 dropped", got)
		}
		close(out.hold)
		closeLog(t, a)
		if lines, _ := out.lines(); lines != 1+fits {
			t.Errorf("%d lines, want %d", lines, 1+fits)
		}
	})
}

func TestCloseDoesNotWaitForeverForAStuckOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &output{hold: make(chan struct{})}
		a := New(Options{}).AccessLog(out, JSON)
		a.Log(Line{})
		began := time.Now()
		err := a.Close()
		if err == nil || err.Error() != "close access log: the output took no lines for 2 seconds; its last lines are lost" {
			t.Errorf("Close = %v", err)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("Close took %v, want 2s", took)
		}
		close(out.hold)
		synctest.Wait()
	})
}

func TestLinesThatCannotBeWrittenAreCounted(t *testing.T) {
	full := errors.New("no space left on device")
	tel := New(Options{})
	a := tel.AccessLog(&output{err: full}, JSON)
	a.Log(Line{})
	a.Log(Line{})
	err := a.Close()
	if !errors.Is(err, full) || err.Error() != "write access log: no space left on device" {
		t.Errorf("Close = %v", err)
	}
	a.Log(Line{}) // after Close
	if got := dropped(t, tel); got != "afterburner_access_log_dropped_total 3" {
		t.Errorf("scraped %s, want 3 dropped", got)
	}
	if again := a.Close(); !errors.Is(again, full) {
		t.Errorf("a second Close = %v", again)
	}
}

func TestOffTakesLinesAndWritesNone(t *testing.T) {
	out := new(output)
	a := New(Options{}).AccessLog(out, Off)
	a.Log(Line{})
	closeLog(t, a)
	if lines, writes := out.lines(); a.On() || lines != 0 || writes != 0 {
		t.Errorf("off writes %d lines", lines)
	}
}

func TestManyWritersLoseNothing(t *testing.T) {
	out := new(output)
	a := New(Options{}).AccessLog(out, JSON)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				a.Log(Line{Path: "/a"})
			}
		})
	}
	all.Wait()
	closeLog(t, a)
	if lines, _ := out.lines(); lines != 1600 {
		t.Errorf("%d lines, want 1600", lines)
	}
}

func TestTheGatewaysLog(t *testing.T) {
	var b bytes.Buffer
	NewLogger(&b, true).Info("listening", "address", ":8080")
	NewLogger(&b, false).Warn("config refused", "file", "a b.yaml")
	NewLogger(&b, false).Debug("not shown")
	got := b.String()
	if !strings.Contains(got, `"level":"INFO","msg":"listening","address":":8080"}`+"\n") ||
		!strings.HasSuffix(got, `level=WARN msg="config refused" file="a b.yaml"`+"\n") {
		t.Errorf("log = %s", got)
	}
}
