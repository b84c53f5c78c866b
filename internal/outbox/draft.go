package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ventanilla/client/wire"
)

// Draft is a text that was not sent yet.
type Draft struct {
	Conversation wire.ConversationID
	Kind         string // the name of the command it would become
	Text         string
}

// draftKey names a draft: there is one for each conversation and kind.
type draftKey struct {
	conversation wire.ConversationID
	kind         string
}

// draft is a text and its row, 0 when it has none yet.
type draft struct {
	text string
	row  int64
	back string // what came back, at its start
}

// before puts a text in front of what was written since, but behind what came back
// before it.
func (d draft) before(text string) draft {
	rest := d.text
	if since, still := strings.CutPrefix(rest, d.back); still && d.back != "" && (since == "" || since[0] == '\n') {
		text, rest = d.back+"\n"+text, strings.TrimPrefix(since, "\n")
	}
	d.back, d.text = text, text
	if rest != "" {
		d.text += "\n" + rest
	}
	return d
}

// sealedDraft is what is sealed of a draft.
type sealedDraft struct {
	Conversation wire.ConversationID `json:"c"`
	Text         string              `json:"text"`
}

// written returns what a command says and the draft it was written in; false
// when it says nothing.
func written(c wire.Command) (draftKey, string, bool) {
	switch c := c.(type) {
	case wire.Reply:
		return draftKey{c.Conversation, wire.CommandName(c)}, c.Text, true
	case wire.Note:
		return draftKey{c.Conversation, wire.CommandName(c)}, c.Text, true
	}
	return draftKey{}, "", false
}

// SaveDraft keeps the text of a draft; an empty one ends it. Each call waits for
// the disk, so it is not for every key that is pressed.
func (b *Outbox) SaveDraft(conversation wire.ConversationID, kind, text string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := draftKey{conversation, kind}
	old, had := b.drafts[key]
	if old.text == text {
		return nil
	}
	d := draft{text, old.row, old.back}
	err := b.change(func(t tx) error {
		if text == "" {
			return t.dropDraft(d.row)
		}
		return t.saveDraft(b.slot, key, &d)
	})
	switch {
	case err != nil:
		return err
	case text != "":
		b.drafts[key] = d
	case had:
		delete(b.drafts, key)
	}
	return nil
}

// Drafts returns what was saved and neither sent nor emptied, in no order.
func (b *Outbox) Drafts() []Draft {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []Draft
	for k, d := range b.drafts {
		all = append(all, Draft{k.conversation, k.kind, d.text})
	}
	return all
}

// saveDraft writes a draft in a row of its own or, the first time, in a new one.
func (t tx) saveDraft(slot int, k draftKey, d *draft) error {
	text, err := json.Marshal(sealedDraft{k.conversation, d.text})
	if err != nil {
		return fmt.Errorf("encoding a draft: %w", err)
	}
	if d.row == 0 {
		if d.row, err = t.nextID(); err != nil {
			return err
		}
	}
	return t.exec("insert or replace into draft values(?, ?, ?, ?)", d.row, slot, k.kind, t.seal.close(d.row, k.kind, text))
}

func (t tx) dropDraft(row int64) error { return t.exec("delete from draft where id = ?", row) }

func (b *Outbox) adoptDraft(t tx, r row) error {
	key, text, err := t.seal.draft(r)
	if errors.Is(err, errUnreadable) {
		return t.setAside(r, "draft")
	}
	d, had := b.drafts[key]
	if !had {
		b.drafts[key] = draft{text: text, row: r.id}
		return t.exec("update draft set slot = ? where id = ?", b.slot, r.id)
	}
	d.text += "\n" + text
	b.drafts[key] = d
	if err := t.dropDraft(r.id); err != nil {
		return err
	}
	return t.saveDraft(b.slot, key, &d)
}

func (s sealer) draft(r row) (draftKey, string, error) {
	text, err := s.open(r.id, r.kind, r.sealed)
	if err != nil {
		return draftKey{}, "", errUnreadable
	}
	var d sealedDraft
	if err := json.Unmarshal(text, &d); err != nil {
		return draftKey{}, "", errUnreadable
	}
	return draftKey{d.Conversation, r.kind}, d.Text, nil
}
