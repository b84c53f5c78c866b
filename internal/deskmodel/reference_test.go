// Package deskmodel holds a real desk on a real database against a small one made of
// slices: whatever is sent to both, in whatever order, both must say the same. It is
// tests only; the rules it compares with are written here anew, not taken from there.
package deskmodel

import (
	"slices"

	"ventanilla/client/wire"
)

// reference is the small desk. A backup of it is a copy.
type reference struct {
	now   wire.Millis
	head  uint64
	staff []member
	talks []talk // in the order they were opened
	lanes []lane
	said  []line // every text, in the order of the log
}

// member is somebody who works here, or did.
type member struct {
	id       wire.AgentID
	login    string
	role     wire.Role
	queues   []wire.QueueID
	disabled bool
}

// talk is a conversation.
type talk struct {
	id       wire.ConversationID
	customer int
	queue    wire.QueueID
	agent    wire.AgentID
	resolved wire.Millis // 0: open
	tags     []string
	priority wire.Priority
	seen     uint64 // by who is in charge
	last     uint64 // public line
	moves    []move
}

// move says where a conversation is from a seq on.
type move struct {
	seq   uint64
	queue wire.QueueID
	agent wire.AgentID
}

// line is a text that somebody wrote.
type line struct {
	seq  uint64
	talk int
	by   wire.AgentID // empty: the customer
	note bool
	text string
}

// lane is one client's numbered commands. Staff's have a member, customers' none.
type lane struct {
	name     string
	member   int // -1: a customer's
	customer int
	sent     []deed
	settled  uint64 // what the desk may have forgotten
}

// deed is a command that was carried out or refused, as number len(sent)+1.
type deed struct {
	command wire.Command
	text    string // a customer's
	answer  answer
}

// answer is what a client hears, without the sentences.
type answer struct {
	resend, n, seq, newest uint64
	settled                bool
	code                   string
}

// order is a command on its way.
type order struct {
	lane       int
	n, settled uint64
	deed
}

func (r *reference) clone() *reference {
	c := *r
	c.staff, c.talks, c.lanes, c.said = slices.Clone(r.staff), slices.Clone(r.talks), slices.Clone(r.lanes), slices.Clone(r.said)
	for i := range c.talks {
		c.talks[i].moves = slices.Clone(c.talks[i].moves)
	}
	for i := range c.lanes {
		c.lanes[i].sent = slices.Clone(c.lanes[i].sent)
	}
	return &c
}

// sees is the table of who gets what: anything at all of a conversation that stands
// in a queue and is in the charge of somebody.
func (m *member) sees(queue wire.QueueID, agent wire.AgentID) bool {
	if m.disabled || queue == "" {
		return false
	}
	mine := slices.Contains(m.queues, queue)
	switch m.role {
	case wire.RoleAgent, wire.RoleLead:
		return mine || agent == m.id
	case wire.RoleSupervisor:
		return mine
	}
	return false
}

// at is where a conversation was when the log ended at a seq; nowhere before it was opened.
func (t *talk) at(seq uint64) (where move) {
	for _, m := range t.moves {
		if m.seq <= seq {
			where = m
		}
	}
	return where
}

func (r *reference) talk(id wire.ConversationID) *talk {
	i := slices.IndexFunc(r.talks, func(t talk) bool { return t.id == id })
	if i < 0 {
		return nil
	}
	return &r.talks[i]
}

// take is the whole desk: what is answered to an order, and what it does.
func (r *reference) take(o order) answer {
	l := &r.lanes[o.lane]
	last := uint64(len(l.sent))
	switch {
	case o.n == 0 || o.n > last+1:
		return answer{resend: last + 1}
	case o.n <= max(l.settled, o.settled) && o.n <= last:
		return answer{n: o.n, settled: true}
	case o.n <= last:
		return l.sent[o.n-1].answer
	}
	a := answer{n: o.n}
	if l.member < 0 {
		r.say(l.customer, o.text)
		a.seq = r.head
	} else {
		a.seq, a.newest, a.code = r.act(&r.staff[l.member], o.command)
	}
	l.settled = max(l.settled, o.settled)
	o.answer = a
	l.sent = append(l.sent, o.deed)
	return a
}

// say takes a customer's message: into the open conversation, into one resolved in
// the last day, or into a new one.
func (r *reference) say(customer int, text string) {
	const day = 24 * 60 * 60 * 1000
	at := -1
	for i := range r.talks {
		if r.talks[i].customer == customer {
			at = i
		}
	}
	switch {
	case at < 0 || r.talks[at].resolved != 0 && r.now-r.talks[at].resolved > day:
		r.head++
		at = len(r.talks)
		r.talks = append(r.talks, talk{customer: customer, queue: "general", moves: []move{{r.head, "general", ""}}})
	case r.talks[at].resolved != 0:
		r.head++
		r.talks[at].resolved = 0
	}
	r.write(at, "", false, text)
}

func (r *reference) write(at int, by wire.AgentID, note bool, text string) {
	r.head++
	r.said = append(r.said, line{r.head, at, by, note, text})
	t := &r.talks[at]
	if !note {
		t.last = r.head
		if by != "" {
			t.seen = r.head
		}
	}
}

func (r *reference) route(t *talk, queue wire.QueueID, agent wire.AgentID) {
	r.head++
	t.queue, t.agent = queue, agent
	t.moves = append(t.moves, move{r.head, queue, agent})
}
