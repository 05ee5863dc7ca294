package cache

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// declared are the values of the Reason constants in the source.
func declared(t *testing.T) []Reason {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []Reason
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Reason(text))
		return true
	})
	return all
}

func TestReasonsAreTheWholeSet(t *testing.T) {
	var documented []Reason
	form := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	for _, note := range Reasons() {
		documented = append(documented, note.Reason)
		if !form.MatchString(string(note.Reason)) || note.Note == "" {
			t.Errorf("%q: %q", note.Reason, note.Note)
		}
	}
	if want := declared(t); !slices.Equal(documented, want) {
		t.Errorf("documented\n%q\ndeclared\n%q", documented, want)
	}
	slices.Sort(documented)
	if len(slices.Compact(documented)) != len(Reasons()) {
		t.Error("a reason stands twice")
	}
}

func TestMarksKey(t *testing.T) {
	want := []Reason{NoStore, Private, NoCache, BadControl, SetCookie, VaryStar, VaryInvalid,
		VaryTooMany, VaryRewritten, NoFreshness, Expired, TooLarge}
	var got []Reason
	for _, note := range Reasons() {
		if note.Reason.MarksKey() {
			got = append(got, note.Reason)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("these mark a key: %q\nwant %q", got, want)
	}
}
