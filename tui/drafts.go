package tui

import (
	"fmt"
	"strings"

	"ventanilla/client/wire"
	"ventanilla/tui/edit"
)

// Kind says for whom a text is written. It is part of a draft's identity and
// not a switch beside it, so a note cannot turn into a reply on its way out.
type Kind int8

// The kinds.
const (
	ReplyKind Kind = iota // to the customer
	NoteKind              // for the team only
)

// Other is the kind that k is not.
func (k Kind) Other() Kind { return 1 - k }

// DraftKey names a draft: there is one for each conversation and kind.
type DraftKey struct {
	Conversation wire.ConversationID
	Kind         Kind
}

// name is what the scribe knows a draft by.
func (k DraftKey) name() string { return fmt.Sprintf("draft %d %s", k.Kind, k.Conversation) }

// command is what a text of this kind leaves as. seen is the newest line that
// its writer had seen.
func (k DraftKey) command(text string, seen uint64) wire.Command {
	if k.Kind == NoteKind {
		return wire.Note{Conversation: k.Conversation, Text: text}
	}
	return wire.Reply{Conversation: k.Conversation, Text: text, Seen: seen}
}

// Drafts keeps what is typed where it outlives the program. Save with an empty
// text ends a draft; it may wait for a disk and is called from one goroutine at a
// time, not always the same. Keeping what is sent is not its task but that of the
// outbox, which ends its draft too.
type Drafts interface {
	Load() map[DraftKey]string
	Save(k DraftKey, text string) error
}

// drafts are the texts not sent yet, whatever is shown, and what is known about
// them. They live as long as the program, or longer with a keeper.
type drafts struct {
	texts    map[DraftKey]*edit.Buffer
	kinds    map[wire.ConversationID]Kind // the kind last written in each
	returned map[DraftKey]string          // what came back, refused, at a draft's start
	guards   map[wire.ConversationID]*guard
	witness  *witness
	keeper   Drafts // nil: they end with the program
	scribe   *scribe
}

func newDrafts(keeper Drafts) *drafts {
	d := &drafts{
		texts: make(map[DraftKey]*edit.Buffer), kinds: make(map[wire.ConversationID]Kind), returned: make(map[DraftKey]string),
		guards: make(map[wire.ConversationID]*guard), witness: newWitness(), keeper: keeper, scribe: newScribe(),
	}
	if keeper == nil {
		return d
	}
	loaded := keeper.Load()
	for k, text := range loaded {
		d.set(k, text)
		d.scribe.has(k.name(), text)
		if _, both := loaded[DraftKey{k.Conversation, k.Kind.Other()}]; k.Kind == NoteKind && !both {
			d.kinds[k.Conversation] = NoteKind
		}
	}
	return d
}

// offer gives the scribe what changed. What it could not put down is offered
// again the next time.
func (d *drafts) offer() {
	if d.keeper == nil {
		return
	}
	for k, b := range d.texts {
		d.scribe.give(k.name(), b.Text(), func(text string) error { return d.keeper.Save(k, text) })
	}
}

// of returns the draft with a key, an empty one when there is none.
func (d *drafts) of(k DraftKey) *edit.Buffer {
	b, ok := d.texts[k]
	if !ok {
		b = &edit.Buffer{Limit: wire.MaxText}
		d.texts[k] = b
	}
	return b
}

// set replaces a draft. A text that is too long to be sent is kept whole: it was
// typed, so it may be split but not cut.
func (d *drafts) set(k DraftKey, text string) {
	b := d.of(k)
	b.Limit = 0
	b.Set(text)
	b.Limit = max(wire.MaxText, b.Count())
}

// sent empties a draft whose text the outbox has.
func (d *drafts) sent(k DraftKey) {
	d.set(k, "")
	delete(d.returned, k)
	if k.Kind == ReplyKind {
		delete(d.guards, k.Conversation)
	}
}

// current is the draft that a conversation's composer shows.
func (d *drafts) current(c wire.ConversationID) DraftKey { return DraftKey{c, d.kinds[c]} }

// has reports whether a conversation has something written and not sent.
func (d *drafts) has(c wire.ConversationID) bool {
	for _, k := range [...]Kind{ReplyKind, NoteKind} {
		if b, ok := d.texts[DraftKey{c, k}]; ok && !b.Empty() {
			return true
		}
	}
	return false
}

// count is how many drafts hold something.
func (d *drafts) count() (n int) {
	for _, b := range d.texts {
		if !b.Empty() {
			n++
		}
	}
	return n
}

// giveBack puts a text that was not sent in front of what was written since, but
// behind what came back before it.
func (d *drafts) giveBack(k DraftKey, text string) {
	d.scribe.doubt(k.name()) // the outbox has made it a draft again already
	now := d.of(k).Text()
	before := d.returned[k]
	rest, behind := strings.CutPrefix(now, before)
	if before != "" && behind && (rest == "" || rest[0] == '\n') {
		text = before + "\n" + text
	} else {
		rest = now
	}
	d.returned[k] = text
	if rest = strings.TrimPrefix(rest, "\n"); strings.TrimSpace(rest) != "" {
		text += "\n" + rest
	}
	d.set(k, text)
}
