// Package server puts a desk together: its store, its loan book, its doors for
// staff and customers, and the listeners they stand behind. It is the only
// package that knows every implementation; it holds no rule of its own.
package server

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"ventanilla/internal/bus/local"
	"ventanilla/internal/channel/webchat"
	"ventanilla/internal/desk"
	"ventanilla/internal/finance/libro"
	"ventanilla/internal/gateway"
	"ventanilla/internal/store/sqlite"
)

// Config describes a desk on this machine. Data is required.
type Config struct {
	Data string // folder of the databases and keys
	Name string // of the workspace
	Log  *slog.Logger
	// Embedders are the origins of the lender's pages that may show the widget.
	Embedders []string
	// Origins are the desk's own addresses when a proxy changes the Host.
	Origins []string
	// BehindProxy trusts the proxy's headers about who calls.
	BehindProxy bool
	// TLS wraps what [Server.Serve] listens on; nil: as it is.
	TLS *tls.Config
	// Unlimited lifts the limits on how fast one customer and one address may
	// write, for replays and demos on this machine.
	Unlimited bool
}

// Server is an opened desk. Make it with [Open], serve with [Server.Serve], and
// close it last.
type Server struct {
	cfg   Config
	store *sqlite.Store
	book  *libro.Book
	desk  *desk.Desk
}

// Open opens the data in a folder, making what is not there, unless [CheckData]
// says that it was.
func Open(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := CheckData(cfg.Data); err != nil {
		return nil, err
	}
	store, err := sqlite.Open(ctx, cfg.Data)
	if err != nil {
		return nil, err
	}
	book, err := libro.Open(ctx, libro.Config{Path: filepath.Join(cfg.Data, bookFile)})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	d, err := desk.Open(ctx, desk.Config{Store: store, Bus: new(local.Bus), Provider: book, Name: cfg.Name, Log: cfg.Log})
	if err != nil {
		return nil, errors.Join(err, book.Close(), store.Close())
	}
	return &Server{cfg: cfg, store: store, book: book, desk: d}, nil
}

// Close lets go of the data.
func (s *Server) Close() error { return errors.Join(s.book.Close(), s.store.Close()) }

// Store gives the operator's commands and the demo their way to accounts.
func (s *Server) Store() desk.Store { return s.store }

// Book is the embedded loan book.
func (s *Server) Book() *libro.Book { return s.book }

// shutdownWithin is how long requests may take to end when the desk stops.
const shutdownWithin = 3 * time.Second

// Serve runs the desk behind the listeners until ctx ends or one of them fails.
// What was acknowledged is on the disk by then.
func (s *Server) Serve(ctx context.Context, listeners ...net.Listener) error {
	secret, err := TokenKey(s.cfg.Data)
	if err != nil {
		return err
	}
	limits := webchat.Limits{}
	if s.cfg.Unlimited {
		limits.Messages, limits.Bytes = webchat.Rate{Burst: -1}, webchat.Rate{Burst: -1}
	}
	chat, err := webchat.New(webchat.Config{
		Desk: customers{s.desk}, Secret: secret, Origins: s.cfg.Origins, Embedders: s.cfg.Embedders,
		BehindProxy: s.cfg.BehindProxy, Limits: limits, Log: s.cfg.Log,
	})
	if err != nil {
		return err
	}
	// The desk outlives its doors, so that what they took in is still committed.
	deskCtx, stopDesk := context.WithCancel(context.WithoutCancel(ctx))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.desk.Run(deskCtx) })
	gate := gateway.New(ctx, gateway.Config{Desk: s.desk, Log: s.cfg.Log, BehindProxy: s.cfg.BehindProxy})
	web := s.http(s.routes(gate, chat))
	for _, l := range listeners {
		group.Go(func() error {
			if err := s.listen(web, l); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serving %s: %w", l.Addr(), err)
			}
			return nil
		})
	}
	group.Go(func() error {
		<-ctx.Done()
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin)
		defer stop()
		err := web.Shutdown(last)
		if errors.Is(err, context.DeadlineExceeded) { // somebody is slow, or connected and says nothing
			err = web.Close()
		}
		gate.Close()
		chat.Close()
		stopDesk()
		return err
	})
	return group.Wait()
}

func (s *Server) listen(web *http.Server, l net.Listener) error {
	if s.cfg.TLS == nil {
		return web.Serve(l)
	}
	return web.ServeTLS(l, "", "")
}

func (s *Server) http(routes http.Handler) *http.Server {
	return &http.Server{
		Handler: routes, TLSConfig: s.cfg.TLS, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
}

func (s *Server) routes(gate *gateway.Gateway, chat *webchat.Channel) *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range gate.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	for _, r := range chat.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	mux.HandleFunc("GET /healthz", s.health)
	return mux
}

// health says whether the desk can take what it is for. While it cannot write,
// whoever supervises it should know, although reading goes on.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	err := s.desk.Trouble()
	if err == nil {
		_, _ = w.Write([]byte("ok\n"))
		return
	}
	why := desk.Explain(err, r.Header.Get("Accept-Language"))
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = fmt.Fprintf(w, "%s: %s\n", why.Code, why.Text)
}

// TokenKey reads the key that signs customers' tokens, making it at the first use.
func TokenKey(data string) ([]byte, error) {
	path := filepath.Join(data, tokenKeyFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		fresh := make([]byte, 32)
		_, _ = rand.Read(fresh) // never fails: it ends the program instead
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, fmt.Errorf("making the key for customers' tokens: %w", err)
		}
		_, err = f.WriteString(hex.EncodeToString(fresh) + "\n")
		return fresh, errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("reading the key for customers' tokens: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) < 32 {
		return nil, fmt.Errorf("%s: the key must be at least 64 hexadecimal digits", path)
	}
	return key, nil
}

// CheckListen refuses to serve plain HTTP where others could listen in.
func CheckListen(addr string, encrypted, behindProxy bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %q: give --listen host:port, such as 127.0.0.1:8443", addr)
	}
	ip := net.ParseIP(host)
	if encrypted || behindProxy || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("plain HTTP is not served on %s, which is no loopback address: give --tls-cert and --tls-key, or --behind-proxy when a proxy before it does TLS", addr)
}
