package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// outbox measures what it costs the goroutine that draws to have a text on the disk:
// a command that is given to the client, and a draft. Beside it a file that is
// appended to and synced, and an outbox in memory.
func (b *bench) outbox(ctx context.Context) error {
	dir, err := b.folder()
	if err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	box, err := outbox.Open(ctx, outbox.Config{Dir: dir, Account: "bench", Key: key})
	if err != nil {
		return err
	}
	defer box.Close()
	f, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		return err
	}
	defer f.Close()
	config := client.Config{URL: "http://127.0.0.1:1", Sink: func(client.Update) {}}
	memory := client.New(config)
	config.Outbox = box
	disk := client.New(config)
	to := wire.ConversationID("1nq4yd8k2m")
	var synced, kept, sealed, drafted []time.Duration
	for i := range 400 {
		said := wire.Reply{Conversation: to, Text: message}
		synced = append(synced, timeOf(func() {
			if _, err = f.WriteString(message + message + message); err == nil {
				err = f.Sync()
			}
		}))
		if err != nil {
			return err
		}
		kept = append(kept, timeOf(func() { memory.Do(said) }))
		sealed = append(sealed, timeOf(func() { disk.Do(said) }))
		drafted = append(drafted, timeOf(func() { err = box.SaveDraft(to, "reply", fmt.Sprint(message, i)) }))
		if err != nil {
			return err
		}
	}
	b.report.latency("enter → the reply is sealed on the agent's disk (bare: append and fsync)", spreadOf(synced), spreadOf(sealed), "")
	b.report.alone("… in memory only, p50 / p95 / p99", spreadOf(kept).String(), "")
	b.report.latency("a draft is sealed on the agent's disk (bare: likewise)", spreadOf(synced), spreadOf(drafted), "")
	return nil
}

func timeOf(fn func()) time.Duration {
	began := time.Now()
	fn()
	return time.Since(began)
}

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
	var rates [2][]float64
	var answers [2][]time.Duration
	made := 0
	for range 3 {
		for i, beside := range []func() (int, error){
			func() (int, error) { return 0, nil },
			func() (int, error) { return keepBackingUp(ctx, ours.dir, file, 1500*time.Millisecond) },
		} {
			s := steady{process: ours, senders: 16, lasts: 1500 * time.Millisecond}
			var other sync.WaitGroup
			var n int
			var failed error
			other.Go(func() { n, failed = beside() })
			err := s.measure(ctx)
			other.Wait()
			if err == nil {
				err = failed
			}
			if err != nil {
				return err
			}
			made += n
			rates[i], answers[i] = append(rates[i], s.rate), append(answers[i], s.answers...)
		}
	}
	held, err := os.Stat(file)
	if err != nil {
		return err
	}
	quiet, busy := median(rates[0]), median(rates[1])
	b.report.alone("durable messages, 16 senders, no backup", perSecond(quiet), "")
	b.report.add("… while backups are made, one after the other", "–", perSecond(busy), busy/quiet, "")
	b.report.alone("message → answer, 16 senders, no backup, p50 / p95 / p99", spreadOf(answers[0]).String(), "")
	b.report.alone("… while backups are made, p50 / p95 / p99", spreadOf(answers[1]).String(), "")
	b.report.note("%s were made meanwhile, the last of %s; the ratio is to the desk without one", counted(made, "backup"), kilobytes(held.Size()))
	return nil
}

// fill writes messages, so that there is something to back up.
func (p *process) fill(ctx context.Context, messages int) error {
	for range messages / (100 * perSocket) {
		from, err := p.senders(ctx, 100)
		if err == nil {
			err = together(from, func(s *sender) error {
				for range perSocket / 25 {
					if err := s.burst(25); err != nil {
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

// steady is a number of senders who each wait for the answer, for some time.
type steady struct {
	process *process
	senders int
	lasts   time.Duration
	rate    float64
	answers []time.Duration
}

// measure gives each sender so many sockets that none of them says too much.
func (s *steady) measure(ctx context.Context) error {
	const sockets = 12
	from, err := s.process.senders(ctx, s.senders*sockets)
	defer hangUp(from)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	began := time.Now()
	err = together(from[:s.senders], func(first *sender) error {
		var took []time.Duration
		var err error
		mine := slices.Index(from, first)
		for n := 0; err == nil && time.Since(began) < s.lasts && n < sockets*perSocket; n++ {
			one := from[mine+n/perSocket*s.senders]
			took = append(took, timeOf(func() { err = one.say() }))
		}
		mu.Lock()
		defer mu.Unlock()
		s.answers = append(s.answers, took...)
		return err
	})
	s.rate = float64(len(s.answers)) / time.Since(began).Seconds()
	return err
}
