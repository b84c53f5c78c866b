package tui

import (
	"errors"
	"slices"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/tui/words"

	tea "charm.land/bubbletea/v2"
)

// absorb takes in everything that happened since the last time.
func (m *Model) absorb(u client.Update) tea.Cmd {
	for _, e := range u.Events {
		m.take(e)
	}
	m.v.outbox.prune(m.v.View)
	return m.settle()
}

// take is the table of contents of what the client tells.
func (m *Model) take(e client.Event) {
	switch e := e.(type) {
	case client.LinkChanged:
		m.linkChanged(e)
	case client.Welcomed:
		m.welcome(e)
	case client.SnapshotPart:
		m.snapshot(e.Snapshot)
	case client.FeedPart:
		m.feed(e.Feed)
	case client.Opened:
		m.mirror.Timeline(e.Timeline)
		m.screen.mark(TalkPart, QueuePart, smallPart)
	case client.Older:
		m.mirror.Timeline(e.Timeline)
		m.screen.mark(TalkPart)
	case client.NotOpened:
		m.lost(e.Conversation)
		m.tell(Notice{m.why(e.Err), true})
	case client.TypingSign:
		m.mirror.Typing(e.Typing, m.v.now)
		m.screen.mark(TalkPart)
	case client.ViewersChanged:
		m.mirror.Viewing(e.Viewing)
		m.screen.mark(QueuePart, TalkPart, talkLine)
	case client.OutboxChanged:
		m.v.outbox.entries = e.Entries
		m.checkEntry()
		m.screen.mark(TalkPart, smallPart)
	case client.Withheld:
		m.withheld(e)
	case client.Lost:
		m.lostSome(e.Entries)
	case client.Settled:
		m.settled(e)
	case client.Answered:
		m.answered(e)
	}
}

func (m *Model) welcome(e client.Welcomed) {
	m.offset = e.Offset
	m.tick()
	first := m.v.Me().ID == ""
	m.tellChanged(e.Welcome)
	m.mirror.Welcome(e.Welcome)
	if first && m.v.Me().Role == wire.RoleSupervisor {
		m.panes.queue.tab = mirror.Team // nothing is ever theirs
	}
	m.screen.all()
	m.askCounts()
}

func (m *Model) feed(f wire.Feed) {
	if err := m.mirror.Feed(f); err != nil {
		m.desk.Resync()
		return
	}
	if len(f.Records) == 0 {
		return
	}
	m.panes.queue.begin(&m.v) // the first row may arrive after an empty snapshot
	m.screen.mark(QueuePart, queueLine, TalkPart, talkLine, statusPart, footerPart)
	for _, r := range f.Records {
		switch e := r.Event.(type) {
		case wire.Routed:
			if e.Conversation == m.v.shown {
				m.changedHands()
			}
		case wire.Gone:
			m.lost(e.Conversation)
		}
	}
}

// lost puts away a conversation that may not be seen any more, its customer's
// context first. What was written there stays a draft.
func (m *Model) lost(id wire.ConversationID) {
	m.places.opened = slices.DeleteFunc(m.places.opened, func(o wire.ConversationID) bool { return o == id })
	if id != m.v.shown {
		return
	}
	m.v.file, m.v.shown = &file{}, ""
	m.panes.talk.turn("", 0, &m.v)
	m.focus(m.v.focus)
	m.tell(Notice{m.v.words.Say(words.ConversationGone), true})
	m.screen.all()
}

// settle does what follows from what is on the screen now: go on loading, and
// tell the desk what the agent in charge has read.
func (m *Model) settle() tea.Cmd {
	cmd := m.carryOut(m.panes.talk.settle(&m.v))
	m.markSeen()
	return cmd
}

// markSeen tells the desk how far the agent in charge has read: the end of the
// conversation is on a screen that somebody looks at.
func (m *Model) markSeen() {
	c, ok := m.v.Conversation(m.v.shown)
	if !ok || m.places.away || !m.v.link.fresh || c.Len() == 0 || !m.panes.talk.atEnd() || !m.v.Can("seen") {
		return
	}
	s, last := c.Summary(), c.Line(c.Len()-1).Seq
	if s.Agent != m.v.Me().ID || s.Unread == 0 || m.places.seen[s.ID] >= last {
		return
	}
	m.places.seen[s.ID] = last
	m.desk.Do(wire.MarkSeen{Conversation: s.ID, UpTo: last})
}

// settled takes the outcome of a command. What was refused is said, and a text
// that was refused goes back to where it was written.
func (m *Model) settled(e client.Settled) {
	refused := e.Outcome.Refused
	m.screen.mark(TalkPart, QueuePart, smallPart, footerPart)
	back, text := m.v.outbox.settle(e)
	if text {
		m.v.drafts.giveBack(back.key, back.text)
	}
	if refused == nil {
		return
	}
	if refused.Code == wire.CodeStale && m.stale(e) {
		return
	}
	id := words.CommandRefused
	if text {
		id = words.TextRefused
	}
	m.tell(Notice{m.v.words.With(id, words.Args{"Why": m.v.refusedWhy(refused)}), true})
}

// stale deals with what the desk refused because there are newer lines.
func (m *Model) stale(e client.Settled) bool {
	switch c := e.Entry.Command.(type) {
	case wire.Reply:
		m.heldBack(c, e.Outcome.Newest)
	case wire.Resolve:
		return m.unresolved(c, e.Outcome.Newest)
	default:
		return false
	}
	return true
}

// answered takes the answer to a question. One that is late, because another
// conversation is shown or the question was put again since, is dropped here.
func (m *Model) answered(e client.Answered) {
	switch t := e.Token.(type) {
	case ticket:
		if t == m.v.file.ticket {
			m.contextCame(e)
		}
	case searchTicket:
		if t == m.panes.queue.search.ticket {
			m.hitsCame(e)
		}
	case olderTicket:
		if e.Err != nil && t.conversation == m.v.shown {
			m.tell(Notice{m.why(e.Err), true})
		}
	case countsTicket:
		m.panes.counts.answer(e.Answer)
		m.screen.mark(QueuePart)
	}
}

func (m *Model) contextCame(e client.Answered) {
	f := m.v.file
	f.asked = false
	m.screen.mark(CustomerPart, customerLine, TalkPart)
	var no *client.AskError
	switch answer, ok := e.Answer.(wire.Context); {
	case errors.As(e.Err, &no) && no.Refusal.Kind == wire.Denied:
		f.context, f.denied = nil, true
	case e.Err != nil:
		f.failed = m.why(e.Err)
	case ok && answer.Conversation == f.ticket.conversation:
		f.context, f.denied, f.at = &answer, false, m.v.now
	}
}

func (m *Model) hitsCame(e client.Answered) {
	m.screen.mark(QueuePart)
	if hits, ok := e.Answer.(wire.Hits); ok {
		m.panes.queue.search.answer(hits)
		return
	}
	m.panes.queue.search.fail(m.why(e.Err))
}

// why is the sentence for an error: the desk's own when it sent one.
func (m *Model) why(err error) string {
	var no *client.AskError
	if errors.As(err, &no) && no.Refusal.Text != "" {
		return no.Refusal.Text
	}
	return m.v.words.Say(words.AskFailed)
}
