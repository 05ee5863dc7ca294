package cache

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Object is one stored response: facts and bytes that never change, but for the
// codings attached to it. What is decided about it is decided anew at each
// lookup.
type Object struct {
	key         string
	seq         uint64        // taken when its fetch began, before the request was written
	tested      atomic.Uint64 // the newest ban sequence it was tested against
	softened    atomic.Bool   // a soft purge made it stale
	tags        tagSet        // by which it is purged
	fingerprint uint64        // of the policy that judged it

	// Status of the response.
	Status int
	// Verdict is what was found out about its freshness.
	Verdict Verdict
	// selecting are the values of Verdict.Vary in the request that led to it.
	selecting []string

	plain   Form
	codings atomic.Pointer[[]*coding]
	mu      sync.Mutex // guards the making of a coding, not its reading
}

// Form is an object in one content coding, as it will be sent.
type Form struct {
	// Lines are the field lines, each ended by CRLF, without framing, Age,
	// Cache-Status and Connection, which are written per answer.
	Lines []byte
	// Body is the whole body.
	Body []byte
}

// coding is a form that is being made or was made.
type coding struct {
	name string
	done chan struct{} // closed when form is set
	form *Form         // nil after done: the plain form is better, or it could not be tried
}

// Plain returns the form as the origin sent it.
func (o *Object) Plain() *Form { return &o.plain }

// Validators are what the origin can be asked with whether it is still the same.
func (o *Object) Validators() Validators { return ValidatorsOf(o.Fields()) }

// Fields are the response's fields as they are stored; they share its memory.
func (o *Object) Fields() Fields {
	var fields Fields
	for name, value := range Lines(o.plain.Lines) {
		fields = append(fields, [2]string{name, value})
	}
	return fields
}

// Ready returns the form in a coding if it was made; known tells that it need not
// be tried (again): a nil form is then better sent as it is.
func (o *Object) Ready(name string) (form *Form, known bool) {
	c := o.coding(name)
	if c == nil {
		return nil, false
	}
	select {
	case <-c.done:
		return c.form, true
	default:
		return nil, false
	}
}

// code makes the form in a coding, once by the first who asks; the others wait
// for it. build returns nil where the plain form is better; ok false means that
// it could not be tried, and then the next who asks tries again. added is told
// the bytes of a new form.
func (o *Object) code(name string, build func() (form *Form, ok bool), added func(int64)) *Form {
	c, mine := o.claim(name)
	if !mine {
		<-c.done
		return c.form
	}
	tried := false
	defer func() { o.settle(c, tried) }()
	c.form, tried = build()
	if c.form != nil {
		added(int64(len(c.form.Lines) + len(c.form.Body)))
	}
	return c.form
}

func (o *Object) coding(name string) *coding {
	list := o.codings.Load()
	if list == nil {
		return nil
	}
	for _, c := range *list {
		if c.name == name {
			return c
		}
	}
	return nil
}

// claim puts a place for the coding in the list, or finds another's.
func (o *Object) claim(name string) (c *coding, mine bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c = o.coding(name); c != nil {
		return c, false
	}
	c = &coding{name: name, done: make(chan struct{})}
	list := []*coding{c}
	if old := o.codings.Load(); old != nil {
		list = append(list, *old...)
	}
	o.codings.Store(&list)
	return c, true
}

// settle lets the waiting go on; a coding that could not be tried is forgotten.
func (o *Object) settle(c *coding, tried bool) {
	if !tried {
		o.mu.Lock()
		var list []*coding
		for _, other := range *o.codings.Load() {
			if other != c {
				list = append(list, other)
			}
		}
		o.codings.Store(&list)
		o.mu.Unlock()
	}
	close(c.done)
}

// size is the bytes of heads, bodies and codings.
func (o *Object) size() int64 {
	n := int64(cap(o.plain.Lines) + cap(o.plain.Body) + len(o.key) + 8*cap(o.tags.hashes))
	if list := o.codings.Load(); list != nil {
		for _, c := range *list {
			select {
			case <-c.done:
				if c.form != nil {
					n += int64(len(c.form.Lines) + len(c.form.Body))
				}
			default:
			}
		}
	}
	return n
}

// AppendLines writes fields as they are sent.
func AppendLines(dst []byte, fields Fields) []byte {
	size := 0
	for i := range fields {
		size += len(fields[i][0]) + len(fields[i][1]) + len(": \r\n")
	}
	dst = slices.Grow(dst, size)
	for i := range fields {
		dst = append(dst, fields[i][0]...)
		dst = append(dst, ": "...)
		dst = append(dst, fields[i][1]...)
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// Lines yields the name and value of each line that AppendLines wrote; they
// share its memory, which never changes.
func Lines(run []byte) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for len(run) > 0 {
			end := bytes.IndexByte(run, '\n')
			if end < 1 {
				return
			}
			name, value, _ := bytes.Cut(run[:end-1], []byte(": "))
			run = run[end+1:]
			if !yield(view(name), view(value)) {
				return
			}
		}
	}
}

// LineValue returns the first line's value of that name, or "".
func LineValue(run []byte, name string) string {
	for n, v := range Lines(run) {
		if sameName(n, name) {
			return v
		}
	}
	return ""
}

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// AppendSeconds writes a duration as the delta-seconds of RFC 9111 section 1.2.2.
func AppendSeconds(dst []byte, seconds int64) []byte {
	return strconv.AppendInt(dst, max(seconds, 0), 10)
}

// confirmed is the object that a 304 makes of an old one: new fields on the same
// bodies. The old one never changes.
func (o *Object) confirmed(f *Flight, r *Response, recode func(coding string, lines []byte) []byte) *Object {
	fresh := &Object{
		key: o.key, seq: f.seq, fingerprint: f.policy.Fingerprint,
		Status: o.Status, Verdict: r.Verdict,
		selecting: SelectingValues(r.Verdict.Vary, f.Request.Fields),
		tags:      f.confirmedTags(o, r),
	}
	fresh.plain = Form{Lines: AppendLines(nil, r.Fields), Body: o.plain.Body}
	list := o.codings.Load()
	if list == nil {
		return fresh
	}
	var kept []*coding
	for _, c := range *list {
		form, known := o.Ready(c.name)
		lines := recode(c.name, fresh.plain.Lines)
		if !known || lines == nil {
			continue
		}
		made := &coding{name: c.name, done: c.done}
		if form != nil {
			made.form = &Form{Lines: lines, Body: form.Body}
		}
		kept = append(kept, made)
	}
	fresh.codings.Store(&kept)
	return fresh
}
