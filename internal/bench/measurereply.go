package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// password is the one that the workstation asks for when it seals what waits.
const password = "una-contraseña-larga"

// replies is how many are written.
const replies = 20

// reply measures what happens to a reply: from enter until the line stands in the
// conversation, which is after it is sealed on the agent's disk, and from the desk's
// answer until the line is ticked.
func (b *bench) reply(ctx context.Context) error {
	ours, err := b.launch(ctx, "desk")
	if err != nil {
		return err
	}
	defer ours.stop()
	if _, err := ours.ask("hire ana %s", password); err != nil {
		return err
	}
	customer, err := ours.sender(ctx)
	if err != nil {
		return err
	}
	defer hangUp([]*sender{customer})
	s, err := b.sit(ctx, ours, hop, func(t *terminals) []string { return t.signsIn("ana") })
	if err != nil {
		return err
	}
	defer s.leave()
	if _, err := s.until(ctx, s.began, 0, []byte("password:")); err != nil {
		return err
	}
	if err := s.press(password + "\r"); err != nil {
		return err
	}
	if err := s.has(ctx, "disponible", 6*hop); err != nil {
		return err
	}
	if err := s.compose(ctx, s.cable); err != nil {
		return err
	}
	var stood, ticked []time.Duration
	for i := range replies {
		r, err := s.reply(ctx, s.cable, strings.Repeat(string(rune('α'+i)), 6))
		if err != nil {
			return fmt.Errorf("reply %d: %w", i, err)
		}
		stood, ticked = append(stood, r.stood), append(ticked, r.ticked)
	}
	b.report.alone("enter → the reply stands in the conversation, sealed on the agent's disk, p50 / p95 / p99", spreadOf(stood).String(), "p50 ≤ 8 ms, p99 ≤ 20 ms")
	b.report.alone("the desk's answer → the tick on the terminal, p50 / p95 / p99", spreadOf(ticked).String(), "p50 ≤ 6 ms, p99 ≤ 16 ms")
	return nil
}

// replied is what one reply took.
type replied struct {
	stood  time.Duration // enter until the line is painted
	ticked time.Duration // the outcome on this side of the cable until its tick is painted
	whole  time.Duration // enter until the tick
}

const (
	composing = "respuesta al cliente" // on the screen while a reply is written
	tick      = "✓"
	outcome   = `"outcome"`
)

// compose opens the next conversation and the composer in it.
func (g *glass) compose(ctx context.Context, c *cable) error {
	from := g.here()
	if err := g.press("."); err != nil {
		return err
	}
	if err := c.settled(ctx, max(4*hop, 3*c.delay)); err != nil {
		return err
	}
	if err := g.press("r"); err != nil {
		return err
	}
	_, err := g.until(ctx, time.Now(), from, []byte(composing))
	return err
}

// reply writes a reply and waits for its tick. The cable is slow enough for the line
// to be painted before the answer comes.
func (g *glass) reply(ctx context.Context, c *cable, text string) (replied, error) {
	for _, letter := range text {
		from := g.here()
		if err := g.press(string(letter)); err != nil {
			return replied{}, err
		}
		if _, err := g.until(ctx, time.Now(), from, []byte(string(letter))); err != nil {
			return replied{}, err
		}
	}
	return g.enter(ctx, c, text)
}

// enter sends what is written.
func (g *glass) enter(ctx context.Context, c *cable, text string) (r replied, err error) {
	hit := c.watch(outcome)
	from, began := g.here(), time.Now()
	if err := g.press("\r"); err != nil {
		return r, err
	}
	if r.stood, err = g.until(ctx, began, from, []byte(text)); err != nil {
		return r, err
	}
	if err := pause(ctx, c.delay/2); err != nil { // until that paint is over
		return r, err
	}
	from = g.here()
	if r.whole, err = g.until(ctx, began, from, []byte(tick)); err != nil {
		return r, err
	}
	select {
	case at := <-hit:
		r.ticked = began.Add(r.whole).Sub(at)
		return r, nil
	default:
		return r, errors.New("a tick before the desk's answer")
	}
}
