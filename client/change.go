package client

import (
	"fmt"

	"ventanilla/client/wire"
)

// Change replaces what an entry of the outbox says; it keeps its place. It answers
// [ErrOnItsWay] when the desk may have it already and [ErrNoEntry] when it is not
// in the outbox any more.
func (c *Client) Change(id EntryID, command wire.Command) error {
	if err := fits(command); err != nil {
		return err
	}
	return c.edit("changing", func(b Outbox) error {
		for e := range b.Entries() {
			if e.ID == id && about(e.Command) != about(command) {
				return ErrOtherConversation
			}
		}
		return b.Change(id, command)
	})
}

// TakeBack drops an entry of the outbox. It answers as [Client.Change] does.
func (c *Client) TakeBack(id EntryID) error {
	return c.edit("taking back", func(b Outbox) error { return b.TakeBack(id) })
}

// Hold keeps an entry of the outbox, and the later ones of the same conversation,
// from being sent until it is called with false. It lasts as the outbox does and
// answers as [Client.Change] does.
func (c *Client) Hold(id EntryID, held bool) error {
	return c.edit("holding", func(b Outbox) error { return b.Hold(id, held) })
}

func (c *Client) edit(doing string, do func(Outbox) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := do(c.lane.box); err != nil {
		return fmt.Errorf("%s an entry: %w", doing, err)
	}
	c.sayOutbox()
	c.stir()
	return nil
}

// about is the conversation of a command, empty for what belongs to none.
func about(c wire.Command) wire.ConversationID {
	id, _ := wire.CommandAbout(c)
	return id
}
