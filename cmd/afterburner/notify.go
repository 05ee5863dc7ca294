package main

import (
	"log/slog"
	"net"
	"os"
)

// notifier tells the service manager in what state the process is, in the way
// of sd_notify(3): one datagram a state, to the socket that NOTIFY_SOCKET names.
// Without that variable nobody is told.
type notifier struct {
	socket string
	log    *slog.Logger
}

func newNotifier(log *slog.Logger) notifier {
	return notifier{socket: os.Getenv("NOTIFY_SOCKET"), log: log}
}

// ready: the listeners are open and a configuration runs.
func (n notifier) ready() { n.tell("READY=1\nSTATUS=serving") }

// reloading: until reloaded.
func (n notifier) reloading() { n.tell("RELOADING=1\nSTATUS=reloading the configuration") }

// reloaded: a configuration runs again; the one before, if the new one was bad.
func (n notifier) reloaded(err error) {
	if err != nil {
		n.tell("READY=1\nSTATUS=serving; the last configuration was refused, the one before goes on")
		return
	}
	n.ready()
}

// stopping: a signal came.
func (n notifier) stopping() { n.tell("STOPPING=1\nSTATUS=draining") }

// tell goes on where nobody listens: the gateway serves also without a manager.
func (n notifier) tell(state string) {
	if n.socket == "" {
		return
	}
	c, err := net.Dial("unixgram", n.socket) // a leading @ is the abstract namespace
	if err == nil {
		_, err = c.Write([]byte(state))
		_ = c.Close()
	}
	if err != nil {
		n.log.Warn("the service manager was not told", "state", state, "error", err)
	}
}
