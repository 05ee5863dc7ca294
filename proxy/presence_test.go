package proxy

import (
	"context"
	"errors"
	"net"
	"testing"
)

func TestPresenceIsAContextThatEndsOnce(t *testing.T) {
	p := newPresence()
	called := make(chan struct{}, 2)
	p.Hook(func() { called <- struct{}{} })
	derived, cancel := context.WithCancel(p)
	defer cancel()
	if p.Err() != nil || !p.watched() {
		t.Fatalf("at first: Err = %v, watched = %v, want nil, true", p.Err(), p.watched())
	}
	p.leave()
	p.leave()
	<-called
	<-p.Done()
	<-derived.Done()
	if !errors.Is(p.Err(), context.Canceled) || p.watched() || len(called) > 0 {
		t.Errorf("at the end: Err = %v, watched = %v, %d calls more, want Canceled, false, 0", p.Err(), p.watched(), len(called))
	}
	p.Hook(func() { called <- struct{}{} }) // too late: at once
	<-called
}

func TestPresenceHookIsTakenBack(t *testing.T) {
	p := newPresence()
	p.Hook(func() { t.Error("called") })
	if !p.Unhook() {
		t.Error("Unhook = false before the end")
	}
	p.leave()
	p.Hook(func() {})
	if p.Unhook() {
		t.Error("Unhook = true after the end")
	}
}

func TestPresenceServesAgainUnlessItsChannelIsOut(t *testing.T) {
	c := new(conn)
	first := c.attend()
	first.Hook(func() {})
	first.leave()
	if again := c.attend(); again != first || again.Err() != nil || again.Unhook() {
		t.Fatalf("the second exchange: another one = %v, Err = %v, want the same, new", again != first, again.Err())
	}
	gone := first.Done()
	first.leave()
	third := c.attend()
	<-gone
	if third == first || first.Err() == nil || third.Err() != nil {
		t.Errorf("the third exchange took one whose channel somebody holds")
	}
}

// A connection is struck off when it does not wait, and not before.
func TestWatcherFollowsConnectionsFromExchangeToExchange(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()

	w, c := &watcher{running: true}, &conn{Conn: accepted} // the test looks itself
	first := c.attend()
	w.add(c)
	if !w.look() || first.Err() != nil {
		t.Fatal("a client that waits is struck off, or taken for gone")
	}
	first.leave() // answered
	second := c.attend()
	w.add(c)
	if len(w.list) != 1 || !w.look() {
		t.Fatalf("the list has %d connections in the second exchange, want 1", len(w.list))
	}
	second.leave()
	if w.look() || len(w.list) != 0 || c.listed.Load() {
		t.Fatal("one that does not wait is still in the list")
	}
	third := c.attend()
	w.running = true
	w.add(c)
	_ = client.Close()
	for third.Err() == nil { // until the system has told
		w.look()
	}
	w.closed, w.running = true, true
	fourth := c.attend()
	if w.add(c); fourth.Err() == nil {
		t.Error("somebody waits after the process has ended")
	}
}

func TestForgottenClientMayCloseItsHalf(t *testing.T) {
	w, c := new(watcher), new(conn)
	w.forget(c) // nobody waited
	p := c.attend()
	w.forget(c)
	if p.watched() || p.Err() != nil {
		t.Errorf("watched = %v, Err = %v, want false, nil", p.watched(), p.Err())
	}
	p.leave()
	if c.attend(); !p.watched() {
		t.Error("the next exchange is not watched")
	}
}
