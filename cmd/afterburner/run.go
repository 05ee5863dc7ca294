package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// errSaid is an error whose text is already on standard error.
var errSaid = errors.New("")

// run is the whole program but for the exit: everything it does can be tested.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "afterburner",
		Short: "A gateway that makes a slow HTTP API fast from outside",
		Long: `Afterburner stands in front of an HTTP API that is slow and that nobody wants to
rewrite. It caches answers (RFC 9111), lets one request to the API answer all
that ask the same at the same moment, splits batch requests into single ones,
and compresses. A YAML file of routes drives it.

Results go to standard output; faults, warnings and the start lines of serve go
to standard error. Exit codes:

  0  done; serve: left after SIGTERM or SIGINT, running requests were waited for
  1  not done, and standard error says why and what to do; check: the file has
     faults; serve: could not start, a listener broke, or a second signal came`,
		Example:       "  afterburner serve --upstream http://127.0.0.1:9000",
		Args:          knownCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help lists the flags", err, c.CommandPath())
	})
	root.AddCommand(serveCommand(), checkCommand(), purgeCommand(), schemaCommand(), purgeCommand(), versionCommand(), completionCommand())
	return root
}

// knownCommand refuses what is no command, and names the one that was meant.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2 // letters
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("there is no command %q; did you mean %s?", args[0], near[0])
	}
	return fmt.Errorf("there is no command %q; %s --help lists them", args[0], c.CommandPath())
}

// noArguments is for commands that are told everything by flags.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes no arguments, got %q; %s --help lists its flags", c.Name(), args[0], c.CommandPath())
}

// exitCode says an error, if there is one, and gives the process's code: 0 done,
// 1 anything else.
func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	if !errors.Is(err, errSaid) {
		fmt.Fprintln(stderr, "afterburner:", err)
	}
	return 1
}
