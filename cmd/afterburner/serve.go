package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/spf13/cobra"
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
safe defaults. Otherwise it reads --config, or afterburner.yaml if that is there,
and again whenever the file changes, on SIGHUP and on POST /api/reload. A file
with faults changes nothing.`,
		Example: `  afterburner serve --upstream http://127.0.0.1:9000
  afterburner serve --config afterburner.yaml --listen :8080`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			from, err := flags.source()
			if err != nil {
				return err
			}
			s := &service{source: from, stdout: c.OutOrStdout(), stderr: c.ErrOrStderr()}
			return s.run(c.Context())
		},
	}
	c.Flags().StringVar(&flags.config, "config", "", "the configuration `FILE` (default afterburner.yaml, if it is there)")
	c.Flags().StringVar(&flags.upstream, "upstream", "", "the API's `URL`, http://host:port, instead of a file")
	c.Flags().StringVar(&flags.listen, "listen", "", "the `ADDR`ess to listen on, host:port (default :8080)")
	c.Flags().StringVar(&flags.admin, "admin", "", "the admin `ADDR`ess, host:port (default 127.0.0.1:9901)")
	return c
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
