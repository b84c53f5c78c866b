package deskmodel

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"ventanilla/client/wire"
)

// text is one that nobody else writes, half of them longer than a preview.
func (m machine) text(t *rapid.T, kind string) string {
	m.texts++
	text := fmt.Sprintf("%s-%05d.", kind, m.texts)
	if rapid.Bool().Draw(t, "long") {
		text += strings.Repeat("-", wire.PreviewLength) + text
	}
	return text
}

// deed draws what somebody wants done with a conversation there is.
func (m machine) deed(t *rapid.T, by int) deed {
	if by < 0 {
		return deed{text: m.text(t, "customer")}
	}
	if len(m.ref.talks) == 0 {
		return deed{command: wire.Take{Conversation: "none"}}
	}
	on := one(t, m.ref.talks, "conversation")
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0, 1, 2:
		return deed{command: m.writing(t, on)}
	case 3, 4:
		return deed{command: m.moving(t, on.id)}
	case 5:
		return deed{command: m.closing(t, on)}
	case 6:
		return deed{command: wire.MarkSeen{Conversation: on.id, UpTo: on.last}}
	}
	if rapid.Bool().Draw(t, "priority") {
		return deed{command: wire.Prioritise{Conversation: on.id, Priority: wire.Priority(rapid.IntRange(-1, 2).Draw(t, "to"))}}
	}
	tags := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"mora", "plan", "reclamo"}), 0, 2, rapid.ID)
	return deed{command: wire.Tag{Conversation: on.id, Add: tags.Draw(t, "add"), Drop: tags.Draw(t, "drop")}}
}

// seen draws what somebody may have seen when they wrote: nothing said, any place in
// the log, the end of it, or one that this log has not come to.
func (m machine) seen(t *rapid.T) uint64 {
	if rapid.IntRange(0, 9).Draw(t, "of another log") == 0 {
		return m.ref.head + 1000
	}
	return rapid.OneOf(rapid.Just(m.ref.head), rapid.Uint64Range(0, m.ref.head)).Draw(t, "seen")
}

func (m machine) writing(t *rapid.T, on talk) wire.Command {
	if rapid.IntRange(0, 2).Draw(t, "note") == 0 {
		return wire.Note{Conversation: on.id, Text: m.text(t, "note")}
	}
	return wire.Reply{Conversation: on.id, Text: m.text(t, "reply"), Seen: m.seen(t)}
}

func (m machine) moving(t *rapid.T, id wire.ConversationID) wire.Command {
	to := one(t, m.ref.staff, "to").id
	switch rapid.IntRange(0, 5).Draw(t, "move") {
	case 0, 1:
		return wire.Take{Conversation: id}
	case 2:
		return wire.Release{Conversation: id}
	case 3:
		return wire.Assign{Conversation: id, Agent: to}
	case 4:
		return wire.Transfer{Conversation: id, Agent: to, Reason: "mora"}
	}
	return wire.Transfer{Conversation: id, Queue: m.queue(t), Reason: "mora"}
}

func (m machine) queue(t *rapid.T) wire.QueueID {
	return rapid.SampledFrom([]wire.QueueID{"general", "cobranzas"}).Draw(t, "queue")
}

func (m machine) closing(t *rapid.T, on talk) wire.Command {
	if rapid.Bool().Draw(t, "reopen") {
		return wire.Reopen{Conversation: on.id}
	}
	return wire.Resolve{Conversation: on.id, Disposition: "otro", Seen: m.seen(t)}
}

// next draws orders that follow each other in their lanes. What a client has settled
// is anything up to what it has heard of.
func (m machine) next(t *rapid.T, count int) (orders []order) {
	sent := make(map[int]uint64)
	for range count {
		i := rapid.IntRange(0, len(m.ref.lanes)-1).Draw(t, "lane")
		l := m.ref.lanes[i]
		sent[i]++
		heard := uint64(len(l.sent))
		settled := rapid.Uint64Range(min(l.settled, heard), heard).Draw(t, "settled")
		orders = append(orders, order{i, heard + sent[i], settled, m.deed(t, l.member)})
	}
	return orders
}
