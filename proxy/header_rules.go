package proxy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/config"
)

// headerRules change the fields of a message: first they remove, then they set.
type headerRules struct {
	remove  []string     // those to remove, and those to set
	static  cache.Fields // the same for every request
	dynamic []headerSet  // with variables: never part of what is stored
}

type headerSet struct {
	name  string
	parts []config.TemplatePart
}

// compileHeaders translates a route's rules for one direction; nil: there are
// none.
func compileHeaders(rules config.HeaderRules, p *config.Pattern) (*headerRules, error) {
	if len(rules.Set)+len(rules.Remove) == 0 {
		return nil, nil
	}
	compiled := &headerRules{remove: slices.Clone(rules.Remove)}
	for _, name := range slices.Sorted(maps.Keys(rules.Set)) {
		parts, err := config.ParseTemplate(rules.Set[name], p)
		if err != nil {
			return nil, fmt.Errorf("set %s: %w", name, err)
		}
		compiled.remove = append(compiled.remove, name)
		if text, static := constant(parts); static {
			compiled.static = append(compiled.static, [2]string{name, text})
			continue
		}
		compiled.dynamic = append(compiled.dynamic, headerSet{name, parts})
	}
	return compiled, nil
}

// constant is a template without variables.
func constant(parts []config.TemplatePart) (text string, ok bool) {
	for _, part := range parts {
		if part.Param >= 0 || part.Variable != "" {
			return "", false
		}
		text += part.Text
	}
	return text, true
}

// apply removes, and sets what is the same for all. The fields are the caller's
// own.
func (r *headerRules) apply(fields cache.Fields) cache.Fields {
	if r == nil {
		return fields
	}
	fields = slices.DeleteFunc(fields, func(line [2]string) bool { return containsName(r.remove, line[0]) })
	return append(fields, r.static...)
}

// touches tells whether a rule removes or sets one of the fields.
func (r *headerRules) touches(names []string) bool {
	return r != nil && slices.ContainsFunc(names, func(name string) bool { return containsName(r.remove, name) })
}

// fixes tells whether the field is set to the same value for all.
func (r *headerRules) fixes(name string) bool { return r != nil && r.static.Has(name) }

// appendDynamic writes the lines that this request alone gets.
func (r *headerRules) appendDynamic(dst []byte, x *exchange) []byte {
	if r == nil {
		return dst
	}
	for _, set := range r.dynamic {
		dst = append(append(dst, set.name...), ": "...)
		dst = append(x.appendTemplate(dst, set.parts), "\r\n"...)
	}
	return dst
}

// addDynamic is appendDynamic for a list, in memory of its own.
func (r *headerRules) addDynamic(fields cache.Fields, x *exchange) cache.Fields {
	if r == nil {
		return fields
	}
	for _, set := range r.dynamic {
		fields = append(fields, [2]string{set.name, string(x.appendTemplate(nil, set.parts))})
	}
	return fields
}

// appendTemplate fills a template in. What the client sent goes in as it stands,
// percent-encoding and all: decoded it could hold a line end.
func (x *exchange) appendTemplate(dst []byte, parts []config.TemplatePart) []byte {
	for _, part := range parts {
		switch {
		case part.Param >= 0:
			dst = append(dst, x.params.values[part.Param]...)
		case part.Variable != "":
			dst = append(dst, x.variable(part.Variable)...)
		default:
			dst = append(dst, part.Text...)
		}
	}
	return dst
}

// variable is one of config.TemplateVariables.
func (x *exchange) variable(name string) string {
	switch name {
	case "client_ip":
		return x.Client
	case "host":
		return x.Host
	case "method":
		return x.Method
	case "path":
		return x.path()
	case "query":
		_, query, _ := strings.Cut(x.Target, "?")
		return query
	case "scheme":
		return x.Scheme
	case "trace_id":
		return x.traced().ID
	}
	return ""
}
