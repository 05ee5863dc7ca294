package proxy

import (
	"fmt"

	"github.com/afterburner-gateway/afterburner/config"
)

// tagRules are the tags that a route gives its answers.
type tagRules [][]config.TemplatePart

func compileTags(tags []string, p *config.Pattern) (tagRules, error) {
	var rules tagRules
	for i, tag := range tags {
		parts, err := config.ParseTag(tag, p)
		if err != nil {
			return nil, fmt.Errorf("tags[%d]: %w", i, err)
		}
		rules = append(rules, parts)
	}
	return rules, nil
}

// of fills the tags in for one request, in memory of their own. A value is
// percent-decoded once, as it was for the route: a purge must not miss what
// somebody asked for by another spelling.
func (r tagRules) of(p *params) []string {
	var tags []string
	for _, parts := range r {
		var tag []byte
		for _, part := range parts {
			if part.Param < 0 {
				tag = append(tag, part.Text...)
				continue
			}
			tag = appendDecoded(tag, p.values[part.Param])
		}
		tags = append(tags, string(tag))
	}
	return tags
}
