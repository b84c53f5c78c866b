package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
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
