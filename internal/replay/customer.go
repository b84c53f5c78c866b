package replay

import (
	"context"
	"errors"
	"sync"
	"time"

	"ventanilla/client/chat"
	"ventanilla/internal/dialogue"
)

// CustomerConfig describes somebody who plays the customer of a dialogue.
// Dialogue, Chat and Pace are required.
type CustomerConfig struct {
	Dialogue dialogue.Dialogue
	Chat     chat.Config // without Sink
	Pace     *dialogue.Pace
	// Ledger is where messages are entered; nil: one of the customer's own.
	Ledger *Ledger
	// Staffed says that agents of the same ledger answer: the customer waits for
	// each of the recorded answers and stays until the conversation is resolved.
	// Otherwise any answer will do.
	Staffed bool
	// Stays says that a customer whom nobody answers goes on waiting, instead of
	// writing on.
	Stays bool
	// Patience is how long an answer may take; zero: as long as the recorded one.
	Patience time.Duration
	// Linger is how long what is on its way may take to arrive when ctx ends.
	Linger time.Duration

	crew *crew
}

// Customer is a customer of a desk at a socket of their own.
type Customer struct {
	cfg    CustomerConfig
	chat   *chat.Client
	thread *Thread
	link   *presence
	woken  chan struct{} // holds one token when something happened
	last   time.Duration // when the last turn that is through was recorded

	mu       sync.Mutex
	up       bool
	mine     uint64 // own messages that came back, all up to this number
	said     uint64
	answers  int // agents' messages since the first of ours
	since    int // of these, after our last one
	newest   uint64
	resolved bool
	replaced bool // the desk lost its log
}

// NewCustomer checks the configuration and opens nothing.
func NewCustomer(cfg CustomerConfig) (*Customer, error) {
	if cfg.Ledger == nil {
		cfg.Ledger = NewLedger(false)
	}
	if cfg.crew == nil {
		cfg.crew = new(crew)
	}
	c := &Customer{cfg: cfg, woken: make(chan struct{}, 1)}
	link := cfg.Chat
	link.Sink = c.sink
	var err error
	if c.chat, err = chat.New(link); err != nil {
		return nil, err
	}
	c.thread = cfg.Ledger.open(cfg.Dialogue, c.wake)
	return c, nil
}

// errReplaced ends a customer whose desk came back with another log: what it had
// acknowledged is gone, so nothing can be judged.
var errReplaced = errors.New("the desk has lost what it had acknowledged")

// Run plays the dialogue until it is through or ctx ends, which is no error.
func (c *Customer) Run(ctx context.Context) error {
	c.link = c.cfg.crew.arrive()
	defer c.link.leave()
	links, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var linked sync.WaitGroup
	linked.Go(func() {
		if err := c.chat.Run(links); err != nil {
			stop(err)
		}
	})
	if c.until(ctx, c.isUp) { // how long it takes to come in is no message's time
		c.play(ctx)
	}
	c.linger(ctx)
	cut()
	linked.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, ctx.Err()) && !errors.Is(err, ErrStalled) {
		return err
	}
	if c.isReplaced() {
		return errReplaced
	}
	return nil
}

// linger gives what is on its way a little time when there is no more of it.
func (c *Customer) linger(ctx context.Context) {
	if ctx.Err() == nil || c.cfg.Linger == 0 || errors.Is(context.Cause(ctx), ErrStalled) {
		return
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Linger)
	defer stop()
	c.until(last, c.thread.settled)
}

// play goes through the dialogue; it returns early when ctx ends.
func (c *Customer) play(ctx context.Context) {
	owed := 0
	for _, ex := range c.cfg.Dialogue.Exchanges() {
		owed += len(ex.Answer)
		if len(ex.Customer) == 0 {
			continue // an agent who speaks first does so once the customer has
		}
		for i, t := range ex.Customer {
			if !c.write(ctx, t, i > 0) {
				return
			}
		}
		if len(ex.Answer) > 0 && !c.await(ctx, ex, owed) {
			break // closed before its end; what was said before that may still be coming
		}
	}
	if c.cfg.Staffed {
		c.until(ctx, func() bool { return c.isResolved() && c.thread.settled() })
		return
	}
	c.until(ctx, c.thread.settled)
	if c.cfg.Stays { // the page stays open a while, as pages do
		staying, stop := context.WithTimeout(ctx, c.cfg.Pace.Scaled(time.Minute))
		defer stop()
		c.until(staying, c.isResolved)
	}
}

// write pauses as people do and says one turn.
func (c *Customer) write(ctx context.Context, t dialogue.Turn, piece bool) bool {
	if !c.pause(ctx, c.gap(t, piece)) {
		return false
	}
	c.last = t.At
	c.say(t.Text)
	return true
}

// gap is the recorded pause before a turn, or one by the customer's pace. Whoever
// comes has thought about the first sentence before.
func (c *Customer) gap(t dialogue.Turn, piece bool) dialogue.Pause {
	c.mu.Lock()
	first := c.said == 0
	c.mu.Unlock()
	p := c.cfg.Pace
	switch {
	case first:
		return dialogue.Pause{}
	case t.Timed:
		whole := p.Scaled(max(t.At-c.last, 0))
		typing := min(whole, p.Piece(t.Text).Typing)
		return dialogue.Pause{Think: whole - typing, Typing: typing}
	case piece:
		return p.Piece(t.Text)
	}
	return p.Customer(t.Text)
}

func (c *Customer) pause(ctx context.Context, p dialogue.Pause) bool {
	if !c.cfg.crew.pause(ctx, p.Think) {
		return false
	}
	c.read()
	return p.Typing <= 0 || c.cfg.crew.typing(ctx, p.Typing, c.chat.Typing)
}

// read tells the desk that everything that came is on the customer's screen.
func (c *Customer) read() {
	c.mu.Lock()
	newest := c.newest
	c.mu.Unlock()
	if newest > 0 {
		c.chat.Mark(newest, newest)
	}
}

func (c *Customer) say(text string) {
	// Entered first: the answer may be quicker than we are.
	p := c.thread.writes(customerSide, text, time.Now())
	c.mu.Lock()
	c.said++
	c.since = 0
	c.mu.Unlock()
	if _, err := c.chat.Say(text); err != nil {
		c.cfg.Ledger.refused(p)
	}
}

// await waits for the answer, nudging when it takes too long; false when ctx
// ended or the conversation was closed before its end.
func (c *Customer) await(ctx context.Context, ex dialogue.Exchange, owed int) bool {
	answered := func() bool { return c.answered(owed) || c.isResolved() }
	nudges := c.cfg.Dialogue.Nudges
	for {
		if c.cfg.Stays && len(nudges) == 0 {
			c.until(ctx, answered)
			break
		}
		if c.patient(ctx, ex, answered) || ctx.Err() != nil {
			break
		}
		if len(nudges) == 0 {
			break // going on all the same
		}
		c.say(nudges[0])
		nudges = nudges[1:]
	}
	c.last = ex.Answer[len(ex.Answer)-1].At
	c.read()
	return ctx.Err() == nil && !c.isResolved()
}

// patient waits as long as the customer's patience lasts.
func (c *Customer) patient(ctx context.Context, ex dialogue.Exchange, answered func() bool) bool {
	waiting, stop := context.WithTimeout(ctx, c.patience(ex))
	defer stop()
	c.cfg.crew.thinking.Add(1) // this wait ends by itself
	defer c.cfg.crew.thinking.Add(-1)
	return c.until(waiting, answered)
}

func (c *Customer) patience(ex dialogue.Exchange) time.Duration {
	pace := c.cfg.Pace
	switch {
	case c.cfg.Dialogue.Patience > 0:
		return pace.Scaled(c.cfg.Dialogue.Patience)
	case c.cfg.Patience > 0:
		return pace.Scaled(c.cfg.Patience)
	}
	if last := ex.Answer[len(ex.Answer)-1]; last.Timed {
		return pace.Scaled(max(last.At-c.last, 0))
	}
	var whole time.Duration
	for _, t := range ex.Answer {
		whole += pace.Agent(t.Text).Whole()
	}
	return whole
}

// until waits for something to be true; false when ctx ended first.
func (c *Customer) until(ctx context.Context, ok func() bool) bool {
	for !ok() {
		select {
		case <-c.woken:
		case <-ctx.Done():
			return ok()
		}
	}
	return true
}

func (c *Customer) wake() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}
