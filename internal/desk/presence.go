package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"ventanilla/client/wire"
)

// presence counts the links of each agent on this node. An agent without one for
// long enough goes offline in the log; a short cut leaves no trace.
type presence struct {
	after time.Duration
	mu    sync.Mutex
	links map[wire.AgentID]int
	since map[wire.AgentID]time.Time // when the last link went
	owed  map[wire.AgentID]bool      // arrivals that could not be recorded
}

func newPresence(after time.Duration) *presence {
	return &presence{after: after, links: make(map[wire.AgentID]int), since: make(map[wire.AgentID]time.Time), owed: make(map[wire.AgentID]bool)}
}

// assume treats agents who were present when the desk stopped as just gone.
func (p *presence) assume(agents []wire.Agent, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range agents {
		if a.State != wire.Offline && a.State != "" && p.links[a.ID] == 0 {
			p.since[a.ID] = now
		}
	}
}

// add counts a link and reports whether the agent arrives with it: who had another
// link, or lost one a moment ago, does not.
func (p *presence) add(id wire.AgentID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, away := p.since[id]
	arrives := p.links[id] == 0 && !away
	p.links[id]++
	delete(p.since, id)
	return arrives
}

func (p *presence) drop(id wire.AgentID, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.links[id]--; p.links[id] <= 0 {
		delete(p.links, id)
		p.since[id] = now
	}
}

// overdue returns the agents who were without a link for too long, and since when.
func (p *presence) overdue(now time.Time) map[wire.AgentID]time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	gone := make(map[wire.AgentID]time.Time)
	for id, since := range p.since {
		if now.Sub(since) >= p.after {
			gone[id] = since
		}
	}
	return gone
}

// settle forgets an absence that was recorded.
func (p *presence) settle(id wire.AgentID, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since[id] == since {
		delete(p.since, id)
	}
}

// count is how many links there are.
func (p *presence) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, of := range p.links {
		n += of
	}
	return n
}

// owe remembers whether an arrival is still to be recorded.
func (p *presence) owe(id wire.AgentID, still bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if still {
		p.owed[id] = true
	} else {
		delete(p.owed, id)
	}
}

func (p *presence) owing() []wire.AgentID {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.owed))
}

func (p *presence) here(id wire.AgentID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.links[id] > 0
}

// Arrive says that a member of the staff has a link: whoever serves customers and
// was offline is online. Depart must follow. When it cannot be written now it is
// later, if they are still here.
func (d *Desk) Arrive(ctx context.Context, id wire.AgentID) error {
	if !d.links.add(id) {
		return nil // also of an agent who chose to be offline
	}
	err := d.arrived(ctx, id)
	d.links.owe(id, err != nil)
	if d.Trouble() != nil {
		return nil // which is known, and said
	}
	return err
}

func (d *Desk) arrived(ctx context.Context, id wire.AgentID) error {
	return d.change(ctx, func(w *work) error {
		u, found, err := w.User(id)
		if err != nil || !found || !serves(u.Role) || u.State != wire.Offline && u.State != "" {
			return err
		}
		_, err = w.present(u, wire.Online, "")
		return err
	})
}

// Depart says that a link of a member of the staff has gone.
func (d *Desk) Depart(id wire.AgentID) { d.links.drop(id, d.cfg.Now()) }

// absent records that an agent has gone, unless they came back meanwhile: links are
// counted before [Desk.Arrive] waits for the writer, so one of the two sees the other.
func (d *Desk) absent(ctx context.Context, id wire.AgentID) error {
	return d.change(ctx, func(w *work) error {
		u, found, err := w.User(id)
		if err != nil || !found || d.links.here(id) {
			return err
		}
		_, err = w.present(u, wire.Offline, "")
		return err
	})
}

// keepTime does what falls due: it wakes snoozed conversations and notices agents
// who went without a word.
func (d *Desk) keepTime(ctx context.Context) {
	d.links.assume(d.staff.agents(), d.cfg.Now())
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		d.tryToWrite(ctx)
		if e, ok := errors.AsType[*Error](d.Trouble()); !ok || e.damage() { // what is damaged may be elsewhere
			d.catchUpWithTime(ctx)
		}
	}
}

// catchUpWithTime does what is due now. What fails is due a second later, too.
func (d *Desk) catchUpWithTime(ctx context.Context) {
	if err := d.wakeDue(ctx); err != nil && ctx.Err() == nil && d.Trouble() == nil {
		d.cfg.Log.Error("waking snoozed conversations failed", "err", err)
	}
	for _, id := range d.links.owing() {
		var err error
		if d.links.here(id) {
			err = d.arrived(ctx, id)
		}
		d.links.owe(id, err != nil)
	}
	for id, since := range d.links.overdue(d.cfg.Now()) {
		if err := d.absent(ctx, id); err == nil {
			d.links.settle(id, since)
		} else if ctx.Err() == nil && d.Trouble() == nil {
			d.cfg.Log.Error("recording an absence failed; it is tried again", "err", err)
		}
	}
}

func (d *Desk) wakeDue(ctx context.Context) error {
	var due []wire.ConversationID
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		var err error
		due, err = r.Due(d.millis())
		return err
	})
	if err != nil || len(due) == 0 {
		return err
	}
	return d.change(ctx, func(w *work) error {
		for _, id := range due {
			c, found, err := w.Conversation(id)
			if err != nil {
				return err
			}
			if !found || c.Summary.Status != wire.Snoozed || c.Summary.Until > w.at {
				continue // changed since
			}
			if _, err := w.record(&c, wire.StatusChanged{Conversation: id, Status: wire.Open}); err != nil {
				return err
			}
			if err := w.SaveConversation(c); err != nil {
				return err
			}
		}
		return nil
	})
}
