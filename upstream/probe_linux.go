package upstream

import (
	"net"
	"syscall"
)

// A probe looks at a socket without reading from it.
type probe struct {
	raw   syscall.RawConn
	look  func(fd uintptr) // made once, so that a look allocates nothing
	quiet bool
	one   [1]byte
}

// newProbe returns nil if the connection is no socket.
func newProbe(nc net.Conn) *probe {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	p := &probe{raw: raw}
	p.look = func(fd uintptr) {
		_, _, err := syscall.Recvfrom(int(fd), p.one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		p.quiet = err == syscall.EAGAIN // no error: a byte, or the end of the stream
	}
	return p
}

// silent tells whether the peer has neither sent anything nor closed.
func (p *probe) silent() bool {
	p.quiet = false
	err := p.raw.Control(p.look) // Control, not Read: it heeds no old deadline
	return err == nil && p.quiet
}
