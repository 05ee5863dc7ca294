package proxy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// No kind exists without its documentation: those that the sources of three rooms
// define are those that Problems tells of.
func TestEveryProblemIsDocumented(t *testing.T) {
	var documented []string
	for _, p := range Problems() {
		kind := strings.TrimPrefix(p.Type, problemType)
		if slices.Contains(documented, kind) {
			t.Errorf("%s is documented twice", kind)
		}
		documented = append(documented, kind)
		if p.Status < 400 || p.Status > 599 || p.Title == "" || !strings.HasSuffix(p.When, ".") || !strings.HasSuffix(p.Do, ".") {
			t.Errorf("%+v is not complete", p)
		}
	}
	defined := slices.Concat(problemsIn(t, "."), constantsIn(t, "../upstream", "Kind"), constantsIn(t, "../batch", "Reason"), []string{string(itemNotAllowed), internalKind})
	defined = slices.DeleteFunc(defined, func(kind string) bool { return kind == "canceled" }) // nobody waits for that answer
	slices.Sort(documented)
	slices.Sort(defined)
	if !slices.Equal(documented, defined) {
		t.Errorf("documented: %q\ndefined:    %q\ngive a new kind its row in problems.go", documented, defined)
	}
}

// problemsIn are the kinds of the literals problem{status, "kind", ...} in a room.
func problemsIn(t *testing.T, dir string) (kinds []string) {
	t.Helper()
	inspect(t, dir, func(n ast.Node) {
		literal, ok := n.(*ast.CompositeLit)
		if !ok || len(literal.Elts) < 2 {
			return
		}
		name, ok := literal.Type.(*ast.Ident)
		kind, fixed := literal.Elts[1].(*ast.BasicLit)
		if ok && fixed && name.Name == "problem" {
			kinds = append(kinds, unquoted(t, kind))
		}
	})
	return kinds
}

// constantsIn are the constants of a type in a room.
func constantsIn(t *testing.T, dir, kind string) (values []string) {
	t.Helper()
	inspect(t, dir, func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == kind && len(spec.Values) == 1 {
			if value, ok := spec.Values[0].(*ast.BasicLit); ok {
				values = append(values, unquoted(t, value))
			}
		}
	})
	return values
}

func unquoted(t *testing.T, l *ast.BasicLit) string {
	t.Helper()
	text, err := strconv.Unquote(l.Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func inspect(t *testing.T, dir string, see func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool { see(n); return true })
	}
}
