package config

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// sources are the files with the types of the options: their comments are the
// documentation, and there is no second text to keep in step.
//
//go:embed config.go route.go
var sources embed.FS

// typeComments reads the comments of the types (by name: Cache) and of their
// fields (Cache.TTL), each as one line.
func typeComments() (map[string]string, error) {
	comments := map[string]string{}
	for _, file := range []string{"config.go", "route.go"} {
		text, err := sources.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the types' comments: %w", err)
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("read the types' comments: %w", err)
		}
		for _, d := range tree.Decls {
			if group, ok := d.(*ast.GenDecl); ok && group.Tok == token.TYPE {
				collectComments(group, comments)
			}
		}
	}
	return comments, nil
}

// collectComments takes a declaration of one type.
func collectComments(group *ast.GenDecl, comments map[string]string) {
	spec := group.Specs[0].(*ast.TypeSpec)
	comments[spec.Name.Name] = oneLine(group.Doc)
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range fields.Fields.List {
		for _, name := range field.Names {
			comments[spec.Name.Name+"."+name.Name] = oneLine(field.Doc)
		}
	}
}

func oneLine(comment *ast.CommentGroup) string {
	return strings.Join(strings.Fields(comment.Text()), " ")
}
