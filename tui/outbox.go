package tui

import (
	"slices"
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// outbox is what was written and is not a line of its conversation yet, as the
// client tells it. It is only looked at: the client keeps and sends.
type outbox struct {
	entries []client.Entry
	// accepted are those whose outcome came before their record.
	accepted []acceptedText
	// lost are those the desk accepted and has no more, since it came back from a copy.
	lost    []client.Entry
	why     string // what keeps the desk from taking commands; empty: nothing
	editing *editing
}

type acceptedText struct {
	seq  uint64
	text waitingText
}

// waitingText is a text on its way.
type waitingText struct {
	id    client.EntryID // empty when the desk has accepted it
	key   DraftKey
	text  string
	state waitState
	at    time.Time
}

// waitState says how far a command is that waits.
type waitState int8

const (
	acceptedState   waitState = iota // by the desk; its record is to come
	sendingState                     // on its way
	unansweredState                  // left over an earlier link, the answer is to come
	waitingState                     // has not left
	behindState                      // has not left and will not before one that is held
	heldState                        // leaves when the agent says so
)

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
		o.accepted = append(o.accepted, acceptedText{s.Outcome.Seq, waitingText{key: key, text: text}})
	}
	return waitingText{}, false
}

// prune drops what has become a line.
func (o *outbox) prune(v mirror.View) {
	at := v.At().Seq
	o.accepted = slices.DeleteFunc(o.accepted, func(a acceptedText) bool { return a.seq <= at })
}

// of returns the texts that wait in a conversation, in the order they were written.
func (o *outbox) of(c wire.ConversationID) []waitingText {
	var out []waitingText
	for _, a := range o.accepted {
		if a.text.key.Conversation == c {
			out = append(out, a.text)
		}
	}
	held := false
	for _, e := range o.entries {
		if about, ok := wire.CommandAbout(e.Command); !ok || about != c {
			continue
		}
		held = held || e.Held
		if key, text, ok := textOf(e.Command); ok {
			out = append(out, waitingText{e.ID, key, text, stateOf(e, held), e.At})
		}
	}
	return out
}

// stateOf says how an entry stands; held says that it or one before it is.
func stateOf(e client.Entry, held bool) waitState {
	switch {
	case e.State == client.Sent:
		return sendingState
	case e.N != 0:
		return unansweredState
	case e.Held:
		return heldState
	case held:
		return behindState
	}
	return waitingState
}

// open reports whether what waits so can still be changed.
func (s waitState) open() bool { return s >= waitingState }

// find returns an entry that waits.
func (o *outbox) find(id client.EntryID) (client.Entry, bool) {
	for _, e := range o.entries {
		if e.ID == id {
			return e, true
		}
	}
	return client.Entry{}, false
}

// drop takes an entry off the list before the client says so.
func (o *outbox) drop(id client.EntryID) {
	o.entries = slices.DeleteFunc(slices.Clone(o.entries), func(e client.Entry) bool { return e.ID == id })
}

// lastOpen is the newest text of a conversation that can still be changed.
func (o *outbox) lastOpen(c wire.ConversationID) (client.EntryID, bool) {
	all := o.of(c)
	for _, w := range slices.Backward(all) {
		if w.state.open() && w.id != "" {
			return w.id, true
		}
	}
	return "", false
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

// unsentTo counts them in one conversation.
func (o *outbox) unsentTo(c wire.ConversationID) (n int) {
	for _, w := range o.of(c) {
		if w.id != "" {
			n++
		}
	}
	return n
}

// waitWord says how a text stands that waits, and what can be done about it.
func (v *look) waitWord(s waitState) text.Line {
	switch s {
	case acceptedState:
		return v.say(words.TickSent)
	case sendingState:
		return v.say(words.Sending)
	case unansweredState:
		return v.say(words.Unanswered)
	case behindState:
		return v.say(words.BehindHeld)
	case heldState:
		return v.with(words.HeldText, words.Args{"Edit": v.keys.Key(keymap.Conversation, keymap.EditWaiting),
			"Send": v.keys.Key(keymap.Composer, keymap.Send), "Back": v.keys.Key(keymap.Conversation, keymap.TakeBack)})
	}
	switch {
	case v.outbox.why != "":
		return v.with(words.WithheldText, words.Args{"Why": v.outbox.why})
	case v.link.state == liveState:
		return v.say(words.InLine)
	}
	return v.say(words.Waiting)
}

// waiting draws what was written and is not a line yet.
func (l *liner) waiting(w waitingText, picked bool) []string {
	v := l.v
	l.begin(Size{l.width, 0}, v)
	who := voice{name: v.say(words.You), pen: v.pens.plain.quiet, tone: tone{ink: v.pens.plain.quiet, quiet: v.pens.plain.warn}, bar: "┊"}
	if w.key.Kind == NoteKind {
		who.tone.ink, who.pen = v.pens.noted.ink, v.pens.noted.quiet
	}
	if picked {
		who.pen, who.bar = v.pens.plain.accent, "▌"
	}
	at := v.now
	if !w.at.IsZero() {
		at = w.at.In(v.now.Location())
	}
	s := shape{head: true}
	l.body(w.text, at, s, who)
	for _, row := range v.waitWord(w.state).Wrap(l.bodyWidth(), l.m) {
		l.aside(row, at, s, who)
	}
	return l.canvas.rows
}

// refusedWhy is the sentence for a refusal: ours when this machine or the desk's
// keeps nothing now and something can be done about it, else the desk's own.
func (v *look) refusedWhy(no *wire.Refusal) string {
	if s, ok := v.words.Of(words.KeepsNot, no.Code); ok {
		return s
	}
	if no.Text != "" {
		return no.Text
	}
	return no.Code
}
