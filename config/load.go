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
	data, problem := readFile(path)
	if problem != "" {
		return nil, Faults{{File: path, Line: 1, Column: 1, Message: problem}}
	}
	return Parse(path, data, env)
}

// Parse reads a file's text; the name is for the faults. It returns what Load
// does.
func Parse(file string, data []byte, env func(string) (string, bool)) (*Config, Faults) {
	root, fault := parseYAML(data)
	if fault != nil {
		fault.File = file
		return nil, Faults{*fault}
	}
	d := newDocument(file, env)
	d.root = root
	cfg := Default()
	d.decode(root, reflect.ValueOf(&cfg).Elem(), nil, "")
	if d.visited < maxNodes {
		validate(d, &cfg)
	}
	faults := d.sorted(file)
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
	d := newDocument("", nil)
	validate(d, c)
	return d.sorted("")
}

// readFile reads at most maxFile bytes, or says why it cannot.
func readFile(path string) (data []byte, problem string) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, "there is no such file; name one with --config, or start without one by --upstream http://host:port"
	}
	if err != nil {
		return nil, "cannot be opened: " + reason(err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, "is a directory; name the file in it"
	}
	data, err = io.ReadAll(io.LimitReader(file, maxFile+1))
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
