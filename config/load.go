package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"

	"gopkg.in/yaml.v3"
)

// maxFile is the largest file that is read, in bytes.
const maxFile = 10 << 20

// Load reads a file. env is asked for the variables that the file names
// (os.LookupEnv); nil stands for an empty environment.
//
// The faults are all there are, in the order of the file. With an error among
// them (see Faults.Errors) there is no configuration; warnings alone come with
// one.
func Load(path string, env func(string) (string, bool)) (*Config, Faults) {
	return Reload(path, env, nil)
}

// Reload is Load for a gateway that runs: what it cannot take over without a
// restart (see Restart) is an error too. A nil running is none.
func Reload(path string, env func(string) (string, bool), running *Config) (*Config, Faults) {
	data, problem := readFile(path)
	if problem != "" {
		return nil, Faults{{File: path, Line: 1, Column: 1, Message: problem}}
	}
	return source{path, data, env}.parse(running)
}

// Parse reads a file's text; the name is for the faults. It returns what Load
// does.
func Parse(file string, data []byte, env func(string) (string, bool)) (*Config, Faults) {
	return source{file, data, env}.parse(nil)
}

// source is a file's text, its name and the environment.
type source struct {
	file string
	data []byte
	env  func(string) (string, bool)
}

func (s source) parse(running *Config) (*Config, Faults) {
	root, fault := parseYAML(s.data)
	if fault != nil {
		fault.File = s.file
		return nil, Faults{*fault}
	}
	cfg := Default()
	d := newDocument(s.file, s.env, &cfg)
	d.root = root
	d.decode(root, reflect.ValueOf(&cfg).Elem(), nil, "")
	if d.visited < maxNodes {
		validate(d, running)
	}
	faults := d.sorted(s.file)
	if d.unfit {
		return nil, faults
	}
	return &cfg, faults
}

// ForUpstream is the configuration without a file: everything goes to one
// upstream, http://host:port, under the defaults.
func ForUpstream(url string) (*Config, error) {
	cfg := Default()
	api, route := DefaultUpstream(), DefaultRoute()
	api.Targets = []string{url}
	route.Path, route.Upstream = "/", "api"
	cfg.Upstreams = map[string]Upstream{"api": api}
	cfg.Routes = []Route{route}
	if errs := cfg.Validate().Errors(); len(errs) > 0 {
		return nil, fmt.Errorf("upstream: %s", errs[0].Message)
	}
	return &cfg, nil
}

// Validate checks a configuration that was made or changed by a program. Its
// faults have a path, but no file and no place.
func (c *Config) Validate() Faults {
	d := newDocument("", nil, c)
	validate(d, nil)
	return d.sorted("")
}

// readFile reads at most maxFile bytes, or says why it cannot.
func readFile(path string) (data []byte, problem string) {
	file, err := os.Open(path)
	if err != nil {
		return nil, openProblem(err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, "is a directory; name the file in it"
	}
	return readBounded(file)
}

func openProblem(err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "there is no such file; name one with --config, or start without one by --upstream http://host:port"
	case errors.Is(err, os.ErrPermission):
		return "cannot be opened: permission denied; let the user that runs the gateway read it"
	}
	return "cannot be opened: " + reason(err)
}

// readBounded reads a byte more than is allowed: parseYAML refuses that.
func readBounded(r io.Reader) (data []byte, problem string) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, "cannot be read: " + reason(err)
	}
	return data, ""
}

// reason is an error without the path, which the fault names already.
func reason(err error) string {
	var inner *os.PathError
	if errors.As(err, &inner) {
		return inner.Err.Error()
	}
	return err.Error()
}

// parseYAML reads the one document of a file. The fault has no file yet.
func parseYAML(data []byte) (*yaml.Node, *Fault) {
	if len(data) > maxFile {
		return nil, &Fault{Line: 1, Column: 1, Message: "is larger than " + Size(maxFile).String() + ", the most that is read"}
	}
	if countSeparators(data) > maxNodes {
		return nil, &Fault{Line: 1, Column: 1, Message: tooManyValues()}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	first, err := nextDocument(decoder)
	if err == nil && first != nil {
		var second *yaml.Node
		if second, err = nextDocument(decoder); second != nil {
			return nil, &Fault{Line: second.Line, Column: second.Column,
				Message: "a second document begins here; one file holds one configuration"}
		}
	}
	switch {
	case err != nil:
		return nil, syntaxFault(data, err)
	case first == nil, isEmpty(first.Content[0]):
		return nil, &Fault{Line: 1, Column: 1, Message: "is empty; the least is an upstream and a route"}
	}
	return first.Content[0], nil
}

// countSeparators estimates the values in a text, in which there is one at each
// of these. The YAML package would need some hundred bytes for each.
func countSeparators(data []byte) int {
	n := 0
	for _, separator := range []string{",", ": ", ":\n", "- ", "? ", "[", "{"} {
		n += bytes.Count(data, []byte(separator))
	}
	return n
}

func isEmpty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// nextDocument is nil at the end of the file. The YAML package panics on a few
// inputs that it should refuse: that is a syntax error too.
func nextDocument(decoder *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, fmt.Errorf("yaml: %v", p)
		}
	}()
	var node yaml.Node
	switch err := decoder.Decode(&node); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &node, nil
}
