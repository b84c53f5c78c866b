package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ventanilla/client"
	"ventanilla/internal/outbox"
	"ventanilla/internal/signin"
	"ventanilla/theme"
	"ventanilla/tui"
	"ventanilla/tui/locale"
)

// workstation is the agent's screen, as the command line wants it.
type workstation struct {
	server, login, tokenFile string
	look
}

// look is how the screen is to look.
type look struct {
	locale, theme string
	lean          bool
}

func (l *look) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.locale, "locale", "", "language and country: es-AR, es-MX or en (default: the system's)")
	f.BoolVar(&l.lean, "lean", false, "low data: for thin links, the customer's context only when asked for and short pages of history")
	f.StringVar(&l.theme, "theme", "auto", "colours: auto, "+strings.Join(theme.Names(), ", "))
}

func (w *workstation) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&w.server, "server", "", "desk to sign in at for this run only; asks for the password, which seals what waits")
	f.StringVar(&w.login, "login", "", "what you sign in with, for --server")
	f.StringVar(&w.tokenFile, "token-file", "", "file that holds a session's token, for --server")
	w.look.flags(cmd)
}

// welcome is what somebody reads who has no login yet.
const welcome = `Nobody is signed in on this machine.

  Try it, with nothing to set up:   ventanilla demo
  Sign in at your desk:             ventanilla login https://desk.example.com
  Run a desk of your own:           ventanilla serve

`

func (w *workstation) run(cmd *cobra.Command) error {
	s, err := w.seat(cmd)
	if errors.Is(err, signin.ErrNone) && s.Server == "" {
		fmt.Fprint(cmd.OutOrStdout(), welcome)
		return nil
	}
	if err != nil {
		return err
	}
	if s.kept.Dir == "" {
		fmt.Fprintln(cmd.ErrOrStderr(), "without a keyring or a password there is nothing to seal what you type with: it ends with this program")
		return w.show(cmd.Context(), s)
	}
	if s.box, err = openOutbox(cmd.Context(), s.kept, s.Account); err != nil {
		return err
	}
	if n := s.box.Damaged(); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of what waited to be sent cannot be read and was set aside; ventanilla logout lists it\n", n)
	}
	if n := s.box.Elsewhere(); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of what another workstation left to be sent waits; start ventanilla once more to send it\n", n)
	}
	err = errors.Join(w.show(cmd.Context(), s), s.box.Close())
	if errors.Is(err, client.ErrRevoked) {
		return revoked(cmd.Context(), s)
	}
	return err
}

// seat signs in, or finds who has, and says where what is typed is kept.
func (w *workstation) seat(cmd *cobra.Command) (s seat, err error) {
	switch {
	case w.server == "" && (w.tokenFile != "" || w.login != ""):
		return s, errors.New("give --server too: --token-file and --login are for it")
	case w.server == "":
		if s.Session, err = signin.Load(); err != nil {
			return s, err
		}
		s.remembered = true
		if s.kept, err = outboxOf(s.Account); errors.Is(err, signin.ErrNoKeyring) {
			s.kept, err = outbox.Config{}, nil
		}
		return s, err
	case w.tokenFile == "":
		var password string
		if s.Session, password, err = signIn(cmd, w.server, w.login, false); err == nil {
			s.kept = sealedByPassword(s.Account, password)
		}
		return s, err
	}
	if s.Server, err = signin.Desk(w.server); err != nil {
		return s, err
	}
	// A token is another one at the next sign-in: what it sealed could not be opened.
	b, err := os.ReadFile(w.tokenFile)
	if err != nil {
		return s, fmt.Errorf("reading --token-file: %w", err)
	}
	s.Token = strings.TrimSpace(string(b))
	return s, nil
}

// dialer reaches a desk; nil is the network.
type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// seat is where somebody works.
type seat struct {
	signin.Session
	remembered bool // by this machine's keyring
	dial       dialer
	kept       outbox.Config  // where what is typed is kept; zero: nowhere
	box        *outbox.Outbox // nil: what is typed lives as long as the program
}

// show runs the workstation until the agent leaves.
func (l look) show(ctx context.Context, s seat) error {
	cfg, err := l.config()
	if err != nil {
		return err
	}
	device, err := signin.Device()
	if err != nil {
		return err
	}
	inbox := tui.NewInbox()
	to := client.Config{
		URL: s.Server, Token: s.Token, Dial: s.dial, Device: device, Locale: cfg.Locale.String(), Sink: inbox.Put,
		Lean: l.lean,
	}
	if s.box != nil {
		to.Outbox, cfg.Drafts = s.box, keptDrafts{s.box}
	}
	c := client.New(to)
	cfg.Desk, cfg.Server, cfg.Lean = c, s.Server, l.lean
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		err := c.Run(ctx)
		if errors.Is(err, client.ErrRevoked) {
			stop() // nothing of the desk stays on the screen
		}
		ended <- err
	}()
	err = tui.Run(ctx, cfg, inbox, os.Stdin, os.Stdout)
	stop()
	return errors.Join(err, signedOff(<-ended))
}

// signedOff says what to do when the desk did not want us back.
func signedOff(err error) error {
	if errors.Is(err, client.ErrSignedOut) || errors.Is(err, client.ErrRefused) {
		return fmt.Errorf("%w: sign in again with ventanilla login", err)
	}
	return err
}

// config says how the screen is to look, or why there can be none.
func (l look) config() (tui.Config, error) {
	var cfg tui.Config
	if !term.IsTerminal(int(os.Stdout.Fd())) || !term.IsTerminal(int(os.Stdin.Fd())) {
		return cfg, errors.New("the workstation needs a terminal")
	}
	var known bool
	name := l.locale
	if name == "" {
		name = systemLocale()
	}
	if cfg.Locale, known = locale.Parse(name); !known && l.locale != "" {
		return cfg, fmt.Errorf("there is no locale %q for --locale: use one of %v", l.locale, locale.All())
	}
	if l.theme != "auto" {
		var err error
		if cfg.Theme, err = theme.Builtin(l.theme); err != nil {
			return cfg, fmt.Errorf("reading --theme: %w", err)
		}
	}
	return cfg, nil
}

// systemLocale reads the environment in the order POSIX gives.
func systemLocale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}
