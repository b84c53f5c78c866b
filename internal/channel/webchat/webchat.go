// Package webchat is the customers' door to the desk over the web: a page, a
// widget that puts the page into the lender's site, and the socket both talk to
// (package chatwire). It decides who may come in, how much they may send and how
// it reaches the desk. What a message means, who answers it and what a customer
// may see is the [Desk]'s business, not this package's.
package webchat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/quota"

	"github.com/gorilla/websocket"
)

// Config describes the door. Desk is required.
type Config struct {
	Desk Desk
	// Secret signs the tokens by which the lender names a customer: at least 32
	// bytes. Empty: every token is refused and all customers are anonymous.
	Secret []byte
	// Audience is what a token's aud must be. Empty: "ventanilla".
	Audience string
	// Origins are the page's own addresses, such as "https://chat.example", for a
	// desk whose proxy changes the Host. The request's own host is always one.
	Origins []string
	// Embedders are the origins of the lender's pages that may show the widget.
	Embedders []string
	// BehindProxy believes the last entry of X-Forwarded-For and
	// X-Forwarded-Proto. Set it only when a proxy writes them.
	BehindProxy bool
	Limits      Limits
	Now         func() time.Time // nil: time.Now
	Log         *slog.Logger     // nil: discarded
}

// Channel serves the customers. Make it with [New]; [Channel.Close] ends it.
type Channel struct {
	cfg      Config
	page     map[string]asset
	tickets  *tickets
	spent    *spent
	tellers  *quota.Quota[wire.CustomerID]
	networks *quota.Quota[netip.Prefix]
	cross    *http.CrossOriginProtection
	upgrader websocket.Upgrader

	ctx   context.Context // of every connection: ends with Close
	stop  context.CancelCauseFunc
	conns sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	open    int
	present map[wire.CustomerID][]*conn // greeted, oldest first
}

// New checks the configuration and prepares the page.
func New(cfg Config) (*Channel, error) {
	if cfg.Desk == nil {
		return nil, errors.New("webchat: a desk is required")
	}
	if n := len(cfg.Secret); n > 0 && n < minSecret {
		return nil, fmt.Errorf("webchat: the secret has %d bytes, at least %d are needed", n, minSecret)
	}
	if cfg.Audience == "" {
		cfg.Audience = DefaultAudience
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Limits = cfg.Limits.orDefaults()
	c := &Channel{
		cfg:      cfg,
		tickets:  newTickets(),
		spent:    newSpent(),
		tellers:  quota.New[wire.CustomerID](cfg.Limits.Messages, cfg.Limits.Bytes),
		networks: quota.New[netip.Prefix](cfg.Limits.Arrivals, quota.Unlimited),
		cross:    http.NewCrossOriginProtection(),
		present:  make(map[wire.CustomerID][]*conn),
	}
	for _, o := range append(append([]string{}, cfg.Origins...), cfg.Embedders...) {
		if err := checkOrigin(o); err != nil {
			return nil, fmt.Errorf("webchat: %w", err)
		}
	}
	for _, o := range cfg.Origins {
		if err := c.cross.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("webchat: origin %q: %w", o, err)
		}
	}
	c.cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, refusal(wire.Denied, "origin", ""))
	}))
	var err error
	if c.page, err = readPage(cfg.Embedders); err != nil {
		return nil, fmt.Errorf("webchat: preparing the page: %w", err)
	}
	c.upgrader = websocket.Upgrader{
		HandshakeTimeout: 5 * time.Second,
		Subprotocols:     []string{chatwire.Subprotocol},
		ReadBufferSize:   1024, // of our own, so that the server's larger ones are freed
		WriteBufferSize:  1024,
		WriteBufferPool:  &sync.Pool{},
		CheckOrigin:      c.ownOrigin,
	}
	c.ctx, c.stop = context.WithCancelCause(context.Background())
	return c, nil
}

// Route is one address that the channel serves to anybody: customers have no
// accounts, and what each may do is decided by the ticket they hold.
type Route struct {
	Pattern string // of http.ServeMux
	Handler http.Handler
}

// Routes lists every address.
func (c *Channel) Routes() []Route {
	return []Route{
		{"GET /chat", http.HandlerFunc(c.servePage)},
		{"GET /chat/{file}", http.HandlerFunc(c.servePage)},
		{"GET /widget.js", http.HandlerFunc(c.servePage)},
		{"POST " + chatwire.TicketPath, c.cross.Handler(http.HandlerFunc(c.serveTicket))},
		{"GET " + chatwire.Path, http.HandlerFunc(c.serveSocket)},
	}
}

// Close tells every page to come back, ends the sockets and waits for them.
func (c *Channel) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop(closing{wire.CloseRestart, "the desk restarts"})
	c.conns.Wait()
}

func checkOrigin(o string) error {
	u, err := url.Parse(o)
	if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != o || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%q is not an origin such as https://example.com", o)
	}
	return nil
}
