package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ventanilla/keymap"
)

func newKeys() *cobra.Command {
	return &cobra.Command{
		Use:   "keys",
		Short: "List what every key does",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "WHERE\tKEYS\tDOES")
			for _, b := range keymap.Default().Help(keymap.Everywhere) {
				where := make([]string, 0, len(b.Scopes))
				for _, s := range b.Scopes {
					where = append(where, string(s))
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", strings.Join(where, " "), strings.Join(b.Keys, ", "), b.Doc)
			}
			return w.Flush()
		},
	}
}
