package mirror

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"ventanilla/client/wire"
)

func bySeq(a, b wire.Record) int { return cmp.Compare(a.Seq, b.Seq) }

// View is read-only access to a [Mirror]. It hands out copies and iterators and
// always shows the present state; it is used by the goroutine that owns the mirror.
type View struct{ m *Mirror }

// View returns the read-only side of m.
func (m *Mirror) View() View { return View{m} }

// Ready reports whether a whole snapshot has been shown since the start. It stays
// true while the link is down: the link's state says how old what is shown is.
func (v View) Ready() bool { return v.m.ready }

// Begun reports whether there is something to show: a whole snapshot, or the
// first parts of the first one.
func (v View) Begun() bool { return v.m.ready || len(v.m.entries) > 0 }

// At is the position everything shown is complete through.
func (v View) At() wire.Position { return v.m.At() }

// Me is the agent this client is signed in as, with the present state.
func (v View) Me() wire.Agent { return v.m.me }

// Can reports whether my role may send a command at all, by its name on the
// wire. The desk decides again for each conversation.
func (v View) Can(command string) bool { return v.m.can[command] }

// Workspace is the desk's name.
func (v View) Workspace() string { return v.m.workspace }

// Dispositions are the wrap-up codes that resolve accepts.
func (v View) Dispositions() []string { return slices.Clone(v.m.dispositions) }

// Agent finds a colleague.
func (v View) Agent(id wire.AgentID) (wire.Agent, bool) {
	if i := v.m.staff.find(id); i >= 0 {
		return v.m.staff.agents[i], true
	}
	return wire.Agent{}, false
}

// Agents yields the staff by name.
func (v View) Agents() iter.Seq[wire.Agent] { return slices.Values(v.m.staff.agents) }

// Queue finds a queue.
func (v View) Queue(id wire.QueueID) (wire.Queue, bool) {
	for _, q := range v.m.staff.queues {
		if q.ID == id {
			return q, true
		}
	}
	return wire.Queue{}, false
}

// Queues yields the queues by name.
func (v View) Queues() iter.Seq[wire.Queue] { return slices.Values(v.m.staff.queues) }

// Rows returns a tab's conversations, sorted.
func (v View) Rows(tab Tab, order Order) Rows {
	return Rows{v.m, v.m.table[tab][order], tab, order}
}

// Next returns the conversation to turn to next: by priority, the first of mine
// whose customer waits, else the first unassigned one that waits, else the first
// unassigned one.
func (v View) Next() (wire.ConversationID, bool) {
	for _, tab := range []Tab{Mine, Unassigned} {
		for _, e := range v.m.table[tab][ByPriority] {
			if e.Waiting != 0 {
				return e.ID, true
			}
		}
	}
	if rows := v.m.table[Unassigned][ByPriority]; len(rows) > 0 {
		return rows[0].ID, true
	}
	return "", false
}

// Conversation returns what is known of a conversation.
func (v View) Conversation(id wire.ConversationID) (Conversation, bool) {
	e, ok := v.m.entries[id]
	return Conversation{v.m, e}, ok
}

// Conversation is read-only access to one conversation and, when it is opened,
// to its lines. It is valid until the mirror changes.
type Conversation struct {
	m *Mirror
	e *entry
}

// Summary is what the queue shows of it. Its Tags are shared and must not be changed.
func (c Conversation) Summary() wire.Summary { return c.e.Summary }

// Opened reports whether the conversation's lines are kept up to date.
func (c Conversation) Opened() bool { return c.e.thread != nil }

// Stale reports that lines are missing at the end, because a snapshot jumped over
// some; opening the conversation again, which the client does by itself, brings
// them and those that came since.
func (c Conversation) Stale() bool { return c.e.thread != nil && c.e.thread.stale }

// Len is how many lines are here. There may be older ones: see More.
func (c Conversation) Len() int {
	if c.e.thread == nil {
		return 0
	}
	return len(c.e.thread.lines)
}

// Line returns line i, oldest first. Its Prev is the seq of the line before.
func (c Conversation) Line(i int) wire.Record { return c.e.thread.lines[i] }

// Find returns the line with a seq, such as that of a search hit.
func (c Conversation) Find(seq uint64) (int, bool) {
	if c.e.thread == nil {
		return 0, false
	}
	return c.e.thread.find(seq)
}

// More reports whether the desk has lines older than Line(0).
func (c Conversation) More() bool { return c.e.thread != nil && c.e.thread.more }

// FirstUnread is the line of the first customer's message that the agent in
// charge has not seen: Len() when there is none, 0 when it is older than what is here.
func (c Conversation) FirstUnread() int {
	n := c.Len()
	if c.e.Unread == 0 {
		return n
	}
	unread := c.e.Unread
	for i := n - 1; i >= 0; i-- {
		if said, ok := c.Line(i).Event.(wire.Said); ok && said.By == wire.ByCustomer {
			if unread--; unread == 0 {
				return i
			}
		}
	}
	return 0
}

// Typing returns who is writing at an instant; the customer before colleagues.
func (c Conversation) Typing(now time.Time) (wire.Typing, bool) {
	s := c.m.signs[c.e.ID]
	switch {
	case now.Before(s.customer.until):
		return s.customer.Typing, true
	case now.Before(s.agent.until):
		return s.agent.Typing, true
	}
	return wire.Typing{}, false
}
