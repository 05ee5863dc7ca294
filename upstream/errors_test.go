package upstream

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestKindsOfFailedDials(t *testing.T) {
	op := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	for _, row := range []struct {
		name string
		err  error
		want Kind
	}{
		{"no such name", &net.DNSError{Err: "no such host", IsNotFound: true}, DNSError},
		{"the name server is silent", &net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}}, DNSTimeout},
		{"refused", op(syscall.ECONNREFUSED), ConnectionRefused},
		{"no route to the host", op(syscall.EHOSTUNREACH), DestinationIPUnroutable},
		{"no route to the network", op(syscall.ENETUNREACH), DestinationIPUnroutable},
		{"the system gave up", op(syscall.ETIMEDOUT), ConnectionTimeout},
		{"our bound", context.DeadlineExceeded, ConnectionTimeout},
		{"no descriptor left", op(syscall.EMFILE), DestinationUnavailable},
	} {
		e := dialError(row.err)
		if e.Kind != row.want || !errors.Is(e, row.err) || !e.Kind.Unreachable() {
			t.Errorf("%s: %v, want %s", row.name, e, row.want)
		}
	}
	for _, kind := range []Kind{HTTPProtocolError, HTTPRequestError, ConnectionLimitReached, Canceled} {
		if kind.Unreachable() {
			t.Errorf("%s says that the origin could not be reached", kind)
		}
	}
}

// breaking takes only some bytes of the first write, and then has an answer.
type breaking struct {
	said
	accepted int
}

func (b *breaking) Write([]byte) (int, error) { return b.accepted, syscall.EPIPE }

// An origin that closes while the head is written may have answered already.
func TestWriteThatBreaks(t *testing.T) {
	for _, row := range []struct {
		accepted int
		want     string
		reached  bool
	}{{20, `200 "good"`, true}, {0, "connection_terminated", false}} {
		o := options("http://origin:1")
		o.Dial = func(context.Context, string, string) (net.Conn, error) {
			return &breaking{said{r: strings.NewReader(good)}, row.accepted}, nil
		}
		u := build(t, o)
		resp, err := u.RoundTrip(t.Context(), get("/"))
		if got := outcome(resp, err); got != row.want || u.Stats().Open != 0 {
			t.Errorf("%d bytes taken: %s with %+v, want %s and none open", row.accepted, got, u.Stats(), row.want)
		}
		var e *Error
		if errors.As(err, &e) && e.Reached != row.reached {
			t.Errorf("%d bytes taken: reached is %t, want %t", row.accepted, e.Reached, row.reached)
		}
	}
}
