package telemetry

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// maxNames bounds a set of names that come at run time; the last is _OTHER.
const maxNames = 64

// names binds a metric to each name of a small set. Reading takes no lock: the
// list is copied when a name is seen for the first time.
type names[T any] struct {
	bind func(name string) T
	mu   sync.Mutex
	list atomic.Pointer[[]named[T]]
}

type named[T any] struct {
	name  string
	value T
}

func newNames[T any](bind func(name string) T) *names[T] {
	n := &names[T]{bind: bind}
	n.list.Store(&[]named[T]{})
	return n
}

func (n *names[T]) get(name string) T {
	if v, ok := n.find(name); ok {
		return v
	}
	return n.add(name)
}

func (n *names[T]) find(name string) (value T, ok bool) {
	list := *n.list.Load()
	for i := range list {
		if list[i].name == name {
			return list[i].value, true
		}
	}
	if len(list) == maxNames {
		return list[maxNames-1].value, true
	}
	return value, false
}

// add keeps a copy of the name: the caller's may lie in a request's buffer.
func (n *names[T]) add(name string) T {
	n.mu.Lock()
	defer n.mu.Unlock()
	if v, ok := n.find(name); ok {
		return v
	}
	list := *n.list.Load()
	if len(list) == maxNames-1 {
		name = other
	}
	v := n.bind(label(name))
	longer := append(list[:len(list):len(list)], named[T]{strings.Clone(name), v})
	n.list.Store(&longer)
	return v
}

// label is a copy that Prometheus takes: it panics on invalid UTF-8.
func label(value string) string {
	return strings.Clone(strings.ToValidUTF8(value, "\ufffd"))
}

// A series is a bound histogram.
type series struct{ prometheus.Observer }

// A statusTable holds a series a status code. Its parts are made when a class of
// codes is seen first: most routes see two or three of the five.
type statusTable struct {
	classes [6]atomic.Pointer[[100]atomic.Pointer[series]]
}

// get is nil for a code that was not seen before.
func (s *statusTable) get(status int) *series {
	status = statusSlot(status)
	class := s.classes[status/100].Load()
	if class == nil {
		return nil
	}
	return class[status%100].Load()
}

// put is called under the owner's lock.
func (s *statusTable) put(status int, v *series) {
	status = statusSlot(status)
	class := s.classes[status/100].Load()
	if class == nil {
		class = new([100]atomic.Pointer[series])
		s.classes[status/100].Store(class)
	}
	class[status%100].Store(v)
}

// statusSlot is the code, or 0 when no valid one was sent (RFC 9110 section 15).
func statusSlot(status int) int {
	if status < 100 || status > 599 {
		return 0
	}
	return status
}

// statusLabel is empty, which is no label, when no status was sent.
func statusLabel(status int) string {
	if statusSlot(status) == 0 {
		return ""
	}
	return strconv.Itoa(status)
}
