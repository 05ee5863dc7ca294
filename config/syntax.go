package config

import (
	"bytes"
	"regexp"
	"sort"
	"strconv"

	"gopkg.in/yaml.v3"
)

// maxSearched is the largest file that is parsed again and again to find the
// line of a syntax error.
const maxSearched = 128 << 10

// syntaxFault places a syntax error. The YAML package says in which line it
// gave up or where the block around it begins, one line off at times; the last
// line of the shortest beginning of the file that fails in the same words is
// the one to look at.
func syntaxFault(data []byte, err error) *Fault {
	line, words := splitSyntax(err)
	lines := bytes.SplitAfter(data, []byte("\n"))
	if len(data) <= maxSearched {
		line = 1 + sort.Search(len(lines)-1, func(i int) bool {
			_, got := splitSyntax(firstError(bytes.Join(lines[:i+1], nil)))
			return got == words
		})
	}
	if bytes.Contains(lines[min(line, len(lines))-1], []byte("${")) {
		words += "; inside { } and [ ] a value with ${...} needs quotes"
	}
	return &Fault{Line: line, Column: 1, Message: "is not YAML: " + words}
}

// firstError is what is wrong with the syntax of a text, or nil.
func firstError(data []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		if doc, err := nextDocument(decoder); doc == nil {
			return err
		}
	}
}

// splitSyntax takes "yaml: line 3: words" apart.
func splitSyntax(err error) (line int, words string) {
	if err == nil {
		return 1, ""
	}
	form := regexp.MustCompile(`(?s)^(?:yaml: )?(?:line (\d+): )?(.*)$`)
	parts := form.FindStringSubmatch(err.Error())
	line, _ = strconv.Atoi(parts[1])
	return max(1, line), parts[2]
}
