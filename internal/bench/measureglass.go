package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// bytesOnTheGlass counts what the whole workstation causes: an inbox one can use,
// and a conversation that is opened, over a link that is 100 ms there and back.
func (b *bench) bytesOnTheGlass(ctx context.Context, ours *process) error {
	for _, form := range []struct {
		what string
		more []string
	}{{"", nil}, {", low data", []string{"--lean"}}} {
		if err := b.opening(ctx, ours, form.what, form.more); err != nil {
			return fmt.Errorf("the workstation%s: %w", form.what, err)
		}
	}
	return nil
}

// hop is how long each way takes when round trips are told from work.
const hop = 50 * time.Millisecond

func (b *bench) opening(ctx context.Context, ours *process, what string, more []string) error {
	c, err := lay(ours.addr, hop, 0)
	if err != nil {
		return err
	}
	defer c.close()
	t, err := b.terminals(c.addr, teamOf-1)
	if err != nil {
		return err
	}
	g, err := t.open(ctx, t.workstation(more...)...)
	if err != nil {
		return err
	}
	defer g.close()
	if _, err := g.until(ctx, g.began, 0, []byte("Vera")); err != nil {
		return err
	}
	if err := c.settled(ctx, 4*hop); err != nil {
		return err
	}
	b.report.alone(fmt.Sprintf("bytes to a usable inbox of %d, the whole workstation%s", inbox, what), bothWays(c.meter()), "≤ 40 kB")
	from, before, began := g.here(), c.meter(), time.Now()
	if err := g.press("."); err != nil {
		return err
	}
	took, err := g.until(ctx, began, from, []byte(deepText[:strings.IndexByte(deepText, ' ')]))
	if err != nil {
		return err
	}
	if err := c.settled(ctx, 6*hop); err != nil {
		return err
	}
	name := fmt.Sprintf("opening a conversation of %d messages%s", page, what)
	b.report.alone(name+", bytes", bothWays(c.since(before)), "≤ 12 kB")
	b.report.alone(name+fmt.Sprintf(", key → on the terminal, %s ms there and back", millis(2*hop)), millis(took)+" ms", "1 round trip + 10 ms")
	return nil
}

// idle counts the bytes of a minute in which nobody does anything.
func (b *bench) idle(ctx context.Context) error {
	ours, err := b.launch(ctx, "team")
	if err != nil {
		return err
	}
	defer ours.stop()
	customers, err := ours.crowded(ctx)
	hangUp(customers)
	if err != nil {
		return err
	}
	forms := []struct{ what, keys, target string }{
		{"bytes of an idle minute, the queue on the screen", "", ""},
		{"… after a key, a conversation on the screen", ".", ""},
	}
	took := make([]meter, len(forms))
	err = each(len(forms), func(i int) (err error) {
		took[i], err = b.idleMinute(ctx, ours, forms[i].keys)
		return err
	})
	for i, f := range forms {
		b.report.alone(f.what, bothWays(took[i]), f.target)
	}
	return err
}

func (b *bench) idleMinute(ctx context.Context, ours *process, keys string) (meter, error) {
	c, err := lay(ours.addr, 0, 0)
	if err != nil {
		return meter{}, err
	}
	defer c.close()
	t, err := b.terminals(c.addr, teamOf-1)
	if err != nil {
		return meter{}, err
	}
	g, err := t.open(ctx, t.workstation()...)
	if err != nil {
		return meter{}, err
	}
	defer g.close()
	if _, err := g.until(ctx, g.began, 0, []byte("Vera")); err != nil {
		return meter{}, err
	}
	if keys != "" {
		if err := g.press(keys); err != nil {
			return meter{}, err
		}
	}
	if err := c.settled(ctx, time.Second); err != nil {
		return meter{}, err
	}
	before := c.meter()
	err = pause(ctx, time.Minute)
	return c.since(before), err
}
