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
	f.StringVar(&w.server, "server", "", "desk to sign in at for this run only; asks for the password")
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
	s, err := w.session(cmd)
	if errors.Is(err, signin.ErrNone) && s.Server == "" {
		fmt.Fprint(cmd.OutOrStdout(), welcome)
		return nil
	}
	if err != nil {
		return err
	}
	if w.server != "" { // for this run only: nothing of it stays on this machine
		return w.show(cmd.Context(), seat{Session: s})
	}
	box, err := openOutbox(cmd.Context(), s.Account)
	if err != nil {
		return err
	}
	if box == nil {
		return w.show(cmd.Context(), seat{Session: s})
	}
	if n := box.Damaged(); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of what waited to be sent cannot be read and was set aside; ventanilla logout lists it\n", n)
	}
	return errors.Join(w.show(cmd.Context(), seat{Session: s, box: box}), box.Close())
}

func (w *workstation) session(cmd *cobra.Command) (signin.Session, error) {
	switch {
	case w.server == "" && (w.tokenFile != "" || w.login != ""):
		return signin.Session{}, errors.New("give --server too: --token-file and --login are for it")
	case w.server == "":
		return signin.Load()
	case w.tokenFile == "":
		return signIn(cmd, w.server, w.login, false)
	}
	server, err := signin.Desk(w.server)
	if err != nil {
		return signin.Session{}, err
	}
	b, err := os.ReadFile(w.tokenFile)
	if err != nil {
		return signin.Session{}, fmt.Errorf("reading --token-file: %w", err)
	}
	return signin.Session{Account: signin.Account{Server: server}, Token: strings.TrimSpace(string(b))}, nil
}

// dialer reaches a desk; nil is the network.
type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// seat is where somebody works.
type seat struct {
	signin.Session
	dial dialer
	box  *outbox.Outbox // nil: what is typed lives as long as the program
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
	go func() { ended <- c.Run(ctx) }()
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
