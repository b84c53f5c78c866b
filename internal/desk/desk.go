// Package desk holds the rules of a support desk: who may see and do what, what
// is recorded when they do, and in which order. It keeps the one ordered log of
// a workspace and lets any number of readers follow it. It knows no database,
// socket or page; those implement or use what is declared here.
package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/finance"
)

// Config describes a desk. Store, Bus and Provider are required.
type Config struct {
	Store    Store
	Bus      Bus
	Provider finance.Provider
	// Name of the workspace, shown to its staff. Empty: "ventanilla".
	Name string
	// Now is the only clock. Nil: time.Now.
	Now func() time.Time
	Log *slog.Logger // nil: discarded
	// Dispositions are the wrap-up codes that resolve accepts. Nil: the defaults.
	Dispositions []string
	// ReopenWithin is how long after resolving a customer's message reopens the
	// same conversation instead of starting another. Zero: 24 hours.
	ReopenWithin time.Duration
	// OfflineAfter is how long an agent may be without a link before the desk
	// records it. Zero: 45 seconds.
	OfflineAfter time.Duration
}

// defaultDispositions are the twelve reasons for which customers of a lender
// write, and "other".
var defaultDispositions = []string{
	"pedido de préstamo", "pago más tarde", "pago no acreditado", "vencimiento y monto",
	"cancelación total", "reclamo de cargos", "cambio de cuenta", "desconoce el préstamo",
	"rechazo", "libre deuda", "cobranzas", "app e ingreso", "otro",
}

// Desk runs one workspace. Make it with [Open], run it with [Desk.Run].
type Desk struct {
	cfg     Config
	epoch   string
	past    []wire.Position
	inbox   chan job
	tail    *tail
	staff   *roster
	links   *presence
	viewing *viewing
	load    load
	audits  auditor
	// trouble is what keeps the desk from writing.
	trouble *trouble
	hash    chan struct{} // one slot per password being hashed
	// waiting counts who wants a slot or has one.
	waiting atomic.Int64
	// stopped is closed when nothing is written any more.
	stopped chan struct{}
}

// Open reads where the log stands and who works here. It starts nothing.
func Open(ctx context.Context, cfg Config) (*Desk, error) {
	if cfg.Name == "" {
		cfg.Name = "ventanilla"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Dispositions == nil {
		cfg.Dispositions = defaultDispositions
	}
	cfg.ReopenWithin = orDefault(cfg.ReopenWithin, 24*time.Hour)
	cfg.OfflineAfter = orDefault(cfg.OfflineAfter, 45*time.Second)
	d := &Desk{
		cfg:     cfg,
		inbox:   make(chan job, inboxSize),
		hash:    make(chan struct{}, hashesAtOnce),
		stopped: make(chan struct{}),
		trouble: &trouble{log: cfg.Log},
	}
	d.cfg.Store = noting{cfg.Store, d.trouble}
	err := cfg.Store.View(ctx, func(r Reader) error {
		at, err := r.Position()
		if err != nil {
			return err
		}
		users, err := r.Users()
		if err != nil {
			return err
		}
		if d.past, err = r.Past(); err != nil {
			return err
		}
		d.epoch = at.Epoch
		d.tail = newTail(at.Seq)
		d.staff = newRoster(users)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("opening the desk: %w", err)
	}
	d.links = newPresence(cfg.OfflineAfter)
	d.viewing = newViewing()
	d.audits = auditor{store: cfg.Store, now: cfg.Now, trouble: d.trouble}
	return d, nil
}

// Run writes what is submitted until ctx ends, once in a desk's life. What was
// submitted before that is committed and answered first.
func (d *Desk) Run(ctx context.Context) error {
	defer close(d.stopped)
	var all sync.WaitGroup
	defer all.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	heads, err := d.cfg.Bus.Subscribe(ctx)
	if ctx.Err() != nil { // stopped before it began
		return nil
	}
	if err != nil {
		return fmt.Errorf("following the bus: %w", err)
	}
	all.Go(func() { d.listen(ctx, heads) })
	all.Go(func() { d.keepTime(ctx) })
	all.Go(func() { d.keepViewing(ctx) })
	all.Go(func() { d.keepWeighing(ctx) })
	err = d.write(ctx)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Epoch names the log.
func (d *Desk) Epoch() string { return d.epoch }

// Past lists the epochs that ended when a backup was restored, oldest first, for
// [wire.Welcome]. The epoch and its past stay as they were at [Open]: nothing
// starts one under a running desk.
func (d *Desk) Past() []wire.Position { return d.past }

// Head is the last seq that is committed and may be followed.
func (d *Desk) Head() uint64 { return d.tail.head() }

// Now is the desk's clock.
func (d *Desk) Now() time.Time { return d.cfg.Now() }

// Name is the workspace's name.
func (d *Desk) Name() string { return d.cfg.Name }

// Dispositions lists the wrap-up codes that resolve accepts.
func (d *Desk) Dispositions() []string { return d.cfg.Dispositions }

func (d *Desk) millis() wire.Millis { return wire.At(d.cfg.Now()) }

func orDefault(v, otherwise time.Duration) time.Duration {
	if v == 0 {
		return otherwise
	}
	return v
}
