package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

// A Kind says what went wrong, in the words of the Proxy-Status error types
// (RFC 9209 section 2.3).
type Kind string

// The kinds in use. All but Canceled are registered Proxy-Status error types.
const (
	DNSTimeout                Kind = "dns_timeout"
	DNSError                  Kind = "dns_error"
	DestinationUnavailable    Kind = "destination_unavailable"
	DestinationIPUnroutable   Kind = "destination_ip_unroutable"
	ConnectionRefused         Kind = "connection_refused"
	ConnectionTerminated      Kind = "connection_terminated"
	ConnectionTimeout         Kind = "connection_timeout"
	ConnectionReadTimeout     Kind = "connection_read_timeout"
	ConnectionWriteTimeout    Kind = "connection_write_timeout"
	ConnectionLimitReached    Kind = "connection_limit_reached"
	TLSProtocolError          Kind = "tls_protocol_error"
	TLSCertificateError       Kind = "tls_certificate_error"
	TLSAlertReceived          Kind = "tls_alert_received"
	HTTPRequestError          Kind = "http_request_error" // the request or its body, not the origin
	HTTPResponseIncomplete    Kind = "http_response_incomplete"
	HTTPResponseHeaderSize    Kind = "http_response_header_section_size"
	HTTPResponseTrailerSize   Kind = "http_response_trailer_section_size"
	HTTPResponseTransferCoded Kind = "http_response_transfer_coding"
	HTTPResponseTimeout       Kind = "http_response_timeout"
	HTTPProtocolError         Kind = "http_protocol_error"

	// Canceled: the context was cancelled. No response is made for it, because
	// nobody waits for one.
	Canceled Kind = "canceled"
)

// Status is the status code that a gateway answers with: 504 for timeouts, 503
// for a full pool, 400 for a faulty request, else 502.
func (k Kind) Status() int {
	switch k {
	case DNSTimeout, ConnectionTimeout, ConnectionReadTimeout, ConnectionWriteTimeout, HTTPResponseTimeout:
		return http.StatusGatewayTimeout
	case ConnectionLimitReached:
		return http.StatusServiceUnavailable
	case HTTPRequestError:
		return http.StatusBadRequest
	}
	return http.StatusBadGateway
}

// Unreachable tells, of an error of RoundTrip, whether the origin could not be
// reached: it was not found, refused, timed out, failed in TLS, or closed before its
// head was whole.
func (k Kind) Unreachable() bool {
	switch k {
	case DNSTimeout, DNSError, DestinationUnavailable, DestinationIPUnroutable,
		ConnectionRefused, ConnectionTerminated, ConnectionTimeout, ConnectionWriteTimeout, HTTPResponseTimeout,
		TLSProtocolError, TLSCertificateError, TLSAlertReceived, HTTPResponseIncomplete:
		return true
	}
	return false
}

// blames tells, of an error of RoundTrip, whether the origin is at fault.
func (k Kind) blames() bool {
	return k != Canceled && k != ConnectionLimitReached && k != HTTPRequestError
}

// An Error is why a round trip or the reading of its body failed. It holds no
// field, target or body of the request.
type Error struct {
	Kind   Kind
	Target string // host:port that was tried last, "" if none was
	Tries  int    // how many there were, 0 for a request that was refused
	Err    error  // the cause
	// Reached: some of the request was written, so the origin may have acted on it.
	Reached bool

	// stale: a pooled connection turned out to be closed and the request may be
	// sent again on a new one (see RoundTrip).
	stale bool
}

// Error reads "upstream HOST:PORT: KIND: CAUSE".
func (e *Error) Error() string {
	if e.Target == "" {
		return fmt.Sprintf("upstream: %s: %v", e.Kind, e.Err)
	}
	return fmt.Sprintf("upstream %s: %s: %v", e.Target, e.Kind, e.Err)
}

// Unwrap gives the cause, for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// fault makes an error of a kind whose cause is a sentence.
func fault(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Err: fmt.Errorf(format, args...)}
}

// canceled is the error of a context that is done, or nil. A deadline is a
// timeout of the stage that it met.
func canceled(ctx context.Context, timeout Kind) *Error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: timeout, Err: err}
	}
	return &Error{Kind: Canceled, Err: fmt.Errorf("given up: %w", err)}
}

// dialError names why no connection came about.
func dialError(err error) *Error {
	var dns *net.DNSError
	kind := DestinationUnavailable
	switch {
	case errors.As(err, &dns) && dns.IsTimeout:
		kind = DNSTimeout
	case dns != nil:
		kind = DNSError
	case timedOut(err):
		kind = ConnectionTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		kind = ConnectionRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		kind = DestinationIPUnroutable
	}
	return &Error{Kind: kind, Err: fmt.Errorf("connect: %w", err)}
}

// readError names why the reading failed; timeout is the kind of a deadline
// that passed, begun tells whether a byte of the answer had come.
func readError(err error, timeout Kind, begun bool) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case tlsKind(err) != "":
		return &Error{Kind: tlsKind(err), Err: fmt.Errorf("read the response: %w", err)}
	case timedOut(err):
		return &Error{Kind: timeout, Err: fmt.Errorf("read the response: %w", err)}
	case begun:
		return &Error{Kind: HTTPResponseIncomplete, Err: fmt.Errorf("read the response: %w", unexpected(err))}
	}
	return &Error{Kind: ConnectionTerminated, Err: fmt.Errorf("closed before a response: %w", unexpected(err))}
}

// unexpected turns the end of the stream into an error: io.EOF alone means that
// all is well.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}
