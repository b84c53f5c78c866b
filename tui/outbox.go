package tui

import (
	"slices"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/tui/words"
)

// outbox is what was written and is not a line of its conversation yet, as the
// client tells it. It is only looked at: the client keeps and sends.
type outbox struct {
	entries []client.Entry
	// accepted are those whose outcome came before their record.
	accepted []acceptedText
}

type acceptedText struct {
	seq  uint64
	text waitingText
}

// waitingText is a text on its way.
type waitingText struct {
	key   DraftKey
	text  string
	state words.ID
}

// textOf returns what a command says, when it says something.
func textOf(c wire.Command) (DraftKey, string, bool) {
	switch c := c.(type) {
	case wire.Reply:
		return DraftKey{c.Conversation, ReplyKind}, c.Text, true
	case wire.Note:
		return DraftKey{c.Conversation, NoteKind}, c.Text, true
	}
	return DraftKey{}, "", false
}

// settle notes the outcome of a command. What was refused comes back.
func (o *outbox) settle(s client.Settled) (refused waitingText, is bool) {
	key, text, says := textOf(s.Entry.Command)
	if !says {
		return waitingText{}, false
	}
	if s.Outcome.Refused != nil {
		return waitingText{key: key, text: text}, true
	}
	if s.Outcome.Seq > 0 {
		o.accepted = append(o.accepted, acceptedText{s.Outcome.Seq, waitingText{key, text, words.Sending}})
	}
	return waitingText{}, false
}

// prune drops what has become a line.
func (o *outbox) prune(v mirror.View) {
	at := v.At().Seq
	o.accepted = slices.DeleteFunc(o.accepted, func(a acceptedText) bool { return a.seq <= at })
}

// of returns what waits in a conversation, in the order it was written.
func (o *outbox) of(c wire.ConversationID) []waitingText {
	var out []waitingText
	for _, a := range o.accepted {
		if a.text.key.Conversation == c {
			out = append(out, a.text)
		}
	}
	for _, e := range o.entries {
		if key, text, ok := textOf(e.Command); ok && key.Conversation == c {
			state := words.Waiting
			if e.State == client.Sent {
				state = words.Sending
			}
			out = append(out, waitingText{key, text, state})
		}
	}
	return out
}

// unsent counts texts that have no outcome.
func (o *outbox) unsent() (n int) {
	for _, e := range o.entries {
		if _, _, ok := textOf(e.Command); ok {
			n++
		}
	}
	return n
}
