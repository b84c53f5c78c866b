package tui

import (
	"maps"

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

// command is what a draft of this kind leaves as.
func (k DraftKey) command(text string) wire.Command {
	if k.Kind == NoteKind {
		return wire.Note{Conversation: k.Conversation, Text: text}
	}
	return wire.Reply{Conversation: k.Conversation, Text: text}
}

// Drafts keeps what is typed where it outlives the program. Save with an empty
// text ends a draft. Keeping what is sent is not its task but the outbox's.
type Drafts interface {
	Load() map[DraftKey]string
	Save(k DraftKey, text string) error
}

// drafts are the texts not sent yet, whatever is shown. They live as long as the
// program, or longer with a keeper.
type drafts struct {
	texts  map[DraftKey]*edit.Buffer
	kinds  map[wire.ConversationID]Kind // the kind last written in each
	keeper Drafts                       // nil: they end with the program
	kept   map[DraftKey]string          // what the keeper has
}

func newDrafts(keeper Drafts) *drafts {
	d := &drafts{make(map[DraftKey]*edit.Buffer), make(map[wire.ConversationID]Kind), keeper, make(map[DraftKey]string)}
	if keeper == nil {
		return d
	}
	maps.Copy(d.kept, keeper.Load())
	for k, text := range d.kept {
		d.of(k).Set(text)
		if _, both := d.kept[DraftKey{k.Conversation, k.Kind.Other()}]; k.Kind == NoteKind && !both {
			d.kinds[k.Conversation] = NoteKind
		}
	}
	return d
}

// save gives the keeper what changed. What it could not keep is tried again the
// next time.
func (d *drafts) save() error {
	if d.keeper == nil {
		return nil
	}
	var failed error
	for k, b := range d.texts {
		text := b.Text()
		if text == d.kept[k] {
			continue
		}
		if err := d.keeper.Save(k, text); err != nil {
			failed = err
			continue
		}
		d.kept[k] = text
	}
	return failed
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

// giveBack puts a text that was refused in front of what was written since.
func (d *drafts) giveBack(k DraftKey, text string) {
	b := d.of(k)
	if since := b.Text(); !b.Empty() {
		text += "\n" + since
	}
	b.Set(text)
}
