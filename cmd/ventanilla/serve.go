package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"ventanilla/internal/desk"
	"ventanilla/internal/server"
)

// defaultData is where the desk keeps its data unless --data says otherwise.
func defaultData() string { return filepath.Join(xdg.DataHome, "ventanilla") }

type serve struct {
	server.Config
	listen, cert, key string
	seed              bool
}

func newServe() *cobra.Command {
	s := new(serve)
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Run the desk",
		Long:    "Runs the desk: the staff's sockets, the customers' page and widget, and the log.\nPlain HTTP is served on a loopback address only; elsewhere give a certificate, or\n--behind-proxy when a proxy before it does TLS.",
		Example: "  ventanilla serve --data /var/lib/ventanilla --listen 127.0.0.1:8480\n  ventanilla serve --listen :8443 --tls-cert cert.pem --tls-key key.pem",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context(), cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", "127.0.0.1:8480", "address to serve on; port 0 takes a free one")
	f.StringVar(&s.Data, "data", defaultData(), "folder of the databases and keys")
	f.StringVar(&s.Name, "name", "ventanilla", "name of the workspace")
	f.StringVar(&s.cert, "tls-cert", "", "certificate file (PEM)")
	f.StringVar(&s.key, "tls-key", "", "key file (PEM)")
	f.BoolVar(&s.BehindProxy, "behind-proxy", false, "a proxy before the desk does TLS and sets X-Forwarded-For")
	f.StringSliceVar(&s.Embedders, "widget-origin", nil, "origin of a page that may show the widget, such as https://www.example.com (repeat)")
	f.StringSliceVar(&s.Origins, "origin", nil, "the desk's own public origin, when a proxy changes the host (repeat)")
	f.BoolVar(&s.Unlimited, "no-chat-limits", false, "let customers write as fast as they can: for replays and load tests")
	f.BoolVar(&s.seed, "seed-customers", false, "put the fictitious customers of the demo into the loan book")
	return cmd
}

func (s *serve) run(ctx context.Context, cmd *cobra.Command) error {
	encrypted := s.cert != "" || s.key != ""
	if err := server.CheckListen(s.listen, encrypted, s.BehindProxy); err != nil {
		return err
	}
	if encrypted {
		pair, err := tls.LoadX509KeyPair(s.cert, s.key)
		if err != nil {
			return fmt.Errorf("reading --tls-cert and --tls-key: %w", err)
		}
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13}
	}
	s.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	desk, err := server.Open(ctx, s.Config)
	if err != nil {
		return wayOut(err, s.Data)
	}
	defer desk.Close()
	if s.seed {
		if err := desk.Book().Seed(ctx); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", s.listen, err)
	}
	if err := s.announce(ctx, cmd, desk, l, encrypted); err != nil {
		return err
	}
	return desk.Serve(ctx, l)
}

// wayOut tells the operator what helps against what kept the desk from starting.
func wayOut(err error, data string) error {
	switch {
	case errors.Is(err, desk.ErrDamaged):
		return fmt.Errorf("%w\nlook closer:      ventanilla check --data %[2]s\nrestore a backup: ventanilla restore --data %[2]s --replace FILE", err, data)
	case errors.Is(err, desk.ErrFull):
		return fmt.Errorf("%w\nmake room on the disk of %s and start again", err, data)
	case errors.Is(err, desk.ErrReadOnly):
		return fmt.Errorf("%w\nlet this account write to %s and start again", err, data)
	}
	return err
}

// announce says where the desk is, and how the first account comes to be.
func (s *serve) announce(ctx context.Context, cmd *cobra.Command, sv *server.Server, l net.Listener, encrypted bool) error {
	scheme := "http"
	if encrypted {
		scheme = "https"
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "desk      %s://%s\ncustomers %s://%s/chat\n", scheme, l.Addr(), scheme, l.Addr())
	return sv.Store().View(ctx, func(r desk.Reader) error {
		users, err := r.Users()
		if err == nil && len(users) == 0 {
			fmt.Fprintf(out, "nobody has an account yet; make the first with\n"+
				"  ventanilla user add --data %[1]s --login admin --name Admin --role admin\n"+
				"  ventanilla user add --data %[1]s --login ana --name Ana --role agent\n", s.Data)
		}
		return err
	})
}
