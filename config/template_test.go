package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseTemplate(t *testing.T) {
	text := func(s string) TemplatePart { return TemplatePart{Text: s, Param: -1} }
	param := func(i int) TemplatePart { return TemplatePart{Param: i} }
	variable := func(name string) TemplatePart { return TemplatePart{Param: -1, Variable: name} }
	for _, row := range []struct {
		name, path, value string
		want              []TemplatePart
		fault             string
	}{
		{"text", "/", "a b", []TemplatePart{text("a b")}, ""},
		{"nothing", "/", "", nil, ""},
		{"a wildcard", "/p/{id}", "p-{id}!", []TemplatePart{text("p-"), param(0), text("!")}, ""},
		{"two wildcards, one the remainder", "/{a}/{rest...}", "{rest}{a}{rest...}", []TemplatePart{param(1), param(0), param(1)}, ""},
		{"variables", "/", "{client_ip} {host}{method}{path}{query}{scheme}{trace_id}", []TemplatePart{
			variable("client_ip"), text(" "), variable("host"), variable("method"), variable("path"),
			variable("query"), variable("scheme"), variable("trace_id"),
		}, ""},
		{"a wildcard is before a variable", "/{host}", "{host}", []TemplatePart{param(0)}, ""},
		{"braces", "/{id}", "{{id}} {{{id}}}", []TemplatePart{text("{id} {"), param(0), text("}")}, ""},
		{"RFC 9110 5.5: text beyond ASCII", "/", "ü\t1", []TemplatePart{text("ü\t1")}, ""},
		{"RFC 9110 5.5: a line end", "/", "a\r\nb: c", nil, "holds a line end or another control character, which no field can carry; remove it"},
		{"RFC 9110 5.5: a space at the end", "/", "a ", nil, "begins or ends with a space, which the receiver drops; remove it"},
		{"not closed", "/{id}", "a{id", nil, "a { is not closed; write {name}, or {{ for a brace"},
		{"not opened", "/{id}", "id}", nil, "a } closes nothing; write {name}, or }} for a brace"},
		{"a name that is close to a wildcard", "/{product}", "{prodct}", nil, `"{prodct}" is not known; did you mean {product}?`},
		{"a name that is close to a variable", "/", "{client-ip}", nil, `"{client-ip}" is not known; did you mean {client_ip}?`},
		{"another name", "/{id}", "{zzzzz}", nil, `"{zzzzz}" is neither in the path /{id} nor a variable; use one of id, client_ip, host, method, path, query, scheme, trace_id, or {{ for a brace`},
		{"no name", "/", "{}", nil, `"{}" is neither in the path / nor a variable; use one of client_ip, host, method, path, query, scheme, trace_id, or {{ for a brace`},
		{"not the remainder", "/{id}", "{id...}", nil, "{id...}: the path /{id} has one segment there; write {id}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := ParsePattern("", row.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseTemplate(row.value, p)
			fault := ""
			if err != nil {
				fault, got = err.Error(), nil
			}
			if !reflect.DeepEqual(got, row.want) || fault != row.fault {
				t.Errorf("got %+v, %s\nwant %+v, %s", got, fault, row.want, row.fault)
			}
		})
	}
}

// What is read is what was written, braces and names apart.
func FuzzParseTemplate(f *testing.F) {
	for _, seed := range []string{"a", "{id}", "{{id}}", "{{{id}}}", "{", "}", "{rest...}", "{host}\n"} {
		f.Add(seed)
	}
	p, err := ParsePattern("", "/{id}/{rest...}", nil)
	if err != nil {
		f.Fatal(err)
	}
	escape := strings.NewReplacer("{", "{{", "}", "}}")
	f.Fuzz(func(t *testing.T, value string) {
		parts, err := ParseTemplate(value, p)
		if err != nil {
			return
		}
		var again strings.Builder
		for _, part := range parts {
			switch {
			case part.Variable != "":
				again.WriteString("{" + part.Variable + "}")
			case part.Param >= 0:
				again.WriteString("{" + p.Names()[part.Param] + "}")
			default:
				again.WriteString(escape.Replace(part.Text))
			}
		}
		if got, want := again.String(), strings.ReplaceAll(value, "{rest...}", "{rest}"); got != want && !strings.Contains(value, "{{") {
			t.Errorf("%q is read as %q", value, got)
		}
		if strings.ContainsAny(value, "\r\n\x00") {
			t.Errorf("%q can break a message", value)
		}
	})
}
