package config

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// maxCompared bounds the words that one report compares for suggestions: a
// large file full of misspelt names still loads quickly.
const maxCompared = 50_000

// near is the candidate that a misspelt word probably means, or "".
func (r *report) near(word string, candidates []string) string {
	word = strings.ToLower(word)
	limit := max(1, len(word)/3)
	best, distance := "", limit+1
	for _, candidate := range candidates {
		if r.compared++; r.compared > maxCompared || r.full() {
			return ""
		}
		if difference := len(candidate) - len(word); difference > limit || -difference > limit {
			continue
		}
		if d := levenshtein.Distance(word, strings.ToLower(candidate), nil); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

// didYouMean is the end of a message about a misspelt word, or "".
func (r *report) didYouMean(word string, candidates []string) string {
	if best := r.near(word, candidates); best != "" {
		return fmt.Sprintf("; did you mean %s?", quote(best))
	}
	return ""
}

// oneOf lists words as a sentence does: json, text or off.
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
