// Package chat is a customer of a desk as a Go program: it speaks the customer's
// protocol (package chatwire) the way the page in a browser does. Replays, demo
// customers, benchmarks and tests use it. It is not the staff's client, and it
// shows nothing: what happens goes to one function.
//
// What was given to [Client.Say] is kept until the desk has answered it and sent
// again under the same number after every cut, so a message is neither lost nor
// doubled while the program lives. Lines come in order and once. When the desk comes
// back from a backup, [Lost] names what it had accepted and no longer has.
package chat

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"

	"github.com/gorilla/websocket"
)

// Config describes one customer. URL and Sink are required.
type Config struct {
	// URL is the desk's address, such as "https://desk.example:8443".
	URL string
	// Dial opens the connections; nil uses the network. A desk in this process
	// gives an in-memory one.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// TLS is for desks whose certificate the system does not know.
	TLS *tls.Config

	// Token is signed by the lender and names the customer. It is used once.
	Token string
	// Resume is what [Link] reported in an earlier run.
	Resume string
	// Name and Locale introduce a customer the desk does not know.
	Name, Locale string
	// Device and Lane name the numbers of what is said; empty makes new ones. A
	// lane must not be used by two clients at once, nor again by a later one.
	Device, Lane string

	// Sink receives every event, in order, from the goroutine of [Client.Run]. It
	// may call the client's methods; while it works nothing else is received.
	Sink func(Event)
}

// Client is one customer's link to a desk. Its methods may be called from any
// goroutine, before, while and after Run runs.
type Client struct {
	cfg    Config
	base   *url.URL
	post   *http.Client
	dialer websocket.Dialer
	wake   chan struct{} // holds one token when there is something to send

	mu     sync.Mutex
	lane   lane
	typing bool
	marks  chatwire.Marks

	// Below is Run's alone.
	token, resume string
	epoch         string // of the log that seen is of
	seen          uint64 // seq of the last line given to Sink
	kept          []accepted
}

// What a message has to be to be sent at all.
var (
	ErrEmpty   = errors.New("chat: a message needs a text")
	ErrTooLong = errors.New("chat: the message is too long")
)

// TurnedAwayError ends Run: the desk does not want this customer back.
type TurnedAwayError struct {
	Code   int // close code of the websocket, or the HTTP status of the ticket
	Reason string
}

func (e *TurnedAwayError) Error() string {
	return fmt.Sprintf("chat: turned away with %d: %s", e.Code, e.Reason)
}

// New checks the configuration. Nothing is opened before Run.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("chat: reading the desk's address: %w", err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("chat: the desk's address %q is not http://… or https://…", cfg.URL)
	}
	if cfg.Sink == nil {
		return nil, errors.New("chat: a Sink is required")
	}
	if cfg.Device == "" {
		cfg.Device = wire.NewToken()
	}
	if cfg.Lane == "" {
		cfg.Lane = wire.NewToken()
	}
	return &Client{
		cfg: cfg, base: base, token: cfg.Token, resume: cfg.Resume,
		wake: make(chan struct{}, 1),
		lane: lane{id: cfg.Lane, next: 1},
		post: &http.Client{Transport: &http.Transport{
			// A ticket is rare: an idle connection per customer would double the sockets.
			DialContext: cfg.Dial, TLSClientConfig: cfg.TLS, DisableKeepAlives: true, Protocols: http1(),
		}},
		dialer: websocket.Dialer{
			NetDialContext: cfg.Dial, TLSClientConfig: cfg.TLS,
			HandshakeTimeout: patience, Subprotocols: []string{chatwire.Subprotocol},
			ReadBufferSize: 1024, WriteBufferSize: 1024,
		},
	}, nil
}

const (
	firstDelay = 200 * time.Millisecond
	lastDelay  = 30 * time.Second
	patience   = 10 * time.Second // for the ticket, the handshake and the welcome
	answerTime = 5 * time.Second  // for the outcome of what was said
)

// http1 leaves out HTTP/2, whose machinery a thousand customers would each hold
// for one small request.
func http1() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return p
}

// Run keeps the link until ctx ends, which is no error, or the desk turns the
// customer away. Every other trouble has one remedy: drop the link, wait, resume.
func (c *Client) Run(ctx context.Context) error {
	limit := firstDelay
	for {
		l, err := c.open(ctx)
		if err == nil {
			limit = firstDelay
			err = l.run(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		var away *TurnedAwayError
		if errors.As(err, &away) {
			return err
		}
		wait := rand.N(limit) // full jitter: a thousand customers do not come back together
		var busy *busyError
		if errors.As(err, &busy) {
			wait += busy.after
		}
		c.cfg.Sink(Link{Err: err, Retry: wait})
		if !sleep(ctx, wait) {
			return nil
		}
		limit = min(2*limit, lastDelay)
	}
}

// Say queues a message and returns its number, by which [Outcome] names it. It
// does not wait for the link.
func (c *Client) Say(text string) (uint64, error) {
	if err := checkText(text); err != nil {
		return 0, err
	}
	c.mu.Lock()
	n := c.lane.add(text)
	c.mu.Unlock()
	c.nudge()
	return n, nil
}

// Typing tells the staff that the customer is writing. It is forgotten when the
// link is down.
func (c *Client) Typing() {
	c.mu.Lock()
	c.typing = true
	c.mu.Unlock()
	c.nudge()
}

// Mark says up to which seq the customer has received and read. Going back has
// no effect.
func (c *Client) Mark(delivered, read uint64) {
	c.mu.Lock()
	c.marks.Read = max(c.marks.Read, read)
	c.marks.Delivered = max(c.marks.Delivered, delivered, read)
	c.mu.Unlock()
	c.nudge()
}

// Waiting is how many messages the desk has not answered yet.
func (c *Client) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.lane.waiting)
}

func (c *Client) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
