package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"

	"github.com/spf13/cobra"

	"github.com/afterburner-gateway/afterburner/config"
)

// serveFlags are the flags of serve; what is given beats the file.
type serveFlags struct {
	config, upstream, listen, admin string
}

func serveCommand() *cobra.Command {
	var flags serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the gateway",
		Long: `Serve runs the gateway until SIGTERM or SIGINT; a second signal ends it at once.

With --upstream alone it needs no file: everything goes to that API, with the
safe defaults. Otherwise it reads --config, or afterburner.yaml if that is there.`,
		Example: `  afterburner serve --upstream http://127.0.0.1:9000
  afterburner serve --config afterburner.yaml --listen :8080`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			loaded, err := flags.load(c.ErrOrStderr())
			if err != nil {
				return err
			}
			s := &service{config: loaded, stdout: c.OutOrStdout(), stderr: c.ErrOrStderr()}
			return s.run(c.Context())
		},
	}
	c.Flags().StringVar(&flags.config, "config", "", "the configuration `FILE` (default afterburner.yaml, if it is there)")
	c.Flags().StringVar(&flags.upstream, "upstream", "", "the API's `URL`, http://host:port, instead of a file")
	c.Flags().StringVar(&flags.listen, "listen", "", "the `ADDR`ess to listen on, host:port (default :8080)")
	c.Flags().StringVar(&flags.admin, "admin", "", "the admin `ADDR`ess, host:port (default 127.0.0.1:9901)")
	return c
}

// load makes the configuration of file and flags.
func (f serveFlags) load(stderr io.Writer) (*config.Config, error) {
	c, err := f.base(stderr)
	if err != nil {
		return nil, err
	}
	if f.listen != "" {
		c.Listen = f.listen
	}
	if f.admin != "" {
		c.Admin.Listen = f.admin
	}
	if faults := c.Validate(); len(faults.Errors()) > 0 {
		return nil, faults.Errors().Err()
	}
	return c, nil
}

func (f serveFlags) base(stderr io.Writer) (*config.Config, error) {
	switch {
	case f.upstream != "" && f.config != "":
		return nil, errors.New("--upstream and --config exclude each other: write the upstream into the file")
	case f.upstream != "":
		return config.ForUpstream(f.upstream)
	case f.config != "":
		return load(f.config, stderr)
	}
	if _, err := os.Stat(defaultFile); errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("there is no afterburner.yaml here: name a file with --config, or an API with --upstream http://host:port")
	}
	return load(defaultFile, stderr)
}

// listen opens a port, or says what to do about it.
func listen(ctx context.Context, address, flag string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	var refused *net.OpError
	if errors.As(err, &refused) {
		err = refused.Err // what and where stand in our own words
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; free the port or choose another with %s", address, err, flag)
	}
	return l, nil
}
