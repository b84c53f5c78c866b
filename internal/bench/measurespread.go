package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ventanilla/client"
)

// agents is how many workstations a desk loses when it restarts.
const agents = 500

// spread measures how evenly agents come back to a desk that was killed, and to one
// that was stopped, and when the last of them is level.
func (b *bench) spread(ctx context.Context) error {
	ours, err := b.launch(ctx, "desk")
	if err != nil {
		return err
	}
	defer func() { ours.stop() }()
	var addr atomic.Pointer[string]
	addr.Store(&ours.addr)
	k := new(knocks)
	var mates []*mate
	defer func() { endAll(mates) }()
	for i := range agents {
		mates = append(mates, newMate(ctx, ours.addr, i/2, func(cfg *client.Config) {
			cfg.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				k.add(i)
				return new(net.Dialer).DialContext(ctx, network, *addr.Load())
			}
		}))
	}
	for _, way := range []struct {
		what string
		end  func(*process)
	}{{"killed", (*process).kill}, {"stopped", func(p *process) { p.leave() }}} {
		if err := untilAllLive(ctx, mates, time.Time{}); err != nil {
			return err
		}
		if err := pause(ctx, 6*time.Second); err != nil { // so that the links count as ones that held
			return err
		}
		k.clear()
		way.end(ours)
		ended := time.Now()
		if ours, err = ours.again(ctx); err != nil {
			return err
		}
		addr.Store(&ours.addr)
		listens := time.Now()
		if err := untilAllLive(ctx, mates, ended); err != nil {
			return err
		}
		b.report.spread(way.what, k, mates, listens)
	}
	return nil
}

// untilAllLive waits until every link is live, since after a moment.
func untilAllLive(ctx context.Context, mates []*mate, after time.Time) error {
	for _, m := range mates {
		live := func() bool { return m.state == client.Live && m.live[len(m.live)-1].After(after) }
		if err := m.untilIn(ctx, longestBack, "a live link", live); err != nil {
			return err
		}
	}
	return nil
}

// spread reports how a crowd came back.
func (r *report) spread(what string, k *knocks, mates []*mate, listens time.Time) {
	var level []time.Duration
	for _, m := range mates {
		m.mu.Lock()
		level = append(level, m.live[len(m.live)-1].Sub(listens))
		m.mu.Unlock()
	}
	first, most := k.firsts()
	r.alone(fmt.Sprintf("%d agents, the desk is %s: first attempt after, p50 / p95 / p99", agents, what), spreadOf(first).String(), "")
	r.alone("… most attempts in 100 ms", counted(most, "attempt"), "")
	r.alone("… live again after the new desk listens, p50 / p95 / p99, the last", seconds(level)+fmt.Sprintf(", %.2f s", slices.Max(level).Seconds()), "≤ 1 s for all")
}

// knocks is when each client tried to connect.
type knocks struct {
	mu    sync.Mutex
	began time.Time
	first map[int]time.Duration
	all   []time.Duration
}

func (k *knocks) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.began, k.first, k.all = time.Now(), make(map[int]time.Duration), nil
}

func (k *knocks) add(client int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.first == nil {
		return
	}
	at := time.Since(k.began)
	if _, had := k.first[client]; !had {
		k.first[client] = at
	}
	k.all = append(k.all, at)
}

// firsts are the first attempts, and how many of all came in the busiest tenth of a second.
func (k *knocks) firsts() (first []time.Duration, most int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, at := range k.first {
		first = append(first, at)
	}
	slices.Sort(k.all)
	for i, j := 0, 0; j < len(k.all); j++ {
		for k.all[j]-k.all[i] > 100*time.Millisecond {
			i++
		}
		most = max(most, j-i+1)
	}
	return first, most
}
