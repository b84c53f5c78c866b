package desk

import (
	"context"
	"fmt"

	"ventanilla/client/wire"
)

// Open returns a conversation's newest lines, and makes the feed give its records
// in full after the answer's UpTo. Whoever pumps the feed first brings it there.
func (d *Desk) Open(ctx context.Context, s *Staff, q wire.Watch) (wire.Timeline, error) {
	if len(s.watch) >= wire.MaxWatched && !s.watch[q.Conversation] {
		return wire.Timeline{}, refuse(wire.Invalid, "watching_many", wire.MaxWatched)
	}
	return d.look(ctx, &s.User, wire.Older{Conversation: q.Conversation, Limit: q.Limit}, "open")
}

// Rewatch returns which of the conversations that a client watched before it came
// back the user may go on watching. What opening would record is recorded.
func (d *Desk) Rewatch(ctx context.Context, user *User, ids []wire.ConversationID) ([]wire.ConversationID, error) {
	var sees, recorded []wire.ConversationID
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		for _, id := range ids[:min(len(ids), wire.MaxWatched)] {
			c, found, err := r.Conversation(id)
			if err != nil {
				return err
			}
			if !found || !user.sees(c.Place()) || !MayAsk(user.Role, wire.AskName(wire.Watch{})) {
				continue
			}
			sees = append(sees, id)
			if user.opensRecorded(c.Place()) {
				recorded = append(recorded, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading what is watched: %w", err)
	}
	return sees, d.audits.add(ctx, user.ID, "open", recorded...)
}

// GoOnWatching records that a reader watches a conversation which an item makes a
// colleague's: what was free to read until then is a look at somebody else's work
// from there on. When it cannot be recorded the feed must not give the item.
func (d *Desk) GoOnWatching(ctx context.Context, s *Staff, item *Item) error {
	if !s.watch[item.Conversation] || s.User.opensRecorded(item.Before) || !s.User.opensRecorded(item.After) {
		return nil
	}
	return d.audits.add(ctx, s.User.ID, "watch", item.Conversation)
}

// Watch makes the feed give a conversation's records in full.
func (s *Staff) Watch(id wire.ConversationID) { s.watch[id] = true }

// Unwatch makes the feed give summaries again.
func (s *Staff) Unwatch(id wire.ConversationID) { delete(s.watch, id) }

// Before returns the page of lines before a seq.
func (d *Desk) Before(ctx context.Context, user *User, q wire.Older) (wire.Timeline, error) {
	return d.look(ctx, user, q, "read")
}

// look reads a page and records that it was read, where that is to be recorded.
func (d *Desk) look(ctx context.Context, user *User, q wire.Older, action string) (wire.Timeline, error) {
	t, err := d.timeline(ctx, user, q)
	if err != nil || !user.opensRecorded(Place{t.Summary.Queue, t.Summary.Agent}) {
		return t, err
	}
	if err := d.audits.add(ctx, user.ID, action, q.Conversation); err != nil {
		return wire.Timeline{}, err
	}
	return t, nil
}

const (
	defaultPage = 30
	// pageBytes keeps a page of long messages well inside a frame.
	pageBytes = wire.MaxDeskFrame / 2
)

// timeline reads a page. Without a bound it is complete up to the head it was read
// at, which becomes its UpTo.
func (d *Desk) timeline(ctx context.Context, user *User, q wire.Older) (wire.Timeline, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, wire.MaxPage)
	var t wire.Timeline
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		at, err := r.Position()
		if err != nil {
			return err
		}
		c, found, err := r.Conversation(q.Conversation)
		if err != nil {
			return err
		}
		if !found || !user.sees(c.Place()) {
			return refuse(wire.Missing, "no_conversation")
		}
		entries, err := r.Timeline(q.Conversation, q.Before, limit+1) // one more, for More and the first Prev
		if err != nil {
			return err
		}
		t = page(c.Summary, entries, limit)
		t.UpTo = at.Seq
		if q.Before > 0 {
			t.UpTo = q.Before - 1
		}
		return nil
	})
	return t, err
}

func page(s wire.Summary, entries []Entry, limit int) wire.Timeline {
	t := wire.Timeline{Summary: s, Records: []wire.Record{}}
	prev := uint64(0)
	if first := firstOf(entries, limit); first > 0 {
		t.More, prev, entries = true, entries[first-1].Seq, entries[first:]
	}
	for i := range entries {
		e := &entries[i]
		t.Records = append(t.Records, wire.Record{Seq: e.Seq, Prev: prev, At: e.At, Event: e.Event})
		prev = e.Seq
	}
	return t
}

// firstOf returns the index of the oldest entry that a page has room for.
func firstOf(entries []Entry, limit int) int {
	first, size := len(entries), 0
	for first > 0 && len(entries)-first < limit {
		if size += len(entries[first-1].Body); size > pageBytes && first < len(entries) {
			break
		}
		first--
	}
	return first
}
