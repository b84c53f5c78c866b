package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"ventanilla/internal/backup"
	"ventanilla/internal/store/sqlite"
)

func newBackup() *cobra.Command {
	var data string
	var replace bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the desk's data into one file, while it runs",
		Long: "Copies the desk's databases and keys into one file. The desk goes on running. The\n" +
			"copy is read again before the file gets its name. Whoever has the file has\n" +
			"everything: keep it as safe as the desk.",
		Example: "  ventanilla backup --data /var/lib/ventanilla /backup/desk-$(date +%F).tar",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			made, err := backup.Make(cmd.Context(), data, args[0], replace)
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%w: give another name, or --replace", err)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\nholds %s\nfiles %v, %d bytes, read again and found good, in %s\n",
				args[0], made.Holds, made.Files, made.Size, made.Took.Round(time.Millisecond))
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", defaultData(), "folder of the desk's data")
	cmd.Flags().BoolVar(&replace, "replace", false, "replace a file of that name, once the new one is complete")
	return cmd
}

func newRestore() *cobra.Command {
	var data string
	var replace bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make the desk's data of a backup",
		Long: "Reads a backup to its last page and puts it where the desk looks for its data. The\n" +
			"desk must not be running. The log gets a new epoch: workstations and pages that\n" +
			"come back start from what was restored, and offer to send again what it lacks.",
		Example: "  ventanilla restore --data /var/lib/ventanilla --replace /backup/desk-2026-11-20.tar",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := backup.Restore(cmd.Context(), args[0], data, replace)
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%w: restore to another folder, or give --replace, which keeps the old one aside", err)
			}
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%s is as it was at %s\nholds %s\n", data, r.Made.Format(time.RFC3339), r.Holds)
			if r.Kept != "" {
				fmt.Fprintf(out, "what was there before is in %s\n", r.Kept)
			}
			fmt.Fprint(out, "all staff sessions have ended: everybody signs in again\n"+
				"accounts are as they were then: disable again those that were disabled since\n")
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", defaultData(), "folder of the desk's data")
	cmd.Flags().BoolVar(&replace, "replace", false, "keep a folder with data aside and put the backup in its place")
	return cmd
}

// errFindings ends a check that found something, after it was printed.
var errFindings = errors.New("the data is not as it should be: restore a backup (ventanilla restore), and keep this folder")

func newCheck() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Look for damage in the desk's data",
		Long: "Reads all of the workspace, whether the desk runs or not, and compares the log with\n" +
			"what follows from it. It changes nothing.",
		Example: "  ventanilla check --data /var/lib/ventanilla",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := sqlite.Check(cmd.Context(), data)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintln(out, report.Holds)
			for _, f := range report.Findings {
				fmt.Fprintln(out, f)
			}
			if len(report.Findings) > 0 {
				return errFindings
			}
			fmt.Fprintln(out, "nothing is wrong")
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", defaultData(), "folder of the desk's data")
	return cmd
}
