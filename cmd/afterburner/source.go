package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/afterburner-gateway/afterburner/config"
)

// source is where the configuration comes from, so that it can be read again.
type source struct {
	flags serveFlags
	file  string // empty: --upstream stands for one
}

// source finds the file, or says that there is none.
func (f serveFlags) source() (source, error) {
	switch {
	case f.upstream != "" && f.config != "":
		return source{}, errors.New("--upstream and --config exclude each other: write the upstream into the file")
	case f.upstream != "":
		return source{flags: f}, nil
	case f.config != "":
		return source{flags: f, file: f.config}, nil
	}
	if _, err := os.Stat(defaultFile); errors.Is(err, fs.ErrNotExist) {
		return source{}, errors.New("there is no afterburner.yaml here: name a file with --config, or an API with --upstream http://host:port")
	}
	return source{flags: f, file: defaultFile}, nil
}

// name is how the status calls it.
func (s source) name() string {
	if s.file == "" {
		return "--upstream " + s.flags.upstream
	}
	return s.file
}

// read makes the configuration of file and flags; running is the one that a
// reload would replace, nil at the start. Faults without an error among them
// are warnings, and come with a configuration.
func (s source) read(running *config.Config) (*config.Config, config.Faults, error) {
	if s.file == "" {
		c, err := config.ForUpstream(s.flags.upstream)
		if err != nil {
			return nil, nil, err
		}
		return s.flags.applied(c, nil)
	}
	c, faults := config.Reload(s.file, os.LookupEnv, running)
	if len(faults.Errors()) > 0 {
		return nil, faults, nil
	}
	return s.flags.applied(c, faults)
}

// applied lets the flags beat the file, and checks the addresses again.
func (f serveFlags) applied(c *config.Config, warnings config.Faults) (*config.Config, config.Faults, error) {
	if f.listen == "" && f.admin == "" {
		return c, warnings, nil
	}
	if f.listen != "" {
		c.Listen = f.listen
	}
	if f.admin != "" {
		c.Admin.Listen = f.admin
	}
	few := *c
	few.Routes = c.Routes[:1] // the others were checked, and can be very many
	if faults := few.Validate(); len(faults.Errors()) > 0 {
		return nil, faults, nil
	}
	return c, warnings, nil
}

// hash is the same for the same effective values; secrets do not enter it.
func hash(c *config.Config) string {
	text, err := json.Marshal(c.Masked())
	if err != nil { // plain data: cannot be
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}
