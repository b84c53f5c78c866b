package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/server"
	"ventanilla/internal/store/sqlite"
)

// onData runs an operator's command on a desk's data, beside the desk if it runs.
func onData(ctx context.Context, dir string, do func(desk.Store) error) error {
	if err := server.CheckData(dir); err != nil {
		return wayOut(err, dir)
	}
	s, err := sqlite.Attach(ctx, dir)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

func newUser() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Make, list and disable accounts of the staff, end their sessions",
		Long:  "Works on the desk's machine, directly on its data, whether the desk runs or not.",
	}
	var data string
	cmd.PersistentFlags().StringVar(&data, "data", defaultData(), "folder of the desk's data")
	cmd.AddCommand(newUserAdd(&data), newUserList(&data), newUserDisable(&data), newUserSignOut(&data))
	return cmd
}

func newUserAdd(data *string) *cobra.Command {
	var n desk.NewUser
	var queues []string
	var stdin bool
	cmd := &cobra.Command{
		Use:     "add",
		Short:   "Make an account",
		Example: "  ventanilla user add --login ana --name \"Ana Ruiz\" --role agent --queue general",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, q := range queues {
				n.Queues = append(n.Queues, wire.QueueID(q))
			}
			var err error
			if n.Password, err = askPassword(cmd, stdin, true); err != nil {
				return err
			}
			return onData(cmd.Context(), *data, func(s desk.Store) error {
				u, err := desk.AddUser(cmd.Context(), s, time.Now(), n)
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%s may sign in as %s (%s, queues %v)\n", u.Name, u.Login, u.Role, u.Queues)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&n.Login, "login", "", "what the person signs in with")
	f.StringVar(&n.Name, "name", "", "what colleagues and customers see")
	f.StringVar((*string)(&n.Role), "role", string(wire.RoleAgent), "agent, lead, supervisor, admin or auditor")
	f.StringSliceVar(&queues, "queue", nil, "queue the person serves or watches (repeat; default general)")
	f.BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	for _, name := range []string{"login", "name"} {
		cobra.CheckErr(cmd.MarkFlagRequired(name)) // the flag is defined above
	}
	return cmd
}

func newUserList(data *string) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd.Context(), *data, func(s desk.Store) error {
				return s.View(cmd.Context(), func(r desk.Reader) error {
					users, err := r.Users()
					if err != nil {
						return err
					}
					w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
					fmt.Fprintln(w, "LOGIN\tNAME\tROLE\tQUEUES\tSTATE")
					for _, u := range users {
						state := string(u.State)
						if u.Disabled {
							state = "disabled"
						}
						fmt.Fprintf(w, "%s\t%q\t%s\t%v\t%s\n", u.Login, u.Name, u.Role, u.Queues, state)
					}
					return w.Flush()
				})
			})
		},
	}
}

func newUserDisable(data *string) *cobra.Command {
	return &cobra.Command{
		Use:   "disable LOGIN",
		Short: "End an account: its sessions end and its links are closed",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return onData(cmd.Context(), *data, func(s desk.Store) error {
				return desk.DisableUser(cmd.Context(), s, time.Now(), args[0])
			})
		},
	}
}

func newUserSignOut(data *string) *cobra.Command {
	return &cobra.Command{
		Use:   "sign-out LOGIN",
		Short: "End every session of an account",
		Long:  "For a machine that was lost. Its links are closed, and its workstations remove what they keep for it on disk.\nThe person can sign in again; \"disable\" ends that too.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return onData(cmd.Context(), *data, func(s desk.Store) error {
				return desk.SignOutUser(cmd.Context(), s, time.Now(), args[0])
			})
		},
	}
}

func newQueue() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "queue",
		Short: "Make and list queues",
		Long:  "Works on the desk's machine, directly on its data. Customers begin in the queue \"general\".",
	}
	var data, name string
	cmd.PersistentFlags().StringVar(&data, "data", defaultData(), "folder of the desk's data")
	add := &cobra.Command{
		Use:     "add ID",
		Short:   "Make a queue, or rename one",
		Example: "  ventanilla queue add cobranzas --name Cobranzas",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return onData(cmd.Context(), data, func(s desk.Store) error {
				return desk.AddQueue(cmd.Context(), s, time.Now(), wire.Queue{ID: wire.QueueID(args[0]), Name: name})
			})
		},
	}
	add.Flags().StringVar(&name, "name", "", "what people read (default: the id)")
	list := &cobra.Command{
		Use:   "list",
		Short: "List the queues",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd.Context(), data, func(s desk.Store) error {
				return s.View(cmd.Context(), func(r desk.Reader) error {
					queues, err := r.Queues()
					for _, q := range queues {
						fmt.Fprintf(cmd.OutOrStdout(), "%s\t%q\n", q.ID, q.Name)
					}
					return err
				})
			})
		},
	}
	cmd.AddCommand(add, list)
	return cmd
}

// askPassword reads a password without showing it, twice when it is a new one.
func askPassword(cmd *cobra.Command, stdin, twice bool) (string, error) {
	if stdin {
		line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("reading the password from standard input: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", errors.New("standard input holds no password")
		}
		return line, nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "", errors.New("there is no terminal to ask for the password: use --password-stdin")
	}
	first, err := readHidden(cmd, "password: ")
	if err != nil || !twice {
		return first, err
	}
	second, err := readHidden(cmd, "again: ")
	if err == nil && first != second {
		err = errors.New("the two passwords differ")
	}
	return first, err
}

func readHidden(cmd *cobra.Command, prompt string) (string, error) {
	fmt.Fprint(cmd.ErrOrStderr(), prompt)
	b, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(cmd.ErrOrStderr())
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return string(b), nil
}
