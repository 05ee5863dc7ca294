package test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// modulePath is what the imports of our own rooms begin with.
const modulePath = "github.com/afterburner-gateway/afterburner/"

// room is a package of ours: what it may import of ours, and why nothing else.
type room struct {
	name   string
	may    []string
	reason string
}

// house is the table of arrows. They all go one way, so every room can be read
// and tested without those that use it.
func house() []room {
	return []room{
		{"config", nil, "it is what an operator says; proxy translates it, so that the file's shape and an implementation change apart from each other"},
		{"cache", nil, "it judges and stores what it is shown, and knows neither routes nor servers; so RFC 9111 is tested by rows of a table"},
		{"compress", nil, "it takes strings and bytes; who stores or sends them is not its business"},
		{"batch", nil, "it runs items through a function that it is given; so an item cannot take another way than a client's request"},
		{"upstream", nil, "it asks one origin once; what the answer is good for is decided by those who asked"},
		{"telemetry", nil, "it is told what happened in words of its own; with an arrow to a room it would have to change with that room"},
		{"admin", []string{"telemetry"}, "it sees the gateway through a small interface of its own, so that a request to it can never be one of the gateway's"},
		{"proxy", []string{"batch", "cache", "compress", "config", "telemetry", "upstream"}, "it is the gateway; what starts it and what watches it stand outside"},
		{"cmd/afterburner", []string{"admin", "config", "proxy", "telemetry"}, "it wires; whatever else it reached for would be translated in two places"},
		{"docs/gen", []string{"cache", "config", "proxy", "telemetry"}, "it writes the reference from the rooms that own the words"},
		{"test", []string{"config", "proxy", "telemetry"}, "scenarios see the gateway as its users do"},
	}
}

// tool is a library that few rooms may import.
type tool struct {
	path   string
	rooms  []string
	reason string
}

func tools() []tool {
	return []tool{
		{"github.com/valyala/fasthttp", []string{"proxy"}, "its requests and responses die with the handler; only the adaptor in proxy knows when"},
		{"github.com/dgraph-io/ristretto", []string{"cache"}, "it is the policy behind the store's index, never a store"},
		{"github.com/prometheus", []string{"telemetry"}, "every metric is defined once, where the reference is made from"},
		{"go.opentelemetry.io", []string{"telemetry"}, "the hot path counts in bound metrics, not through its interfaces"},
		{"gopkg.in/yaml.v3", []string{"config"}, "whoever else read the file would read it without its faults and places"},
		{"github.com/andybalholm/brotli", []string{"compress", "test"}, "the codecs' memory is bounded in one place"},
		{"github.com/klauspost/compress", []string{"compress", "test"}, "the codecs' memory is bounded in one place"},
		{"github.com/spf13/cobra", []string{"cmd/afterburner"}, "only a command has flags"},
	}
}

func TestArrowsBetweenRooms(t *testing.T) {
	for _, f := range goFiles(t) {
		from := findRoom(f.dir)
		if from == nil {
			t.Errorf("%s is in no room; give %s a row in house() with what it may import, and why nothing else", f.path, f.dir)
			continue
		}
		for _, path := range f.imports() {
			to, ours := strings.CutPrefix(path, modulePath)
			if !ours || to == from.name || slices.Contains(from.may, to) {
				continue
			}
			t.Errorf("%s imports %s, but %s may import %s of ours: %s",
				f.path, to, from.name, cmp.Or(strings.Join(from.may, ", "), "nothing"), from.reason)
		}
	}
}

func findRoom(dir string) *room {
	for _, r := range house() {
		if r.name == dir {
			return &r
		}
	}
	return nil
}

func TestArrowsToLibraries(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f.path, "_test.go") {
			continue // a test may hold what it likes against its room
		}
		for _, path := range f.imports() {
			for _, l := range tools() {
				if within(path, l.path) && !slices.Contains(l.rooms, f.dir) {
					t.Errorf("%s imports %s, but only %s may: %s", f.path, path, strings.Join(l.rooms, " and "), l.reason)
				}
			}
		}
	}
}

func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// A room is named after what it holds. These names hold anything.
func TestArrowsHaveNoRoomForEverything(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, name := range []string{f.tree.Name.Name, filepath.Base(f.dir), strings.TrimSuffix(filepath.Base(f.path), ".go")} {
			switch name {
			case "utils", "util", "common", "helpers", "helper", "types", "misc", "pkg", "internal":
				t.Errorf("%s: %q says nothing; name the package or file after the thing in it", f.path, name)
			}
		}
	}
}

// State belongs to a value that somebody made and owns: with package state two
// gateways in one process would share it, and tests would depend on their order.
func TestArrowsLeaveNoPackageState(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function: it runs for everybody who imports the package; make it a call from main", f.place(fn))
			}
			if vars, ok := d.(*ast.GenDecl); ok && vars.Tok == token.VAR {
				f.checkVars(t, vars)
			}
		}
	}
}

func (f *goFile) checkVars(t *testing.T, vars *ast.GenDecl) {
	t.Helper()
	for _, s := range vars.Specs {
		spec := s.(*ast.ValueSpec)
		if embedded(vars.Doc) || embedded(spec.Doc) {
			continue
		}
		for i, name := range spec.Names {
			if name.Name == "_" || i < len(spec.Values) && immutable(spec.Values[i]) {
				continue
			}
			t.Errorf("%s: the package-level variable %s may change; put it into a value, or make it a constant or a function", f.place(name), name.Name)
		}
	}
}

// embedded: a go:embed variable is a file's text.
func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// immutable takes what Go has no constants for: errors, patterns, tables of bytes
// that a setOf fills, and values of named struct types such as problem{400, ...}.
func immutable(value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.CompositeLit:
		_, named := v.Type.(*ast.Ident)
		return named
	case *ast.CallExpr:
		if table, ok := v.Fun.(*ast.Ident); ok {
			return table.Name == "setOf"
		}
		fn, ok := v.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		from, ok := fn.X.(*ast.Ident)
		return ok && (from.Name == "errors" && fn.Sel.Name == "New" || from.Name == "regexp" && fn.Sel.Name == "MustCompile")
	}
	return false
}

// goFile is a Go file of the gateway's module.
type goFile struct {
	path, dir string // from the module's root, with slashes
	tree      *ast.File
	set       *token.FileSet
}

func (f *goFile) imports() []string {
	var paths []string
	for _, i := range f.tree.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil { // the parser has read it
			panic(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func (f *goFile) place(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.set.Position(n.Pos()).Line)
}

// goFiles parses every Go file of the module; nested modules have rules of
// their own.
func goFiles(t *testing.T) []*goFile {
	t.Helper()
	var files []*goFile
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && skipped(root, path):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, &goFile{path, filepath.ToSlash(filepath.Dir(path)), tree, set})
		return nil
	})
	if err != nil {
		t.Fatalf("read the module's files: %v", err)
	}
	return files
}

func skipped(root fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	_, err := fs.Stat(root, dir+"/go.mod")
	name := filepath.Base(dir)
	return err == nil || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}
