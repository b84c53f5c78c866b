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
			s, err := signIn(cmd, args[0], login, stdin)
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

// signIn asks for what is missing and signs in.
func signIn(cmd *cobra.Command, address, login string, stdin bool) (signin.Session, error) {
	server, err := signin.Desk(address)
	if err != nil {
		return signin.Session{}, err
	}
	if login == "" && !stdin { // standard input holds the password
		fmt.Fprint(cmd.ErrOrStderr(), "login: ")
		line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return signin.Session{}, fmt.Errorf("reading the login: %w", err)
		}
		login = strings.TrimSpace(line)
	}
	if login == "" {
		return signin.Session{}, errors.New("a login is needed: use --login")
	}
	password, err := askPassword(cmd, stdin, false)
	if err != nil {
		return signin.Session{}, err
	}
	ctx, stop := context.WithTimeout(cmd.Context(), patience)
	defer stop()
	return signin.In(ctx, http.DefaultClient, server, login, password)
}

func newLogout() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "End the session kept on this machine",
		Long: "Ends the session and removes what was kept of it. It refuses while something that was typed here\n" +
			"is not on the desk yet, and says what; --force drops it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return logOut(cmd, force) },
	}
	cmd.Flags().BoolVar(&force, "force", false, "drop what waits to be sent, and drafts")
	return cmd
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
