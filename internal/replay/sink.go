package replay

import (
	"context"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// sink is called from the client's goroutine with everything that happened.
func (a *Agent) sink(ctx context.Context, u client.Update) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range u.Events {
		a.event(ctx, e, now)
	}
	select {
	case a.woken <- struct{}{}:
	default:
	}
}

func (a *Agent) event(ctx context.Context, e client.Event, now time.Time) {
	switch e := e.(type) {
	case client.LinkChanged:
		a.linked(e.State)
	case client.Welcomed:
		a.offset, a.codes = e.Offset, e.Dispositions
		a.cfg.Ledger.enlist(e.You.Name)
		a.mirror.Welcome(e.Welcome)
	case client.SnapshotPart:
		a.mirror.Snapshot(e.Snapshot)
		for i := range e.Conversations {
			a.preview(&e.Conversations[i], now)
		}
	case client.FeedPart:
		if a.mirror.Feed(e.Feed) != nil {
			a.client.Resync()
			return
		}
		for _, r := range e.Records {
			a.record(r, now)
		}
	case client.Opened:
		a.timeline(ctx, e.Timeline, now)
	case client.Older:
		a.timeline(ctx, e.Timeline, now)
	case client.NotOpened:
		t := a.talk(e.Conversation)
		t.shut = true
		t.wake()
	case client.TypingSign:
		a.mirror.Typing(e.Typing, e.At)
	case client.Settled:
		if settle := a.settles[e.Entry.ID]; settle != nil {
			delete(a.settles, e.Entry.ID)
			settle(e)
		}
	}
}

func (a *Agent) linked(s client.State) {
	a.live = s == client.Live
	if s != client.Live && s != client.Down {
		return
	}
	a.link.link(a.live)
	if a.live {
		for _, t := range a.talks { // they stood still without a link
			t.wake()
		}
	}
	select {
	case <-a.ready:
	default:
		if a.live && a.mirror.View().Ready() {
			close(a.ready)
		}
	}
}

// preview takes in the last message of a conversation that came as a summary.
func (a *Agent) preview(s *wire.Summary, now time.Time) {
	if s.Last.By == wire.ByCustomer && s.Last.Seq > 0 {
		a.cfg.Ledger.sawSaid(s.ID, s.Last.Seq, s.Last.Text, true, now)
	}
}

func (a *Agent) record(r wire.Record, now time.Time) {
	id, ok := wire.About(r.Event)
	if !ok {
		return
	}
	switch e := r.Event.(type) {
	case wire.Said:
		a.said(r.Seq, e, now)
	case wire.Appeared:
		a.preview(&e.Summary, now)
	case wire.StatusChanged:
		if t := a.talk(id); e.Status == wire.Resolved && !t.serving {
			delete(a.talks, id) // nothing of it is needed any more
			return
		}
	}
	a.talk(id).wake()
}

func (a *Agent) said(seq uint64, e wire.Said, now time.Time) {
	if e.By == wire.ByCustomer {
		a.cfg.Ledger.sawSaid(e.Conversation, seq, e.Text, e.Cut, now)
	}
	a.talk(e.Conversation).add(line{seq, e.By == wire.ByCustomer, e.Text, e.Cut})
}

// timeline takes in a page, and asks for the one before it while the beginning of
// the dialogue is missing.
func (a *Agent) timeline(ctx context.Context, page wire.Timeline, now time.Time) {
	a.mirror.Timeline(page)
	id := page.Summary.ID
	for _, r := range page.Records {
		if e, ok := r.Event.(wire.Said); ok {
			a.said(r.Seq, e, now)
		}
	}
	t := a.talk(id)
	if !t.serving {
		return
	}
	if page.More && len(page.Records) > 0 && page.Records[0].Seq > t.from {
		a.client.Ask(ctx, wire.Older{Conversation: id, Before: page.Records[0].Seq}, nil)
		return
	}
	t.whole = true
	t.wake()
}
