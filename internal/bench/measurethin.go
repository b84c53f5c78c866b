package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A thin link: two kilobytes a second and 600 ms there and back.
const (
	thinRate = 2000
	thinHop  = 300 * time.Millisecond
	// thinPatience is how long an inbox may take over it.
	thinPatience = time.Minute
)

// thin measures a workstation over a thin link, with low data and without.
func (b *bench) thin(ctx context.Context) error {
	forms := []struct {
		what string
		more []string
	}{{"", nil}, {", low data", []string{"--lean"}}}
	took := make([]thinRun, len(forms))
	err := each(len(forms), func(i int) (err error) {
		took[i], err = b.overThin(ctx, forms[i].more)
		return err
	})
	if err != nil {
		return err
	}
	for i, f := range forms {
		over := "over 2 kB/s and 600 ms there and back" + f.what + ": "
		b.report.alone(over+fmt.Sprintf("start → the first rows of a queue of %d", inbox), inSeconds(took[i].rows), "")
		b.report.alone("… → a usable inbox, all rows", inSeconds(took[i].inbox)+", "+bothWays(took[i].passed), "")
		b.report.alone("… enter → the tick of a reply", inSeconds(took[i].reply.whole), "")
	}
	return nil
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// thinRun is what one workstation needed.
type thinRun struct {
	rows, inbox time.Duration
	passed      meter // until then
	reply       replied
}

func (b *bench) overThin(ctx context.Context, more []string) (run thinRun, err error) {
	ours, err := b.launch(ctx, "team")
	if err != nil {
		return run, err
	}
	defer ours.stop()
	customers, err := ours.crowded(ctx)
	hangUp(customers)
	if err != nil {
		return run, err
	}
	c, err := lay(ours.addr, thinHop, thinRate)
	if err != nil {
		return run, err
	}
	defer c.close()
	t, err := b.terminals(c.addr, teamOf-1)
	if err != nil {
		return run, err
	}
	whole := c.watch(`"last":true`)
	g, err := t.open(ctx, t.workstation(more...)...)
	if err != nil {
		return run, err
	}
	defer g.close()
	if run.rows, err = g.until(ctx, g.began, 0, []byte("Vera")); err != nil {
		return run, err
	}
	select {
	case at := <-whole:
		run.inbox, run.passed = at.Sub(g.began), c.meter()
	case <-ctx.Done():
		return run, ctx.Err()
	case <-time.After(thinPatience):
		return run, errors.New("the inbox never came over a thin link")
	}
	if err := c.settled(ctx, 4*thinHop); err != nil {
		return run, err
	}
	if err := g.compose(ctx, c); err != nil {
		return run, err
	}
	run.reply, err = g.reply(ctx, c, "αβγδεζ")
	return run, err
}
