package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/afterburner-gateway/afterburner/config"
)

// defaultFile is read when no --config is given and it is there.
const defaultFile = "afterburner.yaml"

func checkCommand() *cobra.Command {
	file := defaultFile
	c := &cobra.Command{
		Use:   "check",
		Short: "Check a configuration and name every fault with its place",
		Long: `Check reads a configuration as serve would and prints every fault, one a line, as
FILE:LINE:COLUMN: key.path: message. It exits with 0 when the file is valid.`,
		Example: "  afterburner check --config afterburner.yaml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			loaded, err := load(file, c.ErrOrStderr())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s is valid: %s, %s\n", file,
				count(len(loaded.Routes), "route"), count(len(loaded.Upstreams), "upstream"))
			return err
		},
	}
	c.Flags().StringVar(&file, "config", file, "the configuration `FILE`")
	return c
}

// load reads a configuration and says its faults and warnings.
func load(file string, stderr io.Writer) (*config.Config, error) {
	loaded, faults := config.Load(file, os.LookupEnv)
	for _, fault := range faults {
		fmt.Fprintln(stderr, fault)
	}
	if len(faults.Errors()) > 0 {
		return nil, errSaid
	}
	return loaded, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
