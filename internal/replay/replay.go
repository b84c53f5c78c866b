// Package replay plays dialogues against a desk: every customer and every
// answering agent is a real client on a socket of its own, and a ledger checks
// that each message arrives once and in order. It is the product's training and
// load tool, and the demo's customers and colleagues are made of the same parts.
// It does not know how a desk works inside, and it keeps no text after a run.
package replay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"ventanilla/client"
	"ventanilla/client/chat"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/dialogue"
)

// Config describes a run. URL and Dialogues are required.
type Config struct {
	URL string // of the desk
	// Dial opens the connections; nil uses the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	TLS  *tls.Config

	// Dialogues are played once each, in order.
	Dialogues []dialogue.Dialogue
	// Sign, when set, makes the token that names customer i; else all are anonymous.
	Sign func(i int, d dialogue.Dialogue) (string, error)

	// AtOnce is the most customers there are at a time. Zero: 50.
	AtOnce int
	// Arrivals says when customers come. Nil: the next as soon as one has gone.
	Arrivals *dialogue.Arrivals
	Load     dialogue.Load // how people pause; zero: the default
	Seed     uint64
	Speed    float64 // how many times faster than life; zero: 1
	// Patience is how long a customer waits for an answer before going on. Zero:
	// with agents five minutes, without as long as the recorded answer took. A
	// dialogue's own patience wins.
	Patience time.Duration

	// Agents are the session tokens of the agents who answer; none: nobody does.
	Agents []string
	// Capacity is how many conversations an agent has at once. Zero: as many as it
	// takes for all customers to be served.
	Capacity int

	// Progress is called a few times a second from one goroutine.
	Progress func(Progress)
	// StallAfter is how long nothing may happen, with every link up and nobody
	// thinking, before the run is given up. Zero: one minute.
	StallAfter time.Duration
}

// Progress is how far a run is.
type Progress struct {
	Customers, Arrived, Finished int
	Sent, Delivered              int
	Down                         int // links that are down now
	Elapsed                      time.Duration
}

// ErrStalled ends a run in which nothing happens any more; what was sent and did
// not arrive is lost.
var ErrStalled = errors.New("nothing happens any more")

// maxCapacity stays below what one connection may watch.
const maxCapacity = 60

// lingers is how long an interrupted run waits for what is on its way.
const lingers = 5 * time.Second

// Run plays all dialogues and reports. It returns a report whenever customers
// came, also with an error; that ctx ended is none, and the report says so.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if err := cfg.complete(); err != nil {
		return Report{}, err
	}
	r := &run{cfg: cfg, ledger: NewLedger(len(cfg.Agents) > 0), crew: new(crew), start: time.Now()}
	stopAgents, err := r.startAgents(ctx)
	if err != nil {
		return Report{}, err
	}
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var watching sync.WaitGroup
	watching.Go(func() { r.watch(work, stop) })
	err = r.playAll(work)
	stalled := context.Cause(work)
	stop(nil)
	watching.Wait()
	err = errors.Join(err, stopAgents())
	if errors.Is(stalled, ErrStalled) {
		err = errors.Join(err, fmt.Errorf("after %v: %w", cfg.StallAfter, ErrStalled))
	}
	return r.report(ctx.Err() != nil), err
}

func (cfg *Config) complete() error {
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = 50
	}
	if cfg.Capacity <= 0 && len(cfg.Agents) > 0 {
		cfg.Capacity = max(3, (cfg.AtOnce+len(cfg.Agents)-1)/len(cfg.Agents))
	}
	cfg.Capacity = min(cfg.Capacity, maxCapacity)
	if cfg.StallAfter <= 0 {
		cfg.StallAfter = time.Minute
	}
	if cfg.Patience == 0 && len(cfg.Agents) > 0 {
		cfg.Patience = 5 * time.Minute
	}
	for _, d := range cfg.Dialogues {
		for i, t := range d.Turns {
			if t.Role == dialogue.Customer && utf8.RuneCountInString(t.Text) > chatwire.MaxText {
				return fmt.Errorf("dialogue %q, turn %d: a customer may write %d characters: %w", d.ID, i+1, chatwire.MaxText, dialogue.ErrTooLong)
			}
		}
	}
	_, err := cfg.pace("")
	return err
}

func (cfg *Config) pace(name string) (*dialogue.Pace, error) {
	return dialogue.NewPace(dialogue.PaceConfig{Seed: cfg.Seed, Name: name, Load: cfg.Load, Speed: cfg.Speed})
}

// run is one run under way.
type run struct {
	cfg    Config
	ledger *Ledger
	crew   *crew
	start  time.Time

	arrived, finished, failed atomic.Int64
}

// startAgents signs the agents in and waits until each sees the desk.
func (r *run) startAgents(ctx context.Context) (stop func() error, err error) {
	if len(r.cfg.Agents) == 0 {
		return func() error { return nil }, nil
	}
	links, cut := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	errs := make([]error, len(r.cfg.Agents))
	ended := make(chan struct{}, len(r.cfg.Agents))
	stop = func() error {
		cut()
		all.Wait()
		return errors.Join(errs...)
	}
	for i, token := range r.cfg.Agents {
		a := NewAgent(AgentConfig{
			Client: client.Config{URL: r.cfg.URL, Dial: r.cfg.Dial, TLS: r.cfg.TLS, Token: token},
			Turn:   i, Capacity: r.cfg.Capacity, Pace: r.cfg.pace, Ledger: r.ledger, crew: r.crew,
		})
		all.Go(func() {
			if err := a.Run(links, ctx); err != nil {
				errs[i] = fmt.Errorf("agent %d: %w", i+1, err)
			}
			ended <- struct{}{}
		})
		select {
		case <-a.Ready():
		case <-ended:
			return nil, stop()
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), stop())
		}
	}
	return stop, nil
}

// playAll lets the customers come, at most so many at once, and waits for them.
func (r *run) playAll(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	seats := make(chan struct{}, r.cfg.AtOnce)
	due := time.Now()
	for i, d := range r.cfg.Dialogues {
		if r.cfg.Arrivals != nil {
			due = due.Add(r.cfg.Arrivals.Next())
			if !r.crew.pause(ctx, time.Until(due)) {
				return nil
			}
		}
		select {
		case seats <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		c, err := r.customer(i, d)
		if err != nil {
			return err
		}
		r.arrived.Add(1)
		all.Go(func() {
			if err := c.Run(ctx); err != nil {
				r.failed.Add(1)
			} else if ctx.Err() == nil {
				r.finished.Add(1)
			}
			<-seats
		})
	}
	return nil
}

func (r *run) customer(i int, d dialogue.Dialogue) (*Customer, error) {
	pace, err := r.cfg.pace(fmt.Sprint(i, " ", d.ID))
	if err != nil {
		return nil, err
	}
	link := chat.Config{URL: r.cfg.URL, Dial: r.cfg.Dial, TLS: r.cfg.TLS, Name: shorten(d.ID), Locale: d.Lang}
	if r.cfg.Sign != nil {
		if link.Token, err = r.cfg.Sign(i, d); err != nil {
			return nil, fmt.Errorf("signing for customer %d: %w", i+1, err)
		}
	}
	return NewCustomer(CustomerConfig{
		Dialogue: d, Chat: link, Pace: pace, Ledger: r.ledger, crew: r.crew,
		Patience: r.cfg.Patience, Staffed: len(r.cfg.Agents) > 0, Linger: lingers,
	})
}

func shorten(s string) string {
	if r := []rune(s); len(r) > chatwire.MaxName {
		return string(r[:chatwire.MaxName])
	}
	return s
}

const watchEvery = 200 * time.Millisecond

// watch tells the progress and ends a run in which nothing happens any more.
func (r *run) watch(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var quiet time.Duration
	last := r.ledger.events()
	for {
		if r.cfg.Progress != nil {
			r.cfg.Progress(r.progress())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := r.ledger.events()
		if now != last || r.crew.busy() {
			last, quiet = now, 0
			continue
		}
		if quiet += watchEvery; quiet >= r.cfg.StallAfter {
			stop(ErrStalled)
			return
		}
	}
}

func (r *run) progress() Progress {
	sent, delivered := r.ledger.sums()
	return Progress{
		Customers: len(r.cfg.Dialogues), Arrived: int(r.arrived.Load()), Finished: int(r.finished.Load()),
		Sent: sent, Delivered: delivered, Down: int(r.crew.down.Load()), Elapsed: time.Since(r.start),
	}
}

func (r *run) report(interrupted bool) Report {
	rep := r.ledger.Report(interrupted)
	rep.Customers, rep.Finished, rep.TurnedAway = int(r.arrived.Load()), int(r.finished.Load()), int(r.failed.Load())
	rep.Agents, rep.Interrupted = len(r.cfg.Agents), interrupted
	rep.Cuts = int(r.crew.cuts.Load())
	rep.Seconds = time.Since(r.start).Round(time.Millisecond).Seconds()
	return rep
}
