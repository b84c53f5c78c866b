package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
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
	keys  bool // somebody is at the keys
	moves bool // the machine's own network is gone, and known to be back
}

// target is for those who wait for it.
func (o outage) target() string {
	if o.keys {
		return "p50 ≤ 1 s, p95 ≤ 3 s"
	}
	return ""
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
		{"3 s without the desk, somebody at the keys", shortCut, true, false},
		{"30 s without the desk, somebody at the keys", longCut, true, false},
		{"30 s without the desk, nobody there", longCut, false, false},
		{"30 s without a network, nobody there", longCut, false, true},
	}
	var groups []*stranded
	defer func() {
		for _, g := range groups {
			g.close()
		}
	}()
	for i, kind := range kinds {
		g, err := strand(ctx, ours, kind, i*cutOff)
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
		b.report.alone("link back → caught up with "+counted(cutMissed, "message")+", after "+g.kind.what+", p50 / p95 / p99", seconds(whole), g.kind.target())
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

	dialled [cutOff]atomic.Int64 // when each last began to connect, in ns since 1970
}

func (g *stranded) close() {
	endAll(g.mates)
	g.cable.close()
}

func strand(ctx context.Context, p *process, kind outage, first int) (*stranded, error) {
	c, err := lay(p.addr, 0, 0)
	if err != nil {
		return nil, err
	}
	g := &stranded{kind: kind, cable: c}
	home := []netip.Addr{netip.MustParseAddr("192.0.2.7")}
	for i := range cutOff {
		g.mates = append(g.mates, newMate(ctx, c.addr, first+i, func(cfg *client.Config) {
			cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				g.dialled[i].Store(time.Now().UnixNano())
				return new(net.Dialer).DialContext(ctx, network, addr)
			}
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

// begin cuts the cable.
func (g *stranded) begin() {
	for _, m := range g.mates {
		if g.kind.keys {
			m.Active()
		}
	}
	g.away.Store(g.kind.moves)
	g.cable.cut()
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
				g.begin()
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
	for i, m := range g.mates {
		m.mu.Lock()
		live := m.live[len(m.live)-1]
		whole = append(whole, live.Sub(g.back))
		resumes = append(resumes, live.Sub(time.Unix(0, g.dialled[i].Load())))
		m.mu.Unlock()
	}
	return whole, spreadOf(resumes)
}

// seconds writes a spread of what takes seconds.
func seconds(samples []time.Duration) string {
	s := spreadOf(samples)
	return fmt.Sprintf("%.2f / %.2f / %.2f s", s.p50.Seconds(), s.p95.Seconds(), s.p99.Seconds())
}
