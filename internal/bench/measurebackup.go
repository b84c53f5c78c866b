package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// backup measures what a backup costs a desk that runs: how many messages a second
// become durable without one, and while one is made after the other.
func (b *bench) backup(ctx context.Context) error {
	ours, err := b.launch(ctx, "desk")
	if err != nil {
		return err
	}
	defer ours.stop()
	if err := ours.fill(ctx, 20_000); err != nil {
		return err
	}
	file := filepath.Join(b.dir, "a.backup")
	var quiet, busy steady
	made := 0
	for range 2 {
		if err := quiet.measure(ctx, ours); err != nil {
			return err
		}
		n, err := besideBackups(ctx, ours, file, &busy)
		if err != nil {
			return err
		}
		made += n
	}
	held, err := os.Stat(file)
	if err != nil {
		return err
	}
	who := counted(steadySenders, "sender")
	b.report.alone("durable messages, "+who+", no backup", perSecond(quiet.rate()), "")
	b.report.add("… while backups are made, one after the other", "–", perSecond(busy.rate()), busy.rate()/quiet.rate(), "")
	b.report.alone("message → answer, "+who+", no backup, p50 / p95 / p99", spreadOf(quiet.answers).String(), "")
	b.report.alone("… while backups are made, p50 / p95 / p99", spreadOf(busy.answers).String(), "")
	b.report.note("%s were made meanwhile, the last of %s; the ratio is to the desk without one", counted(made, "backup"), kilobytes(held.Size()))
	return nil
}

// besideBackups measures while backups are made and says how many.
func besideBackups(ctx context.Context, p *process, file string, s *steady) (made int, err error) {
	var other sync.WaitGroup
	var failed error
	other.Go(func() { made, failed = keepBackingUp(ctx, p.dir, file, steadyFor) })
	err = s.measure(ctx, p)
	other.Wait()
	return made, errors.Join(err, failed)
}

// fill writes messages, so that there is something to back up.
func (p *process) fill(ctx context.Context, messages int) error {
	for range messages / steadySenders / perSocket {
		from, err := p.senders(ctx, steadySenders)
		if err == nil {
			err = together(from, func(s *sender) error {
				for range perSocket / 4 {
					if err := s.burst(4); err != nil {
						return err
					}
				}
				return nil
			})
		}
		hangUp(from)
		if err != nil {
			return err
		}
	}
	return nil
}

// perSocket is how much a customer may say here before the desk takes it for a flood.
const perSocket = 100

// keepBackingUp makes backups as an operator does, in a process of their own, and
// returns how many there were.
func keepBackingUp(ctx context.Context, dir, file string, lasts time.Duration) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	n := 0
	for until := time.Now().Add(lasts); time.Now().Before(until); n++ {
		cmd := exec.CommandContext(ctx, self, "backup", dir, file)
		if out, err := cmd.CombinedOutput(); err != nil {
			return n, fmt.Errorf("backing up: %w: %s", err, out)
		}
	}
	return n, nil
}

// steadySenders each wait for the answer, for so long at a time.
const (
	steadySenders = 16
	steadyFor     = 1500 * time.Millisecond
)

// steady is what they got.
type steady struct {
	answers []time.Duration
	spent   time.Duration
}

func (s *steady) rate() float64 { return float64(len(s.answers)) / s.spent.Seconds() }

// measure gives each sender so many sockets that none of them says too much.
func (s *steady) measure(ctx context.Context, p *process) error {
	const sockets = 12
	from, err := p.senders(ctx, steadySenders*sockets)
	defer hangUp(from)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	began := time.Now()
	err = together(from[:steadySenders], func(first *sender) error {
		var took []time.Duration
		var err error
		mine := slices.Index(from, first)
		for n := 0; err == nil && time.Since(began) < steadyFor && n < sockets*perSocket; n++ {
			one := from[mine+n/perSocket*steadySenders]
			took = append(took, timeOf(func() { err = one.say() }))
		}
		mu.Lock()
		defer mu.Unlock()
		s.answers = append(s.answers, took...)
		return err
	})
	s.spent += time.Since(began)
	return err
}
