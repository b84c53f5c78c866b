// Package demo is a whole desk to try: a server in this process with a seeded loan
// book, customers who come and write, colleagues who take part of the queue, and a
// page on which a browser becomes one more customer. Everybody in it is a real
// client over the real protocol; only the people are invented. It draws nothing.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"

	"ventanilla/internal/desk"
	"ventanilla/internal/dialogue"
	"ventanilla/internal/inmem"
	"ventanilla/internal/replay"
	"ventanilla/internal/server"
)

// Config describes a demo. The zero value is one that leaves nothing behind.
type Config struct {
	Data   string  // folder to keep; empty: a temporary one that Close removes
	Listen string  // for browsers; empty: a free port of the loopback
	Speed  float64 // how many times faster than life; zero: 1
	Seed   uint64  // where the customers begin, and their pauses
	Log    *slog.Logger
}

// Demo is an opened demo. Make it with [Open], run it, and close it last.
type Demo struct {
	cfg       Config
	dir       string
	server    *server.Server
	memory    *inmem.Listener
	public    net.Listener
	key       []byte
	names     map[string]string // of the customers in the loan book
	you       desk.SignedIn
	shiftLead desk.SignedIn
	staff     []desk.SignedIn
	dialogues []dialogue.Dialogue
	arrivals  *dialogue.Arrivals
	ledger    *replay.Ledger
}

// Origin is the desk's address for who reaches it by [Demo.Dial].
const Origin = "http://demo"

// Open prepares the desk, its people and its loan book.
func Open(ctx context.Context, cfg Config) (_ *Demo, err error) {
	cfg.Listen = cmp.Or(cfg.Listen, "127.0.0.1:0")
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := server.CheckListen(cfg.Listen, false, false); err != nil {
		return nil, err
	}
	d := &Demo{cfg: cfg, dir: cfg.Data, memory: inmem.Listen(), ledger: replay.NewLedger(false)}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	if err := d.plan(); err != nil {
		return nil, err
	}
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "ventanilla-demo-"); err != nil {
			return nil, fmt.Errorf("making a folder for the demo: %w", err)
		}
	}
	if d.public, err = net.Listen("tcp", cfg.Listen); err != nil {
		return nil, fmt.Errorf("listening on %s: %w", cfg.Listen, err)
	}
	// The address stands in the name because the workstation shows that all the time.
	name := "demo · " + d.public.Addr().String() + visitPath
	if d.server, err = server.Open(ctx, server.Config{Data: d.dir, Name: name, Log: cfg.Log, Unlimited: true}); err != nil {
		return nil, err
	}
	return d, d.people(ctx)
}

// plan reads the dialogues and makes the arrivals.
func (d *Demo) plan() (err error) {
	if d.dialogues, err = dialogue.Own(); err != nil {
		return err
	}
	d.arrivals, err = dialogue.NewArrivals(dialogue.ArrivalsConfig{Seed: d.cfg.Seed, Speed: d.cfg.Speed, PerMinute: perMinute})
	return err
}

// Close lets go of the data, and removes it unless it was to be kept.
func (d *Demo) Close() error {
	var errs []error
	if d.public != nil {
		if err := d.public.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if d.server != nil {
		errs = append(errs, d.server.Close())
	}
	if d.cfg.Data == "" && d.dir != "" {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}

// Run lets the demo live until ctx ends, which is no error. When it returns,
// nothing of it runs any more.
func (d *Demo) Run(ctx context.Context) error {
	doors, shut := context.WithCancel(context.WithoutCancel(ctx))
	defer shut()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var errs [2]error
	var open, cast sync.WaitGroup
	open.Go(func() {
		errs[0] = d.server.Serve(doors, d.memory)
		stop()
	})
	open.Go(func() {
		errs[1] = d.front(doors)
		stop()
	})
	for i, s := range d.staff {
		cast.Go(func() { d.colleague(ctx, i, s) })
	}
	cast.Go(func() { d.lead(ctx) })
	cast.Go(func() { d.customers(ctx) })
	cast.Wait() // they leave before the doors are shut, so that nobody tries to come back
	shut()
	open.Wait()
	return errors.Join(errs[:]...)
}

// Dial reaches the desk without the network.
func (d *Demo) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return d.memory.Dial(ctx, network, address)
}

// You is the session of the person at the keyboard.
func (d *Demo) You() desk.SignedIn { return d.you }

// Data is the folder of the desk's data.
func (d *Demo) Data() string { return d.dir }

// Desk is the address at which other programs of this machine reach the desk.
func (d *Demo) Desk() string { return "http://" + d.public.Addr().String() }

// Visit is the page at which a browser becomes a customer whom the desk knows.
func (d *Demo) Visit() string { return d.Desk() + visitPath }
