package config

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every message, and every part that messages are put together from, stands in
// what some test expects: nobody meets a text that was never looked at.
func TestEveryMessageHasARow(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	var expected strings.Builder
	for _, file := range files {
		switch {
		case strings.HasSuffix(file, "_test.go"):
			expected.WriteString(strings.Join(textsOf(t, file), "\n") + "\n")
		case strings.HasPrefix(file, "schema"), file == "comments.go", file == "mask.go": // no faults there
		default:
			messages = append(messages, textsOf(t, file)...)
		}
	}
	verb := regexp.MustCompile(`%[0-9.]*[a-zA-Z]`)
	for _, message := range messages {
		words := strings.Count(strings.TrimSpace(message), " ")
		if words == 0 || strings.Contains(message, "(?s)") {
			continue
		}
		parts := verb.Split(message, -1)
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(strings.ReplaceAll(part, "%%", "%"))
		}
		if !regexp.MustCompile(strings.Join(parts, ".*")).MatchString(expected.String()) {
			t.Errorf("no row expects %q", message)
		}
	}
}

// textsOf lists the string literals of a file, without tags and imports.
func textsOf(t *testing.T, file string) (texts []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field, *ast.ImportSpec:
			_, isField := n.(*ast.Field)
			return isField && n.(*ast.Field).Tag == nil
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				text, err := strconv.Unquote(n.Value)
				if err != nil {
					t.Fatal(err)
				}
				texts = append(texts, text)
			}
		}
		return true
	})
	return texts
}
