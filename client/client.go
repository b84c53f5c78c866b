// Package client keeps one live link to a desk: it follows, resumes where it
// stopped, sends what it was given exactly once and says what happens as typed
// events. It knows nothing about terminals and holds no state to look at: that
// is package mirror, which folds the events. A bot or a test is a client too.
//
// The zero values of everything but [Config.URL], [Config.Token] and
// [Config.Sink] mean defaults. The demo's embedded desk and a remote one differ
// in [Config.Dial] only.
package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// Config describes a link. URL, Token and Sink are required.
type Config struct {
	// URL is the desk: https://host[:port], or http:// on this machine or with Dial.
	URL string
	// Token is the session's; it travels in a header and never in an address.
	Token string
	// Dial opens the connection below TLS; nil means TCP, through the proxy that
	// the environment names. The demo passes an in-memory one.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	TLS  *tls.Config
	// Device names this installation and Lane this running client among its
	// commands; both are random when empty.
	Device, Lane string
	// Locale is the language of the desk's refusals, such as "es-AR".
	Locale string
	// Clock is the time to go by; nil is the machine's.
	Clock Clock
	// Addresses lists where this machine can be reached, so that another network is
	// noticed at once. Nil means the machine's interfaces, or, with Dial, none.
	Addresses func() ([]netip.Addr, error)
	// Lean asks the desk for less, over a thin link: see [wire.Hello]. Conversations
	// open with fewer lines.
	Lean bool
	// Outbox keeps what [Client.Do] was given until the desk has answered; nil
	// means a [MemoryOutbox].
	Outbox Outbox
	// Sink receives everything that queued up while it was busy as one update, in
	// order, from one goroutine.
	Sink func(Update)
}

// Client follows one desk. Its methods may be called from any goroutine, before
// and while [Client.Run] runs; none of them waits for the network.
type Client struct {
	cfg   Config
	clock timeline
	mail  *mailbox

	traffic traffic
	latency atomic.Int64  // of the last round trip, in ns
	jolting chan struct{} // holds one: whoever waits for the next link need not

	// Run's goroutine and the reader it waits for own these.
	cursor mirror.Cursor
	rights string // by which the state at cursor was chosen
	faults int    // frames that made no sense, since a link last held

	mu     sync.Mutex // guards what follows
	wake   chan struct{}
	drop   context.CancelCauseFunc // ends the present link; nil between links
	lane   lane
	asks   asks
	beat   beat
	typing typing
	look   look
	why    *wire.Refusal // what keeps the desk from taking commands, as last told
	active time.Time     // a key was pressed
	back   time.Time     // the first one after a pause was
	local  netip.Addr    // where the present link leaves this machine
	jolts  time.Time     // when the machine last woke, or changed its network
	afresh bool          // the next link takes a snapshot
}

// New returns a client that does nothing until it is run.
func New(cfg Config) *Client {
	if cfg.Device == "" {
		cfg.Device = wire.NewToken()
	}
	if cfg.Lane == "" {
		cfg.Lane = wire.NewToken()
	}
	if cfg.Outbox == nil {
		cfg.Outbox = NewMemoryOutbox(cfg.Lane)
	}
	if cfg.Addresses == nil && cfg.Dial == nil {
		cfg.Addresses = machineAddresses
	}
	page := 0
	if cfg.Lean {
		page = leanPage
	}
	return &Client{
		asks:    asks{page: page},
		cfg:     cfg,
		clock:   newTimeline(cfg.Clock),
		mail:    newMailbox(),
		jolting: make(chan struct{}, 1),
		wake:    make(chan struct{}, 1),
		lane:    lane{box: cfg.Outbox},
		typing:  typing{last: make(map[wire.ConversationID]time.Time)},
	}
}

// Run follows the desk until ctx ends, which is no error, or until the desk says
// not to come back ([ErrSignedOut], [ErrRefused]). Every other trouble has one
// remedy: drop the link, wait with jitter, resume where we were. It is called once.
func (c *Client) Run(ctx context.Context) error {
	target, err := c.target()
	if err != nil {
		return err
	}
	var delivery, watching sync.WaitGroup
	delivery.Go(func() {
		c.mail.deliver(ctx, func(events []Event) { c.cfg.Sink(Update{c.listOutbox(events)}) })
	})
	looking, done := context.WithCancel(ctx)
	watching.Go(func() { c.watch(looking) })
	c.sayLeft()
	err = c.keep(ctx, target)
	done()
	watching.Wait()
	c.mail.close()
	delivery.Wait()
	return err
}

// sayLeft tells, before there is a link, of what an earlier client left in the outbox.
func (c *Client) sayLeft() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lane.hasLost() {
		c.sayLost()
	}
	for range c.lane.box.Entries() {
		c.sayOutbox()
		return
	}
}

// keep takes up one link after the other.
func (c *Client) keep(ctx context.Context, target target) error {
	var pause backoff
	for {
		held, err := c.follow(ctx, target)
		if ctx.Err() != nil {
			return nil
		}
		if stop := (*StopError)(nil); errors.As(err, &stop) {
			c.say(c.linkState(Down, err))
			return err
		}
		if held {
			pause, c.faults = backoff{}, 0
		}
		if c.joltedLately() {
			pause.ceiling = 0
		}
		asked, wait := pause.next(err, c.patience())
		if failed := c.mend(err); failed != nil {
			err = failed // and the next link comes to the same
		}
		down := c.linkState(Down, err)
		down.Retry = c.clock.Now().Add(asked + wait)
		c.say(down)
		if !c.rest(ctx, asked, wait) || !c.mail.drained(ctx) {
			return nil
		}
	}
}

// patience is the longest wait between two attempts.
func (c *Client) patience() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.active.IsZero() && c.clock.instant().Sub(c.active) < activeFor {
		return eagerWait
	}
	for range c.lane.box.Entries() {
		return eagerWait
	}
	return lastWait
}

// mend does what a kind of trouble asks for before the next link.
func (c *Client) mend(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(err, errNewLane):
		if err := c.lane.renew(); err != nil {
			return err
		}
		c.sayOutbox()
	case errors.Is(err, ErrBadFrame), errors.Is(err, mirror.ErrGap):
		// One hole is a hiccup; a second one at the same place is the place.
		if c.faults++; c.faults > 1 {
			c.afresh = true
		}
	case CloseCode(err) == wire.CloseRights:
		c.afresh = true
	}
	return nil
}

// Resync drops the link and takes a snapshot: the remedy when what is shown is
// in doubt.
func (c *Client) Resync() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.afresh = true
	if c.drop != nil {
		c.drop(errResync)
	}
}

// Active says that a key was pressed, so that the link is watched more closely
// for a minute.
func (c *Client) Active() {
	now := c.clock.instant()
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := now.Sub(c.active) > activeFor
	c.active = now
	if !idle {
		return
	}
	c.back = now
	c.stir()
	select { // who comes back to the keys does not wait for the next attempt
	case c.jolting <- struct{}{}:
	default:
	}
}

// stir makes the writing goroutine look for work.
func (c *Client) stir() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *Client) say(e Event) { c.mail.put(e, 0) }
