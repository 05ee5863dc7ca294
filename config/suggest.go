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
		if d := editDistance(word, strings.ToLower(candidate)); d < distance {
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

// editDistance counts letters added, left out or changed; two neighbours that
// changed places are one slip too.
func editDistance(a, b string) int {
	if len(a) == len(b) {
		i := 0
		for i < len(a) && a[i] == b[i] {
			i++
		}
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
			return 1
		}
	}
	return levenshtein.Distance(a, b, nil)
}

// oneOf lists words as a sentence does: json, text or off.
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
