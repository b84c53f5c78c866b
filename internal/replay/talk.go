package replay

import (
	"context"
	"slices"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/dialogue"
)

// talk is one conversation as an agent sees it. The agent's lock guards it.
type talk struct {
	id    wire.ConversationID
	lines []line        // by seq
	woken chan struct{} // holds one token when something about it changed

	asked   bool // we reached for it and do not have it yet
	serving bool // it is ours and somebody is at it
	whole   bool // no line since from is missing
	shut    bool // the desk does not let us see it
	thread  *Thread
	script  script
	from    uint64 // seq at which the dialogue begins
	spoken  int    // how many of the script's answers are said, as far as we did it
	seen    uint64 // what we told the desk we have read
}

type line struct {
	seq      uint64
	customer bool
	text     string
	cut      bool
}

func (t *talk) wake() {
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// add keeps a line, the whole text rather than its beginning.
func (t *talk) add(l line) {
	i, found := slices.BinarySearchFunc(t.lines, l.seq, func(have line, seq uint64) int {
		return int(int64(have.seq) - int64(seq))
	})
	switch {
	case !found:
		t.lines = slices.Insert(t.lines, i, l)
	case !l.cut:
		t.lines[i] = l
	}
}

// move is what an agent does next in a conversation.
type move struct {
	kind moveKind
	say  answer
	nth  int    // which of the script's answers it is, from 0
	read uint64 // the customer's last message, when the desk does not know we have it
}

type moveKind int

const (
	wait moveKind = iota
	speak
	finish
)

// serve works on a conversation until it is resolved, somebody else's, or ctx ends.
func (a *Agent) serve(ctx context.Context, t *talk) {
	defer a.leave(t)
	pace, err := a.cfg.Pace(string(t.id))
	if err != nil {
		return // the same configuration was good for everybody else
	}
	a.client.Watch(t.id)
	for {
		m, ok := a.next(t)
		if !ok {
			return
		}
		if m.read > 0 {
			a.do(wire.MarkSeen{Conversation: t.id, UpTo: m.read}, nil)
		}
		if !a.make(ctx, t, m, pace) {
			return
		}
	}
}

// make carries a move out; false when it was the last.
func (a *Agent) make(ctx context.Context, t *talk, m move, pace *dialogue.Pace) bool {
	switch m.kind {
	case speak:
		return a.answer(ctx, t, m, pace)
	case finish:
		return a.resolve(ctx, t, pace)
	}
	select {
	case <-t.woken:
		return true
	case <-ctx.Done():
		return false
	}
}

func (a *Agent) leave(t *talk) {
	a.client.Unwatch(t.id)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at--
	t.serving, t.whole, t.shut, t.spoken = false, false, false, 0
	if c, ok := a.mirror.View().Conversation(t.id); !ok || c.Summary().Status == wire.Resolved {
		delete(a.talks, t.id)
	}
}

// next decides by what was said; false when the conversation is not ours any more.
func (a *Agent) next(t *talk) (move, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.mirror.View().Conversation(t.id)
	if !ok || t.shut || c.Summary().Agent != a.mirror.View().Me().ID || c.Summary().Status == wire.Resolved {
		return move{}, false
	}
	if !t.whole || !a.live {
		return move{}, true
	}
	heard, said, last := t.so()
	said = max(said, t.spoken)
	var m move
	if last > t.seen && c.Summary().Unread > 0 {
		t.seen, m.read = last, last
	}
	switch due := t.script.due(heard); {
	case said < due:
		m.kind, m.say, m.nth = speak, t.script.agent[said], said
	case heard == len(t.script.customer) && said >= len(t.script.agent):
		m.kind = finish
	}
	return m, true
}

// so sums up a conversation: how many of the customer's turns were heard, how many
// messages agents said, and the customer's last.
func (t *talk) so() (heard, said int, last uint64) {
	for _, l := range t.lines {
		switch {
		case l.seq < t.from:
		case l.customer:
			heard, last = t.script.heard(heard, l.text, l.cut), l.seq
		default:
			said++
		}
	}
	return heard, said, last
}

// answer says one turn of the script after a while, if it is still due then.
func (a *Agent) answer(ctx context.Context, t *talk, m move, pace *dialogue.Pace) bool {
	pause := pace.Agent(m.say.text)
	if m.say.gap > 0 {
		whole := pace.Scaled(m.say.gap)
		pause.Typing = min(pause.Typing, whole)
		pause.Think = whole - pause.Typing
	}
	if !a.cfg.crew.pause(ctx, pause.Think) || !a.cfg.crew.typing(ctx, pause.Typing, func() { a.client.Typing(t.id) }) {
		return false
	}
	if again, ok := a.next(t); !ok || again.kind != speak || again.nth != m.nth {
		return ok // somebody else wrote, or the link is gone: decide anew
	}
	p := t.thread.writes(agentSide, m.say.text, time.Now())
	done := a.do(wire.Reply{Conversation: t.id, Text: m.say.text}, func(s client.Settled) {
		if s.Outcome.Refused != nil {
			a.cfg.Ledger.refused(p)
			return
		}
		a.cfg.Ledger.accepted(p, s.Outcome.Seq, time.Now())
		t.spoken = m.nth + 1
	})
	select {
	case s := <-done:
		return s.Outcome.Refused == nil
	case <-ctx.Done():
		return false
	}
}

// resolve closes the conversation with what it was about.
func (a *Agent) resolve(ctx context.Context, t *talk, pace *dialogue.Pace) bool {
	if !a.cfg.crew.pause(ctx, pace.Scaled(5*time.Second)) {
		return false
	}
	if again, ok := a.next(t); !ok || again.kind != finish {
		return ok
	}
	select {
	case <-a.do(wire.Resolve{Conversation: t.id, Disposition: a.disposition(t.thread.dialogue)}, nil):
	case <-ctx.Done():
	}
	return false
}

// disposition is the desk's code for the reason, which it lists in the order of
// the lender's manual; the last one is for everything else.
func (a *Agent) disposition(d dialogue.Dialogue) string {
	a.mu.Lock()
	codes := a.codes
	a.mu.Unlock()
	if len(codes) == 0 {
		return ""
	}
	i := slices.Index(dialogue.Reasons(), d.Reason)
	if i < 0 || i >= len(codes) {
		i = len(codes) - 1
	}
	return codes[i]
}
