package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

const cliPage = "../../docs/cli.md"

// updateFlag rewrites generated files: go test ./cmd/afterburner -run TestCLIPage -update
const updateFlag = "update"

// docs/cli.md says what --help says, on one page.
func TestCLIPage(t *testing.T) {
	want := cliText(t)
	if flag.Lookup(updateFlag).Value.String() == "true" {
		if err := os.WriteFile(cliPage, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(cliPage)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is out of date (%v); run make docs", cliPage, err)
	}
}

func cliText(t *testing.T) []byte {
	t.Helper()
	var page bytes.Buffer
	page.WriteString("<!-- Generated from the commands; `make docs` writes it anew. -->\n\n# Command line\n\n")
	root := rootCommand()
	root.DisableAutoGenTag = true
	root.InitDefaultHelpFlag()
	for _, c := range append([]*cobra.Command{root}, root.Commands()...) {
		if c.Name() == "help" {
			continue // cobra's own
		}
		var one bytes.Buffer
		if err := doc.GenMarkdownCustom(c, &one, anchor); err != nil {
			t.Fatal(err)
		}
		page.WriteString(readable(one.String()))
	}
	return append(bytes.TrimRight(page.Bytes(), "\n"), '\n')
}

// anchor makes a link to another page one to its heading on this page.
func anchor(page string) string {
	return "#" + strings.ReplaceAll(strings.TrimSuffix(page, ".md"), "_", "-")
}

// readable leaves out what one page does not need, and saves the tables in the
// text from becoming running text.
func readable(text string) string {
	text, list, more := strings.Cut(text, "### SEE ALSO\n\n")
	text = strings.NewReplacer("### Synopsis\n\n", "", "### Examples\n\n", "Examples:\n\n", "### Options\n\n", "Options:\n\n").Replace(text)
	if more && strings.HasPrefix(text, "## afterburner\n") {
		text += "Commands:\n\n" + strings.ReplaceAll(list, "\t - ", ": ")
	}
	return strings.Join(indented(strings.Split(text, "\n")), "\n")
}

// indented makes code of what the help indents by two, outside of fences.
func indented(lines []string) []string {
	fenced := false
	for i, line := range lines {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if !fenced && strings.HasPrefix(line, "  ") {
			lines[i] = "  " + line
		}
	}
	return lines
}
