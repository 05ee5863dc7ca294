package main

import (
	"github.com/spf13/cobra"

	"github.com/afterburner-gateway/afterburner/config"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration",
		Long: `Schema prints the JSON Schema (2020-12) of the configuration file. Editors
complete and explain the keys with it where the file begins with

  # yaml-language-server: $schema=afterburner.schema.json`,
		Example: "  afterburner schema > afterburner.schema.json",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := config.Schema()
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		},
	}
}
