package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"ventanilla/internal/demo"
	"ventanilla/internal/signin"
)

// trial is the demo command.
type trial struct {
	demo.Config
	look
	headless bool
}

func newDemo() *cobra.Command {
	t := new(trial)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try it: a desk, customers, colleagues and your workstation",
		Long: "Opens a desk in this process with invented customers and loans, and sits you down at the\n" +
			"workstation as a lead. Customers come and write, colleagues take those who wait. Open the\n" +
			"address that is shown in a browser and you are a customer too. Nothing is kept unless --data says where.",
		Example: "  ventanilla demo\n  ventanilla demo --speed 3 --locale es-MX",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&t.Data, "data", "", "keep the desk's data in this folder")
	f.StringVar(&t.Listen, "listen", "127.0.0.1:0", "address for browsers; port 0 takes a free one")
	f.Float64Var(&t.Speed, "speed", 1, "how many times faster than life people come, read and write")
	f.Uint64Var(&t.Seed, "seed", 0, "which customers come first, and their pauses")
	f.BoolVar(&t.headless, "headless", false, "run without the workstation, for programs and tests")
	t.look.flags(cmd)
	return cmd
}

func (t *trial) run(cmd *cobra.Command) error {
	if !t.headless {
		if _, err := t.config(); err != nil { // said before anything is made
			return err
		}
	}
	// A terminal that is closed must not leave the folder behind.
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGHUP)
	defer stop()
	d, err := demo.Open(ctx, t.Config)
	if err != nil {
		return err
	}
	return errors.Join(t.play(ctx, cmd, d), d.Close())
}

// play lets the demo live while somebody is at the workstation, or until ctx ends.
func (t *trial) play(ctx context.Context, cmd *cobra.Command, d *demo.Demo) error {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "be a customer   %s\nas a stranger   %s/chat\nyou are         %s, %s\n", d.Visit(), d.Desk(), d.You().Agent.Name, d.You().Agent.Role)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- d.Run(ctx)
		stop() // there is nothing to work at any more
	}()
	var err error
	if t.headless {
		if err = t.leaveToken(cmd, d); err == nil {
			<-ctx.Done()
		}
	} else {
		err = t.show(ctx, seat{Session: signin.Session{Account: signin.Account{Server: demo.Origin}, Token: d.You().Token}, dial: d.Dial})
	}
	stop()
	return errors.Join(err, <-ended)
}

// leaveToken puts the session where only this user can read it, and says how to
// work with it.
func (t *trial) leaveToken(cmd *cobra.Command, d *demo.Demo) error {
	path := filepath.Join(d.Data(), "demo.token")
	if err := os.WriteFile(path, []byte(d.You().Token+"\n"), 0o600); err != nil {
		return fmt.Errorf("leaving the session's token: %w", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "workstation     ventanilla --server %s --token-file %s\n", d.Desk(), path)
	return nil
}
