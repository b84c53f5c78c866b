package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// mate is a workstation without a screen: the client and the mirror.
type mate struct {
	*client.Client
	end func()

	mu      sync.Mutex
	changed chan struct{}
	mirror  *mirror.Mirror
	state   client.State
	live    []time.Time // when the link became live
	said    int         // messages that came as records
}

// newMate starts a client of a desk; change may alter how.
func newMate(ctx context.Context, addr string, user int, change func(*client.Config)) *mate {
	m := &mate{mirror: mirror.New(), changed: make(chan struct{})}
	cfg := client.Config{URL: "http://" + addr, Token: token(user), Locale: "es-AR", Sink: m.sink}
	if change != nil {
		change(&cfg)
	}
	m.Client = client.New(cfg)
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		_ = m.Run(ctx)
		close(ended)
	}()
	m.end = func() { stop(); <-ended }
	return m
}

func (m *mate) sink(u client.Update) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range u.Events {
		m.take(e)
	}
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *mate) take(e client.Event) {
	_ = client.Fold(m.mirror, e) // the client has checked it
	switch e := e.(type) {
	case client.LinkChanged:
		if e.State == client.Live && m.state != client.Live {
			m.live = append(m.live, time.Now())
		}
		m.state = e.State
	case client.FeedPart:
		for _, r := range e.Records {
			if _, ok := r.Event.(wire.Said); ok {
				m.said++
			}
		}
	}
}

// until waits for something to be so; want runs with m.mu held.
func (m *mate) until(ctx context.Context, what string, want func() bool) error {
	return m.untilIn(ctx, patience, what, want)
}

func (m *mate) untilIn(ctx context.Context, limit time.Duration, what string, want func() bool) error {
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		m.mu.Lock()
		changed, done := m.changed, want()
		m.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return fmt.Errorf("%w for %s", errPatience, what)
		}
	}
}

func (m *mate) untilLive(ctx context.Context) error {
	return m.until(ctx, "a live link", func() bool { return m.state == client.Live })
}

// ids are the conversations the mirror knows, those without an agent first.
func (m *mate) ids() []wire.ConversationID {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := m.mirror.View().Rows(mirror.Unassigned, mirror.ByWaiting)
	var all []wire.ConversationID
	for i := range rows.Len() {
		all = append(all, rows.At(i).ID)
	}
	return all
}

func endAll(all []*mate) {
	var wait sync.WaitGroup
	for _, m := range all {
		wait.Go(m.end)
	}
	wait.Wait()
}
