package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
)

// trail is a store that shows what goes to the audit trail.
type trail struct {
	desk.Store
	rows []desk.AuditRow
}

type trailTx struct {
	desk.Tx
	to *trail
}

func (s *trail) Update(ctx context.Context, fn func(desk.Tx) error) error {
	return s.Store.Update(ctx, func(tx desk.Tx) error { return fn(trailTx{tx, s}) })
}

func (tx trailTx) Audit(r desk.AuditRow) error {
	tx.to.rows = append(tx.to.rows, r)
	return tx.Tx.Audit(r)
}

// Whatever way an agent reads a colleague's conversation, it is recorded; their
// own and what nobody has is not.
func TestEveryLookAtAColleaguesConversationIsRecorded(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	_, other := f.customer("", "otra")
	f.accepted("bruno", wire.Take{Conversation: id})
	f.accepted("ana", wire.Take{Conversation: other})
	_, elsewhere := f.customer("", "mora")
	f.accepted("bruno", wire.Take{Conversation: elsewhere})
	f.accepted("bruno", wire.Transfer{Conversation: elsewhere, Queue: "cobranzas", Reason: "mora"})
	s := &trail{Store: f.store}
	d, err := desk.Open(t.Context(), desk.Config{Store: s, Bus: new(local.Bus), Provider: bookOf(t)})
	f.must(err)
	ana := f.user("ana")
	looks := map[string]func(id wire.ConversationID) error{
		"opening": func(id wire.ConversationID) error {
			_, err := d.Open(t.Context(), desk.NewStaff(ana, nil), wire.Watch{Conversation: id})
			return err
		},
		"older lines": func(id wire.ConversationID) error {
			_, err := d.Ask(t.Context(), &ana, wire.Older{Conversation: id, Before: 1 << 40})
			return err
		},
		"watching again": func(id wire.ConversationID) error {
			watched, err := d.Rewatch(t.Context(), &ana, []wire.ConversationID{elsewhere, id, "no such"})
			if err == nil && (len(watched) != 1 || watched[0] != id) {
				err = errors.New("watched what is not there to see")
			}
			return err
		},
	}
	for name, look := range looks {
		s.rows = nil
		f.must(look(other))
		if len(s.rows) != 0 {
			t.Errorf("%s one's own is recorded: %+v", name, s.rows)
		}
		f.must(look(id))
		if len(s.rows) != 1 || s.rows[0].Object != string(id) || s.rows[0].Actor != string(ana.ID) {
			t.Errorf("%s a colleague's leaves %+v in the trail", name, s.rows)
		}
	}
}

// A colleague's conversation is read-only for an agent; a lead may write in it.
func TestAgentsDoNotWriteInAColleaguesConversation(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	commands := []wire.Command{
		wire.Note{Conversation: id, Text: "ojo"}, wire.Prioritise{Conversation: id, Priority: wire.Urgent},
		wire.Tag{Conversation: id, Add: []string{"mora"}},
	}
	f.accepted("bruno", wire.Note{Conversation: id, Text: "nadie la tiene"})
	f.accepted("ana", wire.Take{Conversation: id})
	for _, c := range commands {
		f.refused("bruno", c, "not_yours")
	}
	for _, c := range commands {
		f.accepted("leo", c)
	}
}

// An agent who watches a conversation as a colleague takes it goes on reading, and
// that is in the trail from the moment on; a lead's watching is no secret to keep.
func TestWatchingOnWhenAColleagueTakesItIsRecorded(t *testing.T) {
	f := open(t)
	s := &trail{Store: f.store}
	f.store = s
	f.start(bookOf(t))
	_, id := f.customer("", "hola")
	_, unwatched := f.customer("", "otra")
	ana, staff := f.follow("ana", id)
	leo, lead := f.follow("leo", id)
	f.accepted("bruno", wire.Take{Conversation: id})
	f.accepted("bruno", wire.Take{Conversation: unwatched})
	f.accepted("bruno", wire.Note{Conversation: id, Text: "mía"})
	for c, reader := range map[*desk.Cursor]*desk.Staff{ana: staff, leo: lead} {
		items, err := c.Next(t.Context(), 0)
		f.must(err)
		for _, item := range items {
			f.must(f.desk.GoOnWatching(t.Context(), reader, item))
		}
	}
	if len(s.rows) != 1 || s.rows[0].Actor != string(f.user("ana").ID) || s.rows[0].Action != "watch" || s.rows[0].Object != string(id) {
		t.Errorf("the trail says %+v", s.rows)
	}
}

// A search is no way round the recording of a look: of what a colleague has it says
// where the words are, and to an agent not what is said there.
func TestASearchQuotesNothingOfAColleaguesConversation(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "zanahoria")
	for _, taken := range []bool{false, true} {
		if taken {
			f.accepted("bruno", wire.Take{Conversation: id})
		}
		for login, quoted := range map[string]bool{"ana": !taken, "bruno": true, "leo": true, "sara": true} {
			u := f.user(login)
			hits, err := f.desk.Search(t.Context(), &u, wire.Search{Text: "zanahoria"})
			f.must(err)
			if len(hits.Hits) != 1 || (hits.Hits[0].Snippet != "") != quoted {
				t.Errorf("taken %v, %s finds %+v", taken, login, hits.Hits)
			}
		}
	}
}

// Whether a conversation exists that one may not see does not show in what is
// answered to a typing sign.
func TestTypingTellsNothingOfWhatOneMayNotSee(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	carla := f.user("carla")
	there, not := f.desk.AgentTypes(t.Context(), &carla, id), f.desk.AgentTypes(t.Context(), &carla, "no such")
	if there == nil || not == nil || there.Error() != not.Error() {
		t.Fatalf("one that exists: %v; one that does not: %v", there, not)
	}
}

// However long the messages, a page fits into a frame, and the pages together hold
// every line.
func TestPagesFitIntoFrames(t *testing.T) {
	f := open(t)
	from, id := f.customer("", "hola")
	f.accepted("ana", wire.Take{Conversation: id})
	for range 40 { // "<" takes six bytes in a frame
		f.accepted("ana", wire.Note{Conversation: id, Text: strings.Repeat("<", wire.MaxText)})
	}
	f.says(from, "chau")
	ana := f.user("ana")
	lines, before := 0, uint64(0)
	for more := true; more; {
		page, err := f.desk.Before(t.Context(), &ana, wire.Older{Conversation: id, Before: before, Limit: wire.MaxPage})
		f.must(err)
		b, err := json.Marshal(page)
		f.must(err)
		if len(b) > wire.MaxDeskFrame-1000 || len(page.Records) == 0 {
			t.Fatalf("a page of %d lines takes %d bytes", len(page.Records), len(b))
		}
		lines += len(page.Records)
		if page.More != (page.Records[0].Prev != 0) {
			t.Errorf("more: %v, the first line's prev: %d", page.More, page.Records[0].Prev)
		}
		before, more = page.Records[0].Seq, page.More
	}
	if want := 44; lines != want { // opened, said, routed, 40 notes, said
		t.Fatalf("%d lines, want %d", lines, want)
	}
}

// A snapshot tells of the staff as of its seq: the feed after it says nothing of
// what came before.
func TestASnapshotHoldsTheStaffAsOfItsSeq(t *testing.T) {
	f := open(t)
	ana := f.user("ana")
	newcomer, err := desk.AddUser(t.Context(), f.store, time.Now(), desk.NewUser{
		Login: "nora", Name: "Nora", Role: wire.RoleAgent, Password: "una contraseña larga",
	})
	f.must(err)
	f.must(desk.AddQueue(t.Context(), f.store, time.Now(), wire.Queue{ID: "ventas"}))
	s, err := f.desk.Snapshot(t.Context(), ana)
	f.must(err)
	var found bool
	for _, a := range s.Agents {
		found = found || a.ID == newcomer.ID
	}
	if !found || len(s.Queues) != 3 {
		t.Errorf("at seq %d: %+v, %+v", s.Seq, s.Agents, s.Queues)
	}
	f.must(desk.DisableUser(t.Context(), f.store, time.Now(), "ana"))
	_, err = f.desk.Snapshot(t.Context(), ana)
	if e, ok := errors.AsType[*desk.Error](err); !ok || e.Code != "revoked" {
		t.Errorf("a snapshot for an account that ended: %v", err)
	}
	was := f.user("bruno")
	was.Queues = []wire.QueueID{"cobranzas"} // as they were when the link came
	if _, err := f.desk.Snapshot(t.Context(), was); !errors.Is(err, desk.ErrRightsChanged) {
		t.Errorf("a snapshot by rights that are gone: %v", err)
	}
}

// What happens in an older conversation says nothing of who serves the newest.
func TestAPageShowsWhoServesItsNewestConversation(t *testing.T) {
	f := open(t)
	var later atomic.Int64 // what the desk's clock is ahead
	now := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	var err error
	f.desk, err = desk.Open(t.Context(), desk.Config{
		Store: f.store, Bus: new(local.Bus), Provider: bookOf(t), Now: now,
	})
	f.must(err)
	f.run()
	from, old := f.customer("", "hola")
	f.accepted("ana", wire.Take{Conversation: old})
	f.accepted("ana", wire.Resolve{Conversation: old, Disposition: "otro"})
	later.Store(int64(48 * time.Hour))
	f.says(from, "otra cosa")
	id := f.latest(from.Customer).Summary.ID
	feed, start, err := f.desk.Greet(t.Context(), from, wire.Position{})
	f.must(err)
	cursor, err := f.desk.Follow(t.Context(), start.UpTo)
	f.must(err)
	f.accepted("ana", wire.Reopen{Conversation: old})
	f.accepted("leo", wire.Take{Conversation: old})
	f.accepted("leo", wire.Snooze{Conversation: id, Until: wire.At(now().Add(time.Hour))})
	items, err := cursor.Next(t.Context(), 0)
	f.must(err)
	for _, item := range items {
		for _, frame := range feed.Forms(item) {
			if frame.Service != nil && frame.Service.Agent != "" {
				t.Errorf("%T shows %q", item.Event, frame.Service.Agent)
			}
		}
	}
}
