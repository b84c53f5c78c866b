package main

import (
	"context"
	"fmt"
	"time"
)

// rounds is how often bare and ours take turns in one figure.
const rounds = 5

// latency measures one customer's message: until its answer, and until it is on the
// sockets of all reading clients.
func (b *bench) latency(ctx context.Context) error {
	bare, ours, err := b.pair(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	defer ours.stop()
	for _, readers := range []int{1, 10, 100, 1000} {
		if err := b.latencyTo(ctx, bare, ours, readers); err != nil {
			return fmt.Errorf("%d readers: %w", readers, err)
		}
	}
	return nil
}

// timed is what one message took.
type timed struct{ answered, delivered []time.Duration }

func (b *bench) latencyTo(ctx context.Context, bare, ours *process, readers int) error {
	var got [2]timed
	var sinks [2]*sink
	var from [2]*sender
	for i, p := range []*process{bare, ours} {
		sinks[i] = newSink()
		defer sinks[i].close()
		if err := sinks[i].follow(ctx, p, readers); err != nil {
			return err
		}
		s, err := p.sender(ctx)
		if err != nil {
			return err
		}
		defer hangUp([]*sender{s})
		from[i] = s
	}
	for range rounds {
		for i := range sinks {
			if err := got[i].say(ctx, from[i], sinks[i], readers, 25); err != nil {
				return err
			}
		}
	}
	name := "message → sockets of " + counted(readers, "client")
	b.report.latency(name, spreadOf(got[0].delivered), spreadOf(got[1].delivered), "≤ 2× bare")
	if readers == 1 {
		b.report.latency("message → answer, one sender", spreadOf(got[0].answered), spreadOf(got[1].answered), "≤ 2× bare")
	}
	return nil
}

// say sends messages one after the other, with a pause in which all is quiet again.
func (t *timed) say(ctx context.Context, from *sender, to *sink, readers, messages int) error {
	for range messages {
		to.expect(readers)
		began := time.Now()
		if err := from.say(); err != nil {
			return err
		}
		t.answered = append(t.answered, time.Since(began))
		at, err := to.wait(ctx)
		if err != nil {
			return err
		}
		t.delivered = append(t.delivered, at.Sub(began))
		time.Sleep(2 * time.Millisecond)
	}
	return nil
}

// commands measures how many messages a second become durable and are answered,
// each sender waiting for its answer, with ten clients following.
func (b *bench) commands(ctx context.Context) error {
	bare, ours, err := b.pair(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	defer ours.stop()
	for _, senders := range []int{1, 16, 100} {
		var rates [2][]float64
		var cpu [2]time.Duration
		var sent [2]int
		for range rounds {
			for i, p := range []*process{bare, ours} {
				run := commandRun{process: p, senders: senders, each: 40}
				if err := run.measure(ctx); err != nil {
					return fmt.Errorf("%s, %d senders: %w", p.kind, senders, err)
				}
				rates[i] = append(rates[i], run.rate)
				cpu[i] += run.cpu
				sent[i] += senders * run.each
			}
		}
		b.report.rate("durable messages, "+counted(senders, "sender"), median(rates[0]), median(rates[1]), "≥ 5,000/s with 100 senders")
		b.report.duration("processor time per message, "+counted(senders, "sender"), cpu[0]/time.Duration(sent[0]), cpu[1]/time.Duration(sent[1]), "≤ 0.3 ms")
	}
	return nil
}

// commandRun is one turn of [bench.commands].
type commandRun struct {
	process       *process
	senders, each int
	rate          float64
	cpu           time.Duration
}

const followers = 10

func (c *commandRun) measure(ctx context.Context) error {
	all, err := c.process.senders(ctx, c.senders)
	defer hangUp(all)
	if err != nil {
		return err
	}
	to := newSink()
	defer to.close()
	if err := to.follow(ctx, c.process, followers); err != nil {
		return err
	}
	before, err := c.process.ask("cpu")
	if err != nil {
		return err
	}
	to.expect(c.senders * c.each * followers)
	began := time.Now()
	err = c.process.profiled(fmt.Sprintf("commands-%d", c.senders), func() error {
		return together(all, func(s *sender) error {
			for range c.each {
				if err := s.say(); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	c.rate = float64(c.senders*c.each) / time.Since(began).Seconds()
	if _, err := to.wait(ctx); err != nil {
		return err
	}
	after, err := c.process.ask("cpu")
	c.cpu = time.Duration(after.CPU - before.CPU)
	return err
}

// together runs fn for all senders at once.
func together(all []*sender, fn func(*sender) error) error {
	done := make(chan error, len(all))
	for _, s := range all {
		go func() { done <- fn(s) }()
	}
	var first error
	for range all {
		if err := <-done; first == nil {
			first = err
		}
	}
	return first
}

// feed measures how many records a second reach all readers together, when there is
// more to send than they can take. The bare program only sends, once a frame for each
// record and once sixteen in a frame; the desk also writes each of them to its disk.
func (b *bench) feed(ctx context.Context) error {
	bare, ours, err := b.pair(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	defer ours.stop()
	from, err := ours.senders(ctx, 100)
	defer hangUp(from)
	if err != nil {
		return err
	}
	for _, readers := range []int{1, 10, 100, 1000} {
		if err := b.feedTo(ctx, bare, ours, from, readers); err != nil {
			return fmt.Errorf("%d readers: %w", readers, err)
		}
	}
	return nil
}

func (b *bench) feedTo(ctx context.Context, bare, ours *process, from []*sender, readers int) error {
	const each = 10
	records := len(from) * each
	var rates [3][]float64
	var sinks [2]*sink
	for i, p := range []*process{bare, ours} {
		sinks[i] = newSink()
		defer sinks[i].close()
		if err := sinks[i].follow(ctx, p, readers); err != nil {
			return err
		}
	}
	for range rounds {
		for i, perFrame := range []int{1, 16} {
			rate, err := delivered(ctx, sinks[0], records*readers, func() error {
				_, err := bare.ask("publish %d %d", records, perFrame)
				return err
			})
			if err != nil {
				return err
			}
			rates[i] = append(rates[i], rate)
		}
		rate, err := delivered(ctx, sinks[1], records*readers, func() error {
			return ours.profiled(fmt.Sprintf("feed-%d", readers), func() error {
				return together(from, func(s *sender) error { return s.burst(each) })
			})
		})
		if err != nil {
			return err
		}
		rates[2] = append(rates[2], rate)
	}
	b.report.feed(readers, median(rates[0]), median(rates[1]), median(rates[2]))
	return nil
}

func delivered(ctx context.Context, to *sink, n int, cause func() error) (float64, error) {
	to.expect(n)
	began := time.Now()
	if err := cause(); err != nil {
		return 0, err
	}
	at, err := to.wait(ctx)
	return float64(n) / at.Sub(began).Seconds(), err
}
