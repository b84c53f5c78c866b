package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ventanilla/client"
)

// How long a cut lasts, how many clients it hits, what they miss.
const (
	longCut   = 30 * time.Second
	shortCut  = 3 * time.Second
	cutOff    = 50
	cutMissed = 20
	// longestBack is how long a client may take to come back after a long cut.
	longestBack = 40 * time.Second
)

// outage is a way of being cut off.
type outage struct {
	what  string
	lasts time.Duration
	moves bool // the machine's own network is gone, and known to be back
}

// cut measures how long after a link is whole again its clients have all they
// missed. Nobody is listening while it is cut, so nobody has to find out that it is.
func (b *bench) cut(ctx context.Context) error {
	ours, err := b.launch(ctx, "desk")
	if err != nil {
		return err
	}
	defer ours.stop()
	from, err := ours.sender(ctx)
	if err != nil {
		return err
	}
	defer hangUp([]*sender{from})
	kinds := []outage{
		{"3 s, the desk cannot be reached", shortCut, false},
		{"30 s, the desk cannot be reached", longCut, false},
		{"30 s, this machine has no network", longCut, true},
	}
	var groups []*stranded
	defer func() {
		for _, g := range groups {
			g.close()
		}
	}()
	for _, kind := range kinds {
		g, err := strand(ctx, ours, kind)
		if err != nil {
			return err
		}
		groups = append(groups, g)
	}
	if err := strandAll(ctx, groups, from); err != nil {
		return err
	}
	for _, g := range groups {
		whole, last := g.took()
		b.report.alone("link back → caught up with "+counted(cutMissed, "message")+", after "+g.kind.what+", p50 / p95 / p99", seconds(whole), "p50 ≤ 1 s, p95 ≤ 3 s")
		b.report.alone("… of it from the attempt that gets through", last.String(), "")
	}
	return nil
}

// stranded is a number of clients on one cable.
type stranded struct {
	kind  outage
	cable *cable
	mates []*mate
	away  atomic.Bool // the machine has no network
	back  time.Time   // when the cable was whole again
}

func (g *stranded) close() {
	endAll(g.mates)
	g.cable.close()
}

func strand(ctx context.Context, p *process, kind outage) (*stranded, error) {
	c, err := lay(p.addr, 0, 0)
	if err != nil {
		return nil, err
	}
	g := &stranded{kind: kind, cable: c}
	home := []netip.Addr{netip.MustParseAddr("192.0.2.7")}
	for i := range cutOff {
		g.mates = append(g.mates, newMate(ctx, c.addr, i, func(cfg *client.Config) {
			cfg.Addresses = func() ([]netip.Addr, error) {
				if g.away.Load() {
					return nil, nil
				}
				return home, nil
			}
		}))
	}
	for _, m := range g.mates {
		if err := m.untilLive(ctx); err != nil {
			g.close()
			return nil, err
		}
	}
	return g, nil
}

// strandAll cuts all cables so that they are whole again at the same time, and waits
// until everybody has what was said meanwhile.
func strandAll(ctx context.Context, groups []*stranded, from *sender) error {
	if err := pause(ctx, 6*time.Second); err != nil { // so that the links count as ones that held
		return err
	}
	for _, lasts := range []time.Duration{longCut, shortCut} {
		for _, g := range groups {
			if g.kind.lasts == lasts {
				g.away.Store(g.kind.moves)
				g.cable.cut()
			}
		}
		if lasts == longCut {
			lasts -= shortCut
		}
		if err := pause(ctx, lasts); err != nil {
			return err
		}
	}
	if err := from.burst(cutMissed); err != nil {
		return err
	}
	for _, g := range groups {
		if err := g.cable.mend(); err != nil {
			return err
		}
		g.away.Store(false)
		g.back = time.Now()
	}
	for _, g := range groups {
		for i, m := range g.mates {
			level := func() bool { return m.state == client.Live && m.said >= cutMissed }
			if err := m.untilIn(ctx, longestBack, "what was missed", level); err != nil {
				return fmt.Errorf("client %d after %s: %w: %d messages", i, g.kind.what, err, m.said)
			}
		}
	}
	return nil
}

// took is how long each needed since the link was back, and since it knocked.
func (g *stranded) took() (whole []time.Duration, last spread) {
	var resumes []time.Duration
	for _, m := range g.mates {
		m.mu.Lock()
		live := m.live[len(m.live)-1]
		whole = append(whole, live.Sub(g.back))
		resumes = append(resumes, live.Sub(m.dialled))
		m.mu.Unlock()
	}
	return whole, spreadOf(resumes)
}

// seconds writes a spread of what takes seconds.
func seconds(samples []time.Duration) string {
	s := spreadOf(samples)
	return fmt.Sprintf("%.2f / %.2f / %.2f s", s.p50.Seconds(), s.p95.Seconds(), s.p99.Seconds())
}

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
		for _, m := range mates {
			if err := m.untilLive(ctx); err != nil {
				return err
			}
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
		var level []time.Duration
		for _, m := range mates {
			if err := m.untilIn(ctx, longestBack, "a link after the restart", func() bool {
				return m.state == client.Live && m.live[len(m.live)-1].After(ended)
			}); err != nil {
				return err
			}
			level = append(level, m.live[len(m.live)-1].Sub(listens))
		}
		first, most := k.firsts()
		b.report.alone(fmt.Sprintf("%d agents, the desk is %s: first attempt after, p50 / p95 / p99", agents, way.what), spreadOf(first).String(), "")
		b.report.alone("… most attempts in 100 ms", counted(most, "attempt"), "")
		b.report.alone("… live again after the new desk listens", seconds(level)+fmt.Sprintf(", the last %.2f s", slices.Max(level).Seconds()), "")
	}
	return nil
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
