package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"ventanilla/client/wire"
)

// BeatMillis is how often a client pings when idle.
const BeatMillis wire.Millis = 25_000

// Snapshot is what a role may see at one seq. Conversations come most pressing first:
// one's own, then those whose customers wait longest, then those nobody waits in.
type Snapshot struct {
	Seq           uint64
	Agents        []wire.Agent
	Queues        []wire.Queue
	Conversations []wire.Summary
}

// Snapshot reads what a user may see. A feed that follows after its Seq has no
// hole and no overlap. It is refused with [ErrRightsChanged] when the user's rights
// are no longer those they came with: the feed would never say so.
func (d *Desk) Snapshot(ctx context.Context, user User) (Snapshot, error) {
	var s Snapshot
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		at, err := r.Position()
		if err != nil {
			return err
		}
		s.Seq = at.Seq
		now, found, err := r.User(user.ID)
		switch {
		case err != nil:
			return err
		case !found || now.Disabled:
			return refuse(wire.Denied, "revoked")
		case now.Rights() != user.Rights():
			return ErrRightsChanged
		case user.Role == wire.RoleAuditor:
			return nil
		}
		if err := s.addStaff(r); err != nil {
			return err
		}
		all, err := r.Unresolved()
		if err != nil {
			return err
		}
		for i := range all {
			if user.sees(all[i].Place()) {
				s.Conversations = append(s.Conversations, all[i].Summary)
			}
		}
		s.order(user.ID)
		return nil
	})
	if err != nil {
		return Snapshot{}, fmt.Errorf("reading a snapshot: %w", err)
	}
	return s, nil
}

// order puts first what somebody needs first who gets it over a thin link.
func (s *Snapshot) order(mine wire.AgentID) {
	slices.SortStableFunc(s.Conversations, func(a, b wire.Summary) int {
		return cmp.Or(
			first(a.Agent == mine, b.Agent == mine),
			first(a.Waiting != 0, b.Waiting != 0),
			cmp.Compare(a.Waiting, b.Waiting),
			cmp.Compare(b.Last.At, a.Last.At),
		)
	})
}

// first compares so that what is true comes first.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// addStaff reads the staff from the store: the roster may be a commit behind it.
func (s *Snapshot) addStaff(r Reader) error {
	users, err := r.Users()
	if err != nil {
		return err
	}
	for i := range users {
		if !users[i].Disabled {
			s.Agents = append(s.Agents, users[i].Agent)
		}
	}
	s.Queues, err = r.Queues()
	return err
}

// searchWithin bounds a search for words that nearly every message holds.
const searchWithin = 2 * time.Second

// Search finds words in messages, notes and customers' names that the user may see.
func (d *Desk) Search(ctx context.Context, user *User, q wire.Search) (wire.Hits, error) {
	words := searchWords(q.Text)
	if len(words) == 0 {
		return wire.Hits{}, refuse(wire.Invalid, "bad_search")
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, wire.MaxHits)
	ctx, stop := context.WithTimeout(ctx, searchWithin)
	defer stop()
	hits := wire.Hits{Hits: []wire.Hit{}}
	where := SearchQuery{Words: words, Queues: user.Queues, Before: q.Before, Limit: limit + 1}
	if serves(user.Role) {
		where.Agent = user.ID
	}
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		found, err := r.Search(where)
		if err != nil {
			return err
		}
		if len(found) > limit {
			hits.More, found = true, found[:limit]
		}
		for i := range found {
			h := hit(&found[i])
			c, _, err := r.Conversation(h.Conversation)
			if err != nil {
				return err
			}
			if !user.quotes(c.Place()) && h.By != "" {
				h.Snippet = ""
			}
			hits.Hits = append(hits.Hits, h)
		}
		return nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = &Error{Kind: wire.Busy, Code: "slow_search", Err: err}
	}
	return hits, err
}

func hit(f *Found) wire.Hit {
	h := wire.Hit{Conversation: f.Entry.Conversation, Customer: f.Customer, Seq: f.Entry.Seq, At: f.Entry.At, Snippet: f.Snippet}
	switch e := f.Entry.Event.(type) {
	case wire.Said:
		h.By = e.By
	case wire.Noted:
		h.By, h.Note = wire.ByAgent, true
	}
	return h
}

// searchWords splits what somebody typed into at most eight words of letters and digits.
func searchWords(text string) []string {
	words := strings.FieldsFunc(strings.ToValidUTF8(text, " "), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return words[:min(len(words), 8)]
}

// Counts counts conversations by queue: every queue for an admin, their own for others.
func (d *Desk) Counts(ctx context.Context, user *User) (wire.Counts, error) {
	var counts wire.Counts
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		all, err := r.Counts()
		counts.Queues = slices.DeleteFunc(all, func(c wire.QueueCount) bool {
			return user.Role != wire.RoleAdmin && !slices.Contains(user.Queues, c.Queue.ID)
		})
		return err
	})
	return counts, err
}

// AgentTypes tells the customer and colleagues that an agent is writing. Only who
// is in charge is shown to the customer.
func (d *Desk) AgentTypes(ctx context.Context, user *User, id wire.ConversationID) error {
	if !slices.Contains(typingRoles, user.Role) {
		return refuse(wire.Denied, "no_right")
	}
	var c Conversation
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		var found bool
		var err error
		if c, found, err = r.Conversation(id); err == nil && (!found || !user.sees(c.Place())) {
			err = refuse(wire.Missing, "no_conversation")
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case user.relate(c.Place()) != Own:
		return refuse(wire.Denied, "not_yours")
	}
	return d.cfg.Bus.Publish(ctx, Notice{
		Typing: &wire.Typing{Conversation: id, By: wire.ByAgent, Agent: user.ID}, Customer: c.Customer, Place: c.Place(),
	})
}

// Ask answers a question that does not touch the asker's feed.
func (d *Desk) Ask(ctx context.Context, user *User, a wire.Ask) (any, error) {
	if !MayAsk(user.Role, wire.AskName(a)) {
		return nil, refuse(wire.Denied, "no_right")
	}
	if isHistory(a) && d.Sheds(NoHistory) {
		return nil, refuse(wire.Busy, "busy")
	}
	switch a := a.(type) {
	case wire.Older:
		return d.Before(ctx, user, a)
	case wire.Search:
		return d.Search(ctx, user, a)
	case wire.GetContext:
		return d.context(ctx, user, a.Conversation)
	case wire.GetCounts:
		return d.Counts(ctx, user)
	}
	return nil, errors.New("ask is for the feed to answer")
}
