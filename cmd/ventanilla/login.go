package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ventanilla/internal/signin"
)

// patience is how long a request to a desk may take.
const patience = 15 * time.Second

func newLogin() *cobra.Command {
	var login string
	var stdin bool
	cmd := &cobra.Command{
		Use:     "login URL",
		Short:   "Sign in at a desk",
		Long:    "Signs in and keeps the session in the system's keyring. Where there is no keyring\nnothing is kept: ventanilla --server URL asks for the password at every start instead.",
		Example: "  ventanilla login https://desk.example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, _, err := signIn(cmd, args[0], login, stdin)
			if err != nil {
				return err
			}
			err = signin.Save(s)
			if errors.Is(err, signin.ErrNoKeyring) {
				// The session is of no use to anybody: end it rather than leave it open.
				ctx, stop := context.WithTimeout(cmd.Context(), patience)
				defer stop()
				return fmt.Errorf("the password is right, but %w; start with: ventanilla --server %s --login %s",
					err, s.Server, s.Login+signedOut(signin.Out(ctx, http.DefaultClient, s)))
			}
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "signed in as %s until %s; start with: ventanilla\n", s.Name, s.Until.Local().Format("02/01 15:04"))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&login, "login", "", "what you sign in with (default: asked)")
	cmd.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	return cmd
}

func signedOut(err error) string {
	if err != nil {
		return " (the session could not be ended: " + err.Error() + ")"
	}
	return ""
}

// signIn asks for what is missing and signs in. The password is for sealing what
// is kept here where there is no keyring.
func signIn(cmd *cobra.Command, address, login string, stdin bool) (s signin.Session, password string, err error) {
	server, err := signin.Desk(address)
	if err != nil {
		return s, "", err
	}
	if login == "" && !stdin { // standard input holds the password
		fmt.Fprint(cmd.ErrOrStderr(), "login: ")
		line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return s, "", fmt.Errorf("reading the login: %w", err)
		}
		login = strings.TrimSpace(line)
	}
	if login == "" {
		return s, "", errors.New("a login is needed: use --login")
	}
	if password, err = askPassword(cmd, stdin, false); err != nil {
		return s, "", err
	}
	ctx, stop := context.WithTimeout(cmd.Context(), patience)
	defer stop()
	s, err = signin.In(ctx, http.DefaultClient, server, login, password)
	return s, password, err
}

// leaving is what the command logout is told.
type leaving struct {
	server, login string
	stdin, force  bool
}

func newLogout() *cobra.Command {
	var l leaving
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "End the session kept on this machine",
		Long: "Ends the session and removes what was kept of it. It refuses while something that was typed here\n" +
			"is not on the desk yet, and says what; --force drops it.\n\n" +
			"With --server and --login it removes what was typed with ventanilla --server, which has no session\n" +
			"to end and is sealed with the password.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (l.server == "") != (l.login == "") {
				return errors.New("give --server and --login together")
			}
			if l.server != "" {
				return l.forget(cmd)
			}
			return logOut(cmd, l.force)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&l.force, "force", false, "drop what waits to be sent, and drafts")
	f.StringVar(&l.server, "server", "", "desk that ventanilla --server was started with")
	f.StringVar(&l.login, "login", "", "what was signed in with there")
	f.BoolVar(&l.stdin, "password-stdin", false, "read the password from standard input")
	return cmd
}

// forget removes the outbox that a password seals. To see what waits in it the
// password is needed, to drop it is not.
func (l leaving) forget(cmd *cobra.Command) error {
	server, err := signin.Desk(l.server)
	if err != nil {
		return err
	}
	var password string
	if !l.force {
		if password, err = askPassword(cmd, l.stdin, false); err != nil {
			return err
		}
	}
	cfg := sealedByPassword(signin.Account{Server: server, Login: l.login}, password)
	if err := wipe(cmd.Context(), cfg, l.force, nil); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "nothing of %s at %s is kept here\n", l.login, server)
	return nil
}

func logOut(cmd *cobra.Command, force bool) error {
	s, err := signin.Load()
	if errors.Is(err, signin.ErrNone) && s.Server == "" {
		fmt.Fprintln(cmd.OutOrStdout(), "nobody is signed in here")
		return nil
	}
	if s.Server != "" {
		if err := wipeOutbox(cmd.Context(), s.Account, force); err != nil {
			return err
		}
	}
	if err == nil {
		ctx, stop := context.WithTimeout(cmd.Context(), patience)
		defer stop()
		err = signin.Out(ctx, http.DefaultClient, s)
	}
	// What is kept here goes in any case; the desk ends the session by itself in time.
	if forgot := signin.Forget(s); forgot != nil || err != nil {
		return errors.Join(err, forgot)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s is signed out of %s\n", s.Login, s.Server)
	return nil
}
