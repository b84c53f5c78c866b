package storetest

import (
	"math"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

func newStore(t *testing.T, open Open) {
	k := start(t, open)
	p := get(k, position)
	if p.Epoch == "" || p.Seq != 0 {
		t.Errorf("position %+v, want an epoch and seq 0", p)
	}
	if other := get(start(t, open), position); other.Epoch == p.Epoch {
		t.Error("two stores have the same epoch")
	}
	same(t, "queues", get(k, desk.Reader.Queues), []wire.Queue{{ID: "general", Name: "General"}})
}

func epochs(t *testing.T, open Open) {
	store, reopen := open(t)
	k := kit{t, store}
	past := func(r desk.Reader) ([]wire.Position, error) { return r.Past() }
	same(t, "past of a new store", get(k, past), []wire.Position(nil))
	first := get(k, position).Epoch
	k.append(said(t, "c", "u", "x"), said(t, "c", "u", "y"))
	k.update(func(tx desk.Tx) error {
		return tx.SaveSession(desk.Session{Hash: "h", User: "a", Created: later(0), Expires: later(1)})
	})
	k.update(func(tx desk.Tx) error { return tx.StartEpoch("two") })
	missing(k, "a session of the epoch before", func(r desk.Reader) (desk.Session, bool, error) { return r.Session("h") })
	same(t, "position", get(k, position), wire.Position{Epoch: "two", Seq: 2})
	if err := k.Update(t.Context(), func(tx desk.Tx) error {
		if err := tx.StartEpoch("never"); err != nil {
			return err
		}
		return errOnPurpose
	}); err == nil {
		t.Error("an update that failed passed")
	}
	if seq := k.append(said(t, "c", "u", "z")); seq != 3 { // seqs go on
		t.Errorf("seq %d in the new epoch, want 3", seq)
	}
	k.update(func(tx desk.Tx) error { return tx.StartEpoch("three") })
	k.Store = reopen()
	same(t, "position", get(k, position), wire.Position{Epoch: "three", Seq: 3})
	same(t, "past", get(k, past), []wire.Position{{Epoch: first, Seq: 2}, {Epoch: "two", Seq: 3}})
}

func entriesComeBack(t *testing.T, open Open) {
	k := start(t, open)
	full := entry(t, 1700000000123, "cu1", wire.Routed{Conversation: "c1", How: wire.Took, By: "a1", Agent: "a1", Queue: "q1"})
	full.Before = desk.Place{Queue: "q0"}
	full.After = desk.Place{Queue: "q1", Agent: "a1"}
	full.Summary = &wire.Summary{ID: "c1", Customer: "Ana", Tags: []string{"mora"}, Last: wire.Preview{Text: "hola", Seq: 3}}
	full.Lane, full.N = "l1", math.MaxUint64
	bare := entry(t, 5, "", wire.PresenceChanged{Agent: "a1", State: wire.Online})
	unknown := desk.Entry{At: 6, Event: wire.Unrecognised{Name: "later"}, Body: []byte(`{"ev":"later","at":6,"x":1}`)}
	searchable := said(t, "c1", "cu1", "hola")
	k.append(full, bare, unknown, searchable)

	full.Seq, bare.Seq, unknown.Seq, searchable.Seq = 1, 2, 3, 4
	searchable.Text = "" // it is for the index and does not come back
	got := get(k, func(r desk.Reader) ([]desk.Entry, error) { return r.Entries(0, 10) })
	same(t, "entries", got, []desk.Entry{full, bare, unknown, searchable})
}

func denseSeqs(t *testing.T, open Open) {
	k := start(t, open)
	for want := uint64(1); want <= 6; want += 2 {
		k.update(func(tx desk.Tx) error {
			for i := range uint64(2) {
				e := said(t, "c", "u", "x")
				e.Seq = 99 // not the store's concern
				seq, err := tx.Append(e)
				if err != nil || seq != want+i {
					t.Fatalf("seq %d, %v; want %d", seq, err, want+i)
				}
			}
			return nil
		})
		if p := get(k, position); p.Seq != want+1 {
			t.Errorf("position %d after appending %d", p.Seq, want+1)
		}
	}
}

func pagedEntries(t *testing.T, open Open) {
	const total, page = 10_000, 1_024
	k := start(t, open)
	k.update(func(tx desk.Tx) error {
		e := said(t, "c", "u", "hola")
		for range total {
			if _, err := tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	})
	after := uint64(0)
	for {
		got := get(k, func(r desk.Reader) ([]desk.Entry, error) { return r.Entries(after, page) })
		if len(got) == 0 {
			break
		}
		if len(got) > page {
			t.Fatalf("a page of %d, asked for %d", len(got), page)
		}
		for _, e := range got {
			if e.Seq != after+1 {
				t.Fatalf("seq %d follows %d", e.Seq, after)
			}
			after = e.Seq
		}
	}
	if after != total {
		t.Fatalf("paging ended at %d of %d", after, total)
	}
	for _, tt := range []struct {
		after uint64
		limit int
	}{{0, 0}, {0, -1}, {total, 5}, {total + 1, 5}, {math.MaxUint64, 5}} {
		if got := get(k, func(r desk.Reader) ([]desk.Entry, error) { return r.Entries(tt.after, tt.limit) }); len(got) != 0 {
			t.Errorf("Entries(%d, %d) returned %d", tt.after, tt.limit, len(got))
		}
	}
}

// mixed fills a log with lines of two conversations of one customer, lines of
// another customer, and events that are no lines. What each seq is stands beside it.
func mixed(t *testing.T, k kit) {
	t.Helper()
	k.append(
		entry(t, 1, "ana", wire.Opened{Summary: wire.Summary{ID: "c1"}}),                            // 1
		said(t, "c1", "ana", "uno"),                                                                 // 2
		entry(t, 1, "ana", wire.Receipt{Conversation: "c1", Delivered: 2}),                          // 3
		entry(t, 1, "", wire.PresenceChanged{Agent: "a", State: wire.Away}),                         // 4
		said(t, "c2", "leo", "dos"),                                                                 // 5
		entry(t, 1, "ana", wire.Noted{Conversation: "c1", Agent: "a", Text: "ojo"}),                 // 6
		entry(t, 1, "ana", wire.Routed{Conversation: "c1", How: wire.Took, Queue: "q"}),             // 7
		entry(t, 1, "ana", wire.Said{Conversation: "c1", By: wire.ByAgent, Agent: "a", Text: "sí"}), // 8
		entry(t, 1, "ana", wire.StatusChanged{Conversation: "c1", Status: wire.Resolved}),           // 9
		entry(t, 1, "ana", wire.Opened{Summary: wire.Summary{ID: "c3"}}),                            // 10
		said(t, "c3", "ana", "tres"),                                                                // 11
		entry(t, 1, "ana", wire.Tagged{Conversation: "c1", Tags: []string{"x"}}),                    // 12
	)
}

func timeline(t *testing.T, open Open) {
	k := start(t, open)
	mixed(t, k)
	for _, tt := range []struct {
		id     wire.ConversationID
		before uint64
		limit  int
		want   []uint64
	}{
		{"c1", 0, 100, []uint64{1, 2, 6, 7, 8, 9}},
		{"c1", 0, 3, []uint64{7, 8, 9}},
		{"c1", 8, 2, []uint64{6, 7}},
		{"c1", 1, 5, nil},
		{"c1", 12, 1, []uint64{9}},
		{"c1", math.MaxUint64, 1, []uint64{9}},
		{"c3", 0, 100, []uint64{10, 11}},
		{"c1", 0, 0, nil},
		{"c1", 0, -1, nil},
		{"none", 0, 9, nil},
		{"", 0, 9, nil},
	} {
		got := get(k, func(r desk.Reader) ([]desk.Entry, error) { return r.Timeline(tt.id, tt.before, tt.limit) })
		same(t, "timeline of "+string(tt.id), seqs(got), tt.want)
	}
}

func lines(t *testing.T, open Open) {
	k := start(t, open)
	mixed(t, k)
	for _, tt := range []struct {
		id            wire.CustomerID
		after, before uint64
		limit         int
		want          []uint64
	}{
		{"ana", 0, 0, 100, []uint64{2, 8, 11}},
		{"ana", 0, 0, 2, []uint64{8, 11}},
		{"ana", 2, 0, 100, []uint64{8, 11}},
		{"ana", 2, 11, 100, []uint64{8}},
		{"ana", 0, 8, 100, []uint64{2}},
		{"ana", 11, 0, 100, nil},
		{"ana", math.MaxUint64, math.MaxUint64, 9, nil},
		{"ana", 0, 0, 0, nil},
		{"leo", 0, 0, 100, []uint64{5}},
		{"none", 0, 0, 100, nil},
	} {
		got := get(k, func(r desk.Reader) ([]desk.Entry, error) {
			return r.Lines(tt.id, tt.after, tt.before, tt.limit)
		})
		same(t, "lines of "+string(tt.id), seqs(got), tt.want)
	}
}

// hostile is what strangers put in names: controls, escapes, quotes of three
// languages, marks that turn text round, astral characters, a lot.
var hostile = "\x00\x1b]0;x\x07'\";--</script>\\u0000%s\u202e\u2028\ufeff\U0001F468\u200d\U0001F4BB é e\u0301" + strings.Repeat("z\u0300", 500)

func hostileText(t *testing.T, open Open) {
	k := start(t, open)
	c := desk.Customer{ID: "cu", Name: hostile, Ref: hostile, Lang: hostile, Created: 1}
	u := desk.User{Agent: wire.Agent{ID: "a", Name: hostile, Reason: hostile}, Login: hostile, Password: hostile}
	conv := desk.Conversation{Customer: "cu", Summary: wire.Summary{ID: "c", Customer: hostile, Queue: "general", Status: wire.Open, Tags: []string{hostile}}}
	key := desk.LaneKey{Owner: hostile, Device: hostile, Lane: hostile}
	e := said(t, "c", "cu", hostile)
	k.update(func(tx desk.Tx) error {
		_, err := tx.Append(e)
		return first(err, tx.SaveCustomer(c), tx.SaveUser(u), tx.SaveConversation(conv), tx.SaveLane(key, desk.Lane{Last: 7}),
			tx.SaveQueue(wire.Queue{ID: "q", Name: hostile}),
			tx.Audit(desk.AuditRow{Actor: hostile, Action: hostile, Object: hostile, Detail: hostile}))
	})
	same(t, "customer", find(k, func(r desk.Reader) (desk.Customer, bool, error) { return r.CustomerByRef(hostile) }), c)
	same(t, "user", find(k, func(r desk.Reader) (desk.User, bool, error) { return r.UserByLogin(hostile) }), u)
	same(t, "conversation", find(k, func(r desk.Reader) (desk.Conversation, bool, error) { return r.Conversation("c") }), conv)
	same(t, "lane", find(k, func(r desk.Reader) (desk.Lane, bool, error) { return r.Lane(key) }), desk.Lane{Last: 7})
	same(t, "queue", get(k, desk.Reader.Queues)[1].Name, hostile)
	got := get(k, func(r desk.Reader) ([]desk.Entry, error) { return r.Entries(0, 1) })
	same(t, "message", got[0].Event, e.Event)
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
