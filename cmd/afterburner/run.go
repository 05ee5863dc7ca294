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
	root := &cobra.Command{
		Use:   "afterburner",
		Short: "A gateway that makes a slow HTTP API fast from outside",
		Long: `Afterburner stands in front of an HTTP API that is slow and that nobody wants to
rewrite. It caches answers (RFC 9111), lets one request to the API answer all
that ask the same at the same moment, splits batch requests into single ones,
and compresses. A YAML file of routes drives it.`,
		Example:       "  afterburner serve --upstream http://127.0.0.1:9000",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(serveCommand(), checkCommand(), schemaCommand(), versionCommand())
	return root.ExecuteContext(ctx)
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
