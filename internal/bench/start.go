package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ventanilla/client/wire"
)

// start measures the workstation through a pseudo terminal: from exec to a queue one
// can use, from a customer's message to its text on the glass, from a key to its
// letter. Beside it stand programs that only print.
func (b *bench) start(ctx context.Context) error {
	bare, ours, err := b.pair(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	defer ours.stop()
	customers, err := ours.senders(ctx, 30)
	defer hangUp(customers)
	if err != nil {
		return err
	}
	if err := ours.take(ctx, len(customers)); err != nil {
		return fmt.Errorf("filling the queue: %w", err)
	}
	t, err := b.terminals(ours.addr, staffOf-1)
	if err != nil {
		return err
	}
	if err := b.coldStarts(ctx, t); err != nil {
		return err
	}
	return b.glass(ctx, t, bare, customers[0])
}

// coldStarts times what somebody waits for who starts the program.
func (b *bench) coldStarts(ctx context.Context, t *terminals) error {
	var first, usable, printed []time.Duration
	for range 8 {
		g, err := t.open(ctx, t.printing()...)
		if err != nil {
			return err
		}
		took, err := g.until(ctx, g.began, 0, []byte(printedText))
		g.close()
		if err != nil {
			return err
		}
		printed = append(printed, took)
		if g, err = t.open(ctx, t.workstation()...); err != nil {
			return err
		}
		frame, err := g.until(ctx, g.began, 0, []byte("\x1b[?1049h"))
		if err == nil {
			took, err = g.until(ctx, g.began, 0, []byte("Vera"))
		}
		g.close()
		if err != nil {
			return err
		}
		first, usable = append(first, frame), append(usable, took)
	}
	b.report.latency("start → the screen is taken over (bare: a Go program prints)", spreadOf(printed), spreadOf(first), "")
	b.report.latency("start → a usable queue of 30 (bare: likewise)", spreadOf(printed), spreadOf(usable), "≤ 80 ms")
	return nil
}

// glass times messages and keys on an open workstation.
func (b *bench) glass(ctx context.Context, t *terminals, bare *process, customer *sender) error {
	raw, err := t.open(ctx, t.printing(bare.addr)...)
	if err != nil {
		return err
	}
	defer raw.close()
	screen, err := t.open(ctx, t.workstation()...)
	if err != nil {
		return err
	}
	defer screen.close()
	teller, err := bare.sender(ctx)
	if err != nil {
		return err
	}
	defer hangUp([]*sender{teller})
	if _, err := raw.until(ctx, raw.began, 0, []byte(joined)); err != nil {
		return err
	}
	if _, err := screen.until(ctx, screen.began, 0, []byte("Vera")); err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond) // until it has nothing to say any more
	var events [2][]time.Duration
	letters := []rune("αβγδεζηθικλμνξοπρστυφχψω")
	for _, letter := range append(letters, letters...) {
		text := strings.Repeat(string(letter), 6)
		for i, g := range []*glass{raw, screen} {
			from := g.here()
			began := time.Now()
			if err := []*sender{teller, customer}[i].sayText(text); err != nil {
				return err
			}
			took, err := g.until(ctx, began, from, []byte(text))
			if err != nil {
				return fmt.Errorf("a message on the glass: %w", err)
			}
			events[i] = append(events[i], took)
			time.Sleep(25 * time.Millisecond)
		}
	}
	b.report.latency("message → its text on the terminal (disk included)", spreadOf(events[0]), spreadOf(events[1]), "p50 ≤ 6 ms, p99 ≤ 16 ms")
	return b.keys(ctx, screen, letters)
}

// keys types into the composer.
func (b *bench) keys(ctx context.Context, screen *glass, letters []rune) error {
	for _, key := range []string{".", "r"} {
		if err := screen.press(key); err != nil {
			return err
		}
		time.Sleep(300 * time.Millisecond) // until the conversation and the composer are open
	}
	var typed []time.Duration
	for _, letter := range letters {
		from := screen.here()
		began := time.Now()
		if err := screen.press(string(letter)); err != nil {
			return err
		}
		took, err := screen.until(ctx, began, from, []byte(string(letter)))
		if err != nil {
			return fmt.Errorf("a key on the glass: %w", err)
		}
		typed = append(typed, took)
		time.Sleep(25 * time.Millisecond)
	}
	b.report.alone("key → its letter on the terminal, p50 / p95 / p99", spreadOf(typed).String(), "p50 ≤ 8 ms, p99 ≤ 20 ms")
	return nil
}

// take puts the reading client's person in charge of the first n conversations.
func (p *process) take(ctx context.Context, n int) error {
	ws, err := p.greeted(ctx, nil, "")
	if err != nil {
		return err
	}
	defer ws.Close()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	var sent, answered uint64
	for whole := false; !whole || answered < sent; {
		var f wire.FromDesk
		if err := ws.ReadJSON(&f); err != nil {
			return err
		}
		switch {
		case f.Outcome != nil:
			answered = f.Outcome.N
		case f.Snapshot != nil:
			whole = f.Snapshot.Last
			for _, c := range f.Snapshot.Conversations {
				if sent == uint64(n) {
					break
				}
				sent++
				command, err := wire.NewCommandFrame(sent, 0, wire.Take{Conversation: c.ID})
				if err == nil {
					err = ws.WriteJSON(wire.FromClient{Command: &command})
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
