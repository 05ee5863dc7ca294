package upstream

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// Exchange after exchange on one connection, whose socket is seldom told of a
// deadline: each has its own time, to the second.
func TestDeadlinesAreMetOnTheSecond(t *testing.T) {
	for _, row := range []struct {
		name   string
		before []time.Duration // between exchanges of 30 s
		write  bool
	}{
		{"the first exchange", nil, false},
		{"the next one", []time.Duration{time.Second}, false},
		{"one after an hour", []time.Duration{time.Second, time.Hour}, false},
		{"the first write", nil, true},
		{"the next write", []time.Duration{time.Second}, true},
		{"a write after an hour", []time.Duration{time.Second, time.Hour}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, peer := net.Pipe()
				defer func() { _ = errors.Join(ours.Close(), peer.Close()) }()
				c := newConn(ours, nil)
				for _, pause := range row.before {
					c.since = time.Now()
					c.begin(30 * time.Second)
					go func() { _, _ = peer.Write([]byte("x")) }()
					if _, err := c.in.ReadByte(); err != nil {
						t.Fatal(err)
					}
					time.Sleep(pause)
				}
				began := time.Now()
				c.since = began
				c.begin(30 * time.Second)
				var err error
				if row.write {
					go func() { _, _ = peer.Read(make([]byte, 2)) }() // a part of it
					var n int
					if n, err = c.Write([]byte("head")); n != 2 {
						t.Errorf("%d bytes were written, want 2", n)
					}
				} else {
					_, err = c.in.ReadByte()
				}
				if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took != 30*time.Second {
					t.Errorf("it ended with %v after %v, want a timeout after 30s", err, took)
				}
			})
		})
	}
}

// The body's reads have as long each.
func TestBodyReadsRollOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, peer := net.Pipe()
		defer func() { _ = errors.Join(ours.Close(), peer.Close()) }()
		c := newConn(ours, nil)
		c.begin(30 * time.Second)
		c.roll = 30 * time.Second
		go func() {
			for range 3 {
				time.Sleep(29 * time.Second)
				_, _ = peer.Write([]byte("x"))
			}
		}()
		for range 3 {
			if _, err := c.in.ReadByte(); err != nil {
				t.Fatalf("within its time: %v", err)
			}
		}
		began := time.Now()
		if _, err := c.in.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 30*time.Second {
			t.Errorf("it ended with %v after %v, want a timeout after 30s", err, time.Since(began))
		}
	})
}
