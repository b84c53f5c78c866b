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
	s, err := b.sit(ctx, ours, hop, func(t *terminals) []string { return t.workstation(more...) })
	if err != nil {
		return err
	}
	defer s.leave()
	if err := s.has(ctx, "Vera", 4*hop); err != nil {
		return err
	}
	b.report.alone(fmt.Sprintf("bytes to a usable inbox of %d, the whole workstation%s", inbox, what), bothWays(s.cable.meter()), "≤ 40 kB")
	from, before, began := s.here(), s.cable.meter(), time.Now()
	if err := s.press("."); err != nil {
		return err
	}
	took, err := s.until(ctx, began, from, []byte(deepText[:strings.IndexByte(deepText, ' ')]))
	if err != nil {
		return err
	}
	if err := s.cable.settled(ctx, 6*hop); err != nil {
		return err
	}
	name := fmt.Sprintf("opening a conversation of %d messages%s", page, what)
	b.report.alone(name+", bytes", bothWays(s.cable.since(before)), "≤ 12 kB")
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
	forms := []struct{ what, keys string }{
		{"bytes of an idle minute, the queue on the screen", ""},
		{"… a conversation on the screen, opened just before", "."},
	}
	took := make([]meter, len(forms))
	err = each(len(forms), func(i int) (err error) {
		took[i], err = b.idleMinute(ctx, ours, forms[i].keys)
		return err
	})
	if err != nil {
		return err
	}
	for i, f := range forms {
		b.report.alone(f.what, bothWays(took[i]), "")
	}
	return nil
}

func (b *bench) idleMinute(ctx context.Context, ours *process, keys string) (meter, error) {
	s, err := b.sit(ctx, ours, 0, func(t *terminals) []string { return t.workstation() })
	if err != nil {
		return meter{}, err
	}
	defer s.leave()
	if err := s.has(ctx, "Vera", time.Second); err != nil {
		return meter{}, err
	}
	if err := s.press(keys); err != nil {
		return meter{}, err
	}
	if err := s.cable.settled(ctx, time.Second); err != nil {
		return meter{}, err
	}
	before := s.cable.meter()
	err = pause(ctx, time.Minute)
	return s.cable.since(before), err
}
