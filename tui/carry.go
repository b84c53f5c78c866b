package tui

import (
	"slices"
	"time"

	"ventanilla/client/wire"
	"ventanilla/tui/firewall"
	"ventanilla/tui/words"

	tea "charm.land/bubbletea/v2"
)

// places is what the root remembers of where the agent has been.
type places struct {
	opened      []wire.ConversationID // watched, the last shown last
	seen        map[wire.ConversationID]uint64
	away        bool // the terminal's window has not the focus
	awayAt      time.Time
	looking     wire.Looking // as the desk was told
	typedIn     wire.ConversationID
	typedAt     time.Time
	epoch       string // of the desk that greeted us last
	rights      string
	dropped     uint64
	noticeUntil time.Time
}

// tickets number the requests, so that a late answer is known for one.
type tickets struct{ last int }

// What is asked carries one of these; its answer brings it back.
type (
	olderTicket  struct{ conversation wire.ConversationID }
	searchTicket struct{ number int }
	countsTicket struct{}
)

const (
	leanPage   = 15
	keptOpen   = 8 // conversations whose lines stay at hand
	noticeTime = 4 * time.Second
	graveTime  = time.Second // what a key in full flight cannot dismiss
)

// chain is several intents, one after the other.
type chain []Intent

func (chain) intent() {}

// carryOut is the only function that turns a wish into work.
func (m *Model) carryOut(i Intent) tea.Cmd {
	switch i := i.(type) {
	case nil:
		return nil
	case chain:
		cmds := make([]tea.Cmd, len(i))
		for n, one := range i {
			cmds[n] = m.carryOut(one)
		}
		return tea.Batch(cmds...)
	case Command:
		if !m.overWithTheDesk() {
			m.desk.Do(i.Wire)
		}
	case Send:
		m.send(i.Draft)
	case Typed:
		m.typed(i.Draft)
	case Older:
		m.askOlder(i)
	case Find:
		m.asks.last++
		m.panes.queue.search.ticket = searchTicket{m.asks.last}
		m.desk.Ask(bg(), wire.Search{Text: i.Text, Limit: 50}, searchTicket{m.asks.last})
	case Refresh:
		m.askContext()
	case Reload:
		m.reload()
		return tea.ClearScreen
	case Clip:
		return m.clip(i.Text)
	case Leave:
		return m.leave(i.Sure)
	case SendAnyway, Reconsider, EditEntry, LeaveEntry, TakeBack, Recover:
		m.screen.mark(QueuePart, TalkPart, ComposerPart, smallPart, footerPart)
		m.rethink(i)
	default:
		return m.place(i)
	}
	return nil
}

// place carries out the intents that only change what is on the screen.
func (m *Model) place(i Intent) tea.Cmd {
	m.screen.mark(QueuePart, TalkPart, CustomerPart, ComposerPart, smallPart, footerPart)
	switch i := i.(type) {
	case Show:
		return m.show(i.Conversation, i.At)
	case Focus:
		m.focus(i.Part)
	case Write:
		m.write(DraftKey{m.v.shown, i.Kind})
	case Move:
		m.move(i.From)
	case Tell:
		m.tell(i.Notice)
	case Ask:
		m.panes.sheet = i.Sheet
	case Close:
		m.panes.sheet = nil
		m.screen.all()
		return m.carryOut(i.Then)
	case Press:
		return m.act(i.Action)
	}
	return nil
}

// rethink carries out the intents about what was sent and has not arrived.
func (m *Model) rethink(i Intent) {
	switch i := i.(type) {
	case SendAnyway:
		m.sendAnyway()
	case Reconsider:
		m.reconsider()
	case EditEntry:
		m.editEntry(i.ID)
	case LeaveEntry:
		m.leaveEntry()
	case TakeBack:
		m.takeBack(i.ID)
	case Recover:
		m.recover(i)
	}
}

// send lets the text in the composer leave.
func (m *Model) send(k DraftKey) {
	if m.v.editing() != nil {
		m.confirmEntry()
		m.screen.mark(TalkPart, smallPart, QueuePart)
		return
	}
	draft := m.v.drafts.of(k)
	if !m.tooLong(draft) && !m.overWithTheDesk() {
		m.leaves(k, k.command(draft.Text(), m.v.drafts.witness.upTo(k.Conversation)))
	}
}

// overWithTheDesk reports, and says, that the desk wants nothing more of this
// session. The client has ended: what it were given would wait on the disk, and
// nothing would tell the screen.
func (m *Model) overWithTheDesk() bool {
	if m.v.link.fatal {
		m.tell(Notice{Text: m.v.words.Say(words.EndedNotSent), Grave: true})
	}
	return m.v.link.fatal
}

// leaves hands a draft's command to the outbox, which has the text from here on,
// and clears the draft.
func (m *Model) leaves(k DraftKey, c wire.Command) {
	m.v.drafts.scribe.forget(k.name()) // the outbox ends the draft with the same stroke
	m.desk.Do(c)
	m.v.drafts.scribe.has(k.name(), "") // nor is its end put down: by then it may have come back
	m.v.drafts.sent(k)
	m.panes.talk.window = window{}
	m.screen.mark(TalkPart, smallPart, QueuePart)
}

// typed lets the customer know that somebody writes, but nobody of a note.
func (m *Model) typed(k DraftKey) {
	m.places.typedIn, m.places.typedAt = k.Conversation, m.v.now
	m.screen.mark(TalkPart, QueuePart, smallPart)
	key, draft := m.v.writing()
	if draft.Empty() && m.v.editing() == nil && k.Kind == ReplyKind {
		delete(m.v.drafts.guards, k.Conversation)
	}
	if key.Kind == ReplyKind && !draft.Empty() {
		m.desk.Typing(k.Conversation)
	}
}

func (m *Model) write(k DraftKey) {
	if k.Conversation == "" {
		return
	}
	m.v.drafts.kinds[k.Conversation] = k.Kind
	m.focus(ComposerPart)
}

// move gives the text of one draft to the other kind's. It is the answer to a
// question that said so in words.
func (m *Model) move(from DraftKey) {
	to := DraftKey{from.Conversation, from.Kind.Other()}
	m.v.drafts.giveBack(to, m.v.drafts.of(from).Text())
	m.v.drafts.sent(from)
	m.write(to)
}

func (m *Model) tell(n Notice) {
	m.v.notice = n
	m.places.noticeUntil = m.v.now.Add(noticeTime)
	if n.Grave {
		m.places.noticeUntil = m.v.now.Add(graveTime)
	}
	m.screen.mark(footerPart, smallPart)
}

func (m *Model) focus(p Part) {
	if p == ComposerPart && !m.composes() {
		p = TalkPart
	}
	m.v.focus = p
	if p == CustomerPart && m.v.link.lean && m.v.file.context == nil && !m.v.file.asked {
		m.askContext()
	}
}

// show puts a conversation in front of the agent. What belongs to the customer
// before is gone at once: an answer for them that comes later finds no file.
func (m *Model) show(id wire.ConversationID, at uint64) tea.Cmd {
	m.panes.talk.turn(id, at, &m.v)
	if id != m.v.shown {
		m.v.shown, m.v.file = id, &file{}
		m.watch(id)
		if !m.v.link.lean || m.v.focus == CustomerPart {
			m.askContext()
		}
	}
	m.panes.queue.turnTo(id, &m.v)
	m.focus(TalkPart)
	return m.settle()
}

// watch keeps the last few conversations at hand and lets go of the oldest.
func (m *Model) watch(id wire.ConversationID) {
	p := &m.places
	if i := slices.Index(p.opened, id); i >= 0 {
		p.opened = append(slices.Delete(p.opened, i, i+1), id)
		return
	}
	p.opened = append(p.opened, id)
	m.desk.Watch(id)
	if len(p.opened) > keptOpen {
		m.desk.Unwatch(p.opened[0])
		m.mirror.Forget(p.opened[0])
		p.opened = slices.Delete(p.opened, 0, 1)
	}
}

func (m *Model) askContext() {
	if m.v.shown == "" {
		return
	}
	m.asks.last++
	m.v.file.ticket = ticket{m.v.shown, m.asks.last}
	m.v.file.asked, m.v.file.failed = true, ""
	m.desk.Ask(bg(), wire.GetContext{Conversation: m.v.shown}, m.v.file.ticket)
	m.screen.mark(CustomerPart, customerLine, TalkPart)
}

func (m *Model) askOlder(i Older) {
	t := m.panes.talk
	if t.asked == i {
		return
	}
	t.asked = i
	m.desk.Ask(bg(), wire.Older{Conversation: i.Conversation, Before: i.Before, Limit: m.page()}, olderTicket{i.Conversation})
}

// page is how many lines of history are asked for at once.
func (m *Model) page() int {
	if m.v.link.lean {
		return leanPage
	}
	return wire.MaxPage / 2
}

// reload asks for everything again.
func (m *Model) reload() {
	m.askContext()
	m.askCounts()
	m.desk.Resync()
	m.screen.all()
	m.tell(Notice{Text: m.v.words.Say(words.Reloading)})
}

func (m *Model) clip(s string) tea.Cmd {
	m.tell(Notice{Text: m.v.words.Say(words.Copied)})
	sequence := firewall.Copy(s)
	if m.door != nil {
		m.door.Arm(sequence)
	}
	return tea.Raw(sequence)
}

func (m *Model) leave(sure bool) tea.Cmd {
	if !sure && (m.v.outbox.unsent() > 0 || m.v.drafts.count() > 0) {
		return m.place(Ask{leaveSheet(&m.v)})
	}
	return tea.Quit
}

func (m *Model) nextPriority() Intent {
	if id, ok := m.v.Next(); ok {
		return Show{Conversation: id}
	}
	return tell(&m.v, words.NothingWaits)
}

// otherOpen goes through the conversations of the agent, as the queue has them.
func (m *Model) otherOpen(by int) Intent {
	rows := m.v.Rows(tabs[0].tab, m.panes.queue.order)
	if rows.Len() == 0 {
		return tell(&m.v, words.NothingWaits)
	}
	i, ok := rows.Index(m.v.shown)
	if !ok {
		return Show{Conversation: rows.At(0).ID}
	}
	return Show{Conversation: rows.At((i + by + rows.Len()) % rows.Len()).ID}
}
