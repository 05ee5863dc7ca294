package proxy

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// Deadlines are set as fasthttp does it, over a socket that is seldom told of them.
func TestReadDeadlinesAreMetOnTheSecond(t *testing.T) {
	for _, row := range []struct {
		name   string
		before []time.Duration // those that were set, with a byte read under each
		last   time.Duration   // the one that nothing comes under; 0: none
	}{
		{"the first", nil, 10 * time.Second},
		{"later than the last", []time.Duration{10 * time.Second}, 75 * time.Second},
		{"sooner than the last", []time.Duration{75 * time.Second}, 10 * time.Second},
		{"idle and head in turns", []time.Duration{10 * time.Second, 75 * time.Second, 10 * time.Second}, 75 * time.Second},
		{"past when it is set", []time.Duration{10 * time.Second}, -time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := pipeConn(t)
				for _, d := range row.before {
					_ = c.SetReadDeadline(time.Now().Add(d))
					time.Sleep(time.Second)
					go func() { _, _ = peer.Write([]byte("x")) }()
					if _, err := c.take(make([]byte, 1)); err != nil {
						t.Fatalf("within %v: %v", d, err)
					}
				}
				began := time.Now()
				_ = c.SetReadDeadline(began.Add(row.last))
				_, err := c.take(make([]byte, 1))
				if took, want := time.Since(began), max(row.last, 0); !errors.Is(err, os.ErrDeadlineExceeded) || took != want {
					t.Errorf("the read ended with %v after %v, want a timeout after %v", err, took, want)
				}
			})
		})
	}
}

func TestNoDeadlineTakesAnEarlierOneBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := pipeConn(t)
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		go func() { _, _ = peer.Write([]byte("x")) }()
		if _, err := c.take(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Time{})
		go func() {
			time.Sleep(time.Hour)
			_, _ = peer.Write([]byte("x"))
		}()
		if _, err := c.take(make([]byte, 1)); err != nil {
			t.Errorf("without a deadline: %v", err)
		}
	})
}

// What an upload's Close does to the goroutine that reads its body.
func TestInterruptEndsAReadAtOnceAndHoldsUntilTheNextDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := pipeConn(t)
		began := time.Now()
		_ = c.SetReadDeadline(began.Add(time.Minute))
		over := make(chan error)
		go func() {
			_, err := c.take(make([]byte, 1))
			over <- err
		}()
		synctest.Wait() // it reads
		_ = c.interrupt()
		if err := <-over; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 0 {
			t.Errorf("the read ended with %v after %v, want a timeout at once", err, time.Since(began))
		}
		if _, err := c.take(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the next read ended with %v, want a timeout", err)
		}
		_ = c.SetReadDeadline(began.Add(time.Minute))
		go func() { _, _ = peer.Write([]byte("x")) }()
		if _, err := c.take(make([]byte, 1)); err != nil {
			t.Errorf("under the next deadline: %v", err)
		}
	})
}

func pipeConn(t *testing.T) (*conn, net.Conn) {
	ours, peer := net.Pipe()
	t.Cleanup(func() { _ = errors.Join(ours.Close(), peer.Close()) })
	return &conn{Conn: ours}, peer
}
