package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const invalidationPage = "../../docs/invalidation.md"

// shown marks what a command of the page prints; "…" in it is any text.
const shown = "# → "

// The commands of the page print what it says.
func TestInvalidationPage(t *testing.T) {
	outside(t, "curl")
	page, err := os.ReadFile(invalidationPage)
	must(t, err)
	t.Setenv("SLOW_API", strings.TrimPrefix(newOrigin(t).URL, "http://"))
	p := start(t, nil, "--config", tagsExample(t))
	text := strings.NewReplacer(
		"http://127.0.0.1:8080", p.url, "http://127.0.0.1:9901", p.admin,
		"bin/afterburner purge", binary()+" purge --admin "+p.admin,
	).Replace(string(page))
	script, want := shellOf(text)
	if len(want) < 15 {
		t.Fatalf("only %d lines of output are shown; is the page still written in sh blocks?", len(want))
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-e", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !fits(got[i], want[i]) {
			t.Fatalf("line %d differs; got\n%s\nwant\n%s", i+1, out, strings.Join(want, "\n"))
		}
	}
}

// shellOf are the sh blocks of a page as one script, and the lines that it is
// shown to print.
func shellOf(page string) (script string, output []string) {
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(page, -1) {
		for line := range strings.Lines(block[1]) {
			if text, ok := strings.CutPrefix(line, shown); ok {
				output = append(output, strings.TrimSpace(text))
				continue
			}
			script += line
		}
	}
	return script, output
}

// fits compares a line with one in which "…" is any text.
func fits(line, pattern string) bool {
	parts := strings.Split(pattern, "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".+") + "$").MatchString(line)
}

func tagsExample(t *testing.T) string {
	path, err := filepath.Abs(examplesDir + "/tags.yaml")
	must(t, err)
	return path
}
