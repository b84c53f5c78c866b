package main

import (
	"context"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
)

// run is the program: the command line decides which part.
func run(ctx context.Context) error {
	return fang.Execute(ctx, newRoot(), fang.WithVersion(version()))
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "ventanilla",
		Short: "A support desk for the terminal",
		Long: "The workstation of a support agent: the queue, the conversation and the\n" +
			"customer's money side by side. Without a login it says how to get one.",
		Example: "  # try it: desk, customers and workstation on this machine\n  ventanilla demo\n\n" +
			"  # work\n  ventanilla login https://desk.example.com\n  ventanilla",
		SilenceUsage: true,
	}
	w := new(workstation)
	w.flags(root)
	root.RunE = func(cmd *cobra.Command, _ []string) error { return w.run(cmd) }
	root.AddCommand(
		newDemo(), newServe(), newLogin(), newLogout(), newReplay(), newUser(), newQueue(), newCustomerToken(),
		newBackup(), newRestore(), newCheck(), newKeys(),
	)
	return root
}
