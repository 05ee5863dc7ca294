package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong in a configuration, with its place.
type Fault struct {
	// File is the file as it was named. Empty: the configuration has no file.
	File string
	// Line and Column count from 1; columns count characters.
	Line, Column int
	// Path is the key's path, routes[0].cache.ttl. Empty: the file as a whole.
	Path string
	// Message says what is wrong and what to do about it.
	Message string
	// Warning is true for what is allowed but probably not meant.
	Warning bool
}

// String is FILE:LINE:COLUMN: key.path: message, in one line.
func (f Fault) String() string {
	var b strings.Builder
	if f.File != "" {
		fmt.Fprintf(&b, "%s:%d:%d: ", f.File, f.Line, f.Column)
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// MarshalJSON is {file, line, column, path, message, severity}; severity is
// error or warning.
func (f Fault) MarshalJSON() ([]byte, error) {
	severity := "error"
	if f.Warning {
		severity = "warning"
	}
	return object{
		{"file", f.File}, {"line", f.Line}, {"column", f.Column},
		{"path", f.Path}, {"message", f.Message}, {"severity", severity},
	}.MarshalJSON()
}

// Faults is everything that was found in one configuration, in the order of
// the file. Only its Errors make a configuration invalid.
type Faults []Fault

// Error is one line for each fault, warnings included.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Errors are the faults that make the configuration invalid.
func (fs Faults) Errors() Faults { return fs.filter(false) }

// Warnings are the faults that do not.
func (fs Faults) Warnings() Faults { return fs.filter(true) }

// Err is nil without errors, otherwise the errors as one error.
func (fs Faults) Err() error {
	if errs := fs.Errors(); len(errs) > 0 {
		return errs
	}
	return nil
}

func (fs Faults) filter(warning bool) Faults {
	var kept Faults
	for _, f := range fs {
		if f.Warning == warning {
			kept = append(kept, f)
		}
	}
	return kept
}

// maxFaults bounds the report: the rest is only counted. maxMessage bounds each
// message, in bytes.
const (
	maxFaults  = 1000
	maxMessage = 1000
)

// report collects faults.
type report struct {
	kept     Faults
	dropped  int
	unfit    bool // one of the kept or dropped is an error
	compared int  // words compared for suggestions so far, see near
}

func (r *report) full() bool { return len(r.kept) == maxFaults }

func (r *report) add(f Fault) {
	r.unfit = r.unfit || !f.Warning
	if len(f.Message) > maxMessage {
		f.Message = strings.ToValidUTF8(f.Message[:maxMessage], "") + "…"
	}
	if r.full() {
		r.dropped++
		return
	}
	r.kept = append(r.kept, f)
}

// sorted is the report in the order of the file, ending in the count of what
// it does not show. That line is an error when any fault is, so that a dropped
// error never makes a file look valid.
func (r *report) sorted(file string) Faults {
	slices.SortStableFunc(r.kept, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if r.dropped == 0 {
		return r.kept
	}
	return append(r.kept, Fault{
		File: file, Line: 1, Column: 1, Warning: !r.unfit,
		Message: fmt.Sprintf("%d more faults are not shown", r.dropped),
	})
}
