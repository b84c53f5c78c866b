package storetest

import (
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

func save(k kit, all ...desk.Conversation) {
	k.Helper()
	k.update(func(tx desk.Tx) error {
		for _, c := range all {
			if err := tx.SaveConversation(c); err != nil {
				return err
			}
		}
		return nil
	})
}

func conversations(t *testing.T, open Open) {
	k := start(t, open)
	older := desk.Conversation{Customer: "ana", Resolved: 77, Summary: wire.Summary{
		ID: "b", Customer: "Ana", Known: true, Channel: "web", Lang: "es-AR", Queue: "general", Agent: "a1",
		Status: wire.Resolved, Priority: wire.Low, Tags: []string{"mora", "crédito"}, Unread: 2, Waiting: 9, Until: 8,
		Created: 10, Last: wire.Preview{By: wire.ByAgent, Text: "listo", At: 70, Seq: 4},
		Disposition: "otro", Delivered: 3, Read: 2,
	}, Lines: desk.Lines{Last: 4, By: "a1", Other: 3}}
	newer := desk.Conversation{Customer: "ana", Summary: wire.Summary{ID: "a", Status: wire.Open, Created: 20}}
	other := desk.Conversation{Customer: "leo", Summary: wire.Summary{ID: "z", Status: wire.Open, Created: 30}}
	save(k, newer, older, other)
	one := func(id wire.ConversationID) func(desk.Reader) (desk.Conversation, bool, error) {
		return func(r desk.Reader) (desk.Conversation, bool, error) { return r.Conversation(id) }
	}
	same(t, "conversation", find(k, one("b")), older)
	latest := func(r desk.Reader) (desk.Conversation, bool, error) { return r.LatestOf("ana") }
	same(t, "newest of the customer", find(k, latest), newer)

	older.Summary.Tags, older.Summary.Created, older.Resolved = nil, 21, 0
	save(k, older)
	same(t, "saved again", find(k, one("b")), older)
	same(t, "newest of the customer", find(k, latest), older)
	same(t, "the others", find(k, one("a")), newer)
}

func unresolved(t *testing.T, open Open) {
	k := start(t, open)
	state := func(id wire.ConversationID, q wire.QueueID, a wire.AgentID, s wire.Status, until, waiting wire.Millis) desk.Conversation {
		return desk.Conversation{Customer: "u", Summary: wire.Summary{ID: id, Queue: q, Agent: a, Status: s, Until: until, Waiting: waiting}}
	}
	k.update(func(tx desk.Tx) error { return tx.SaveQueue(wire.Queue{ID: "mora", Name: "Mora"}) })
	all := []desk.Conversation{
		state("d", "general", "", wire.Open, 0, 300),
		state("a", "general", "a1", wire.Open, 0, 200),
		state("c", "general", "a2", wire.Snoozed, 50, 0),
		state("b", "mora", "", wire.Snoozed, 40, 0),
		state("e", "general", "a1", wire.Resolved, 0, 100),
		state("f", "mora", "a1", wire.Open, 30, 0),
	}
	save(k, all...)
	same(t, "unresolved", get(k, desk.Reader.Unresolved), []desk.Conversation{all[1], all[3], all[2], all[0], all[5]})
	for at, want := range map[wire.Millis][]wire.ConversationID{39: nil, 40: {"b"}, 49: {"b"}, 50: {"b", "c"}} {
		same(t, "due", get(k, func(r desk.Reader) ([]wire.ConversationID, error) { return r.Due(at) }), want)
	}
	same(t, "counts", get(k, desk.Reader.Counts), []wire.QueueCount{
		{Queue: wire.Queue{ID: "general", Name: "General"}, Unassigned: 1, Assigned: 1, Snoozed: 1, Oldest: 200},
		{Queue: wire.Queue{ID: "mora", Name: "Mora"}, Assigned: 1, Snoozed: 1},
	})

	for i := range all {
		all[i].Summary.Status = wire.Resolved
	}
	save(k, all...)
	if left := get(k, desk.Reader.Unresolved); len(left) != 0 {
		t.Errorf("unresolved after resolving all: %+v", left)
	}
	same(t, "counts", get(k, desk.Reader.Counts), []wire.QueueCount{
		{Queue: wire.Queue{ID: "general", Name: "General"}}, {Queue: wire.Queue{ID: "mora", Name: "Mora"}},
	})
}

func users(t *testing.T, open Open) {
	k := start(t, open)
	ana := desk.User{Agent: wire.Agent{ID: "a2", Name: "Ana", Role: wire.RoleLead, Queues: []wire.QueueID{"general", "mora"},
		State: wire.OnBreak, Reason: "almuerzo", Since: 12}, Login: "ana", Password: "$argon2id$x", Disabled: true}
	leo := desk.User{Agent: wire.Agent{ID: "a1", Name: "Leo", Role: wire.RoleAdmin}, Login: "leo"}
	put := func(u desk.User) { k.update(func(tx desk.Tx) error { return tx.SaveUser(u) }) }
	put(ana)
	put(leo)
	same(t, "users", get(k, desk.Reader.Users), []desk.User{leo, ana})
	same(t, "by id", find(k, func(r desk.Reader) (desk.User, bool, error) { return r.User("a2") }), ana)
	same(t, "by login", find(k, func(r desk.Reader) (desk.User, bool, error) { return r.UserByLogin("leo") }), leo)

	ana.Queues, ana.Login, ana.Disabled = nil, "ana.maria", false
	put(ana)
	same(t, "changed", find(k, func(r desk.Reader) (desk.User, bool, error) { return r.UserByLogin("ana.maria") }), ana)
	missing(k, "the old login", func(r desk.Reader) (desk.User, bool, error) { return r.UserByLogin("ana") })

	leo.ID = "a3"
	if err := k.Update(t.Context(), func(tx desk.Tx) error { return tx.SaveUser(leo) }); err == nil {
		t.Error("two users share a login")
	}
}

func queues(t *testing.T, open Open) {
	k := start(t, open)
	k.update(func(tx desk.Tx) error {
		return first(tx.SaveQueue(wire.Queue{ID: "a", Name: "A"}), tx.SaveQueue(wire.Queue{ID: "general", Name: "Todo"}))
	})
	same(t, "queues", get(k, desk.Reader.Queues), []wire.Queue{{ID: "a", Name: "A"}, {ID: "general", Name: "Todo"}})
}

// later is an instant as stores keep it, to the millisecond, ahead of every entry here.
func later(d time.Duration) time.Time { return time.UnixMilli(4_000_000_000_123).UTC().Add(d) }

func sessions(t *testing.T, open Open) {
	k := start(t, open)
	mine := desk.Session{Hash: "h1", User: "a1", Created: later(0), Expires: later(time.Hour)}
	theirs := desk.Session{Hash: "h3", User: "a2", Created: later(0), Expires: later(time.Minute)}
	second := mine
	second.Hash = "h2"
	k.update(func(tx desk.Tx) error {
		return first(tx.SaveSession(mine), tx.SaveSession(second), tx.SaveSession(theirs))
	})
	one := func(hash string) func(desk.Reader) (desk.Session, bool, error) {
		return func(r desk.Reader) (desk.Session, bool, error) { return r.Session(hash) }
	}
	same(t, "session", find(k, one("h1")), mine)
	mine.Expires = later(2 * time.Hour)
	k.update(func(tx desk.Tx) error {
		return first(tx.SaveSession(mine), tx.DeleteSession("h2"), tx.DeleteSession("h9"))
	})
	same(t, "prolonged", find(k, one("h1")), mine)
	missing(k, "a deleted session", one("h2"))
	k.update(func(tx desk.Tx) error { return tx.RevokeSessionsOf("a1") })
	mine.Revoked = true
	same(t, "a session that was taken back", find(k, one("h1")), mine)
	same(t, "somebody else's", find(k, one("h3")), theirs)
}

func customers(t *testing.T, open Open) {
	k := start(t, open)
	known := desk.Customer{ID: "u1", Name: "Ana", Ref: "C-1", Lang: "es-AR", Created: 5}
	nobody := desk.Customer{ID: "u2", Name: "Visitante", Created: 6}
	also := desk.Customer{ID: "u3", Name: "Visitante", Created: 6}
	put := func(c desk.Customer) error {
		return k.Update(t.Context(), func(tx desk.Tx) error { return tx.SaveCustomer(c) })
	}
	if err := first(put(known), put(nobody), put(also)); err != nil {
		t.Fatal(err)
	}
	one := func(id wire.CustomerID) func(desk.Reader) (desk.Customer, bool, error) {
		return func(r desk.Reader) (desk.Customer, bool, error) { return r.Customer(id) }
	}
	same(t, "customer", find(k, one("u1")), known)
	same(t, "by reference", find(k, func(r desk.Reader) (desk.Customer, bool, error) { return r.CustomerByRef("C-1") }), known)
	missing(k, "no reference", func(r desk.Reader) (desk.Customer, bool, error) { return r.CustomerByRef("") })
	nobody.Ref = "C-2"
	if err := put(nobody); err != nil {
		t.Fatal(err)
	}
	same(t, "became known", find(k, one("u2")), nobody)
	also.Ref = "C-1"
	if err := put(also); err == nil {
		t.Error("two customers share a reference")
	}
}

func resumeTokens(t *testing.T, open Open) {
	k := start(t, open)
	token := desk.ResumeToken{Hash: "h1", Customer: "u1", Expires: later(0)}
	one := func(r desk.Reader) (desk.ResumeToken, bool, error) { return r.ResumeToken("h1") }
	k.update(func(tx desk.Tx) error { return tx.SaveResumeToken(token) })
	same(t, "token", find(k, one), token)
	token.Expires = later(time.Hour)
	k.update(func(tx desk.Tx) error { return first(tx.SaveResumeToken(token), tx.DeleteResumeToken("h9")) })
	same(t, "prolonged", find(k, one), token)
	k.update(func(tx desk.Tx) error { return tx.DeleteResumeToken("h1") })
	missing(k, "a deleted token", one)
}

func lanes(t *testing.T, open Open) {
	k := start(t, open)
	key := desk.LaneKey{Owner: "a:1", Device: "d", Lane: "l"}
	lane := desk.Lane{Last: 3, Outcomes: []wire.Outcome{
		{N: 2, Seq: 9}, {N: 3, Refused: &wire.Refusal{Kind: wire.Conflict, Code: "taken", Text: "«ya»"}},
	}}
	put := func(key desk.LaneKey, l desk.Lane) {
		k.update(func(tx desk.Tx) error { return tx.SaveLane(key, l) })
	}
	put(key, lane)
	one := func(key desk.LaneKey) func(desk.Reader) (desk.Lane, bool, error) {
		return func(r desk.Reader) (desk.Lane, bool, error) { return r.Lane(key) }
	}
	same(t, "lane", find(k, one(key)), lane)
	for _, other := range []desk.LaneKey{
		{Owner: "a:2", Device: "d", Lane: "l"}, {Owner: "a:1", Device: "e", Lane: "l"},
		{Owner: "a:1", Device: "d", Lane: "m"}, {Owner: "a:1d", Device: "", Lane: "l"},
	} {
		missing(k, "another lane", one(other))
	}
	put(key, desk.Lane{Last: 4})
	same(t, "saved again", find(k, one(key)), desk.Lane{Last: 4})
}

func nothingThere(t *testing.T, open Open) {
	k := start(t, open)
	for _, id := range []string{"", "none", "' or 1=1 --"} {
		missing(k, "conversation", func(r desk.Reader) (desk.Conversation, bool, error) { return r.Conversation(wire.ConversationID(id)) })
		missing(k, "latest", func(r desk.Reader) (desk.Conversation, bool, error) { return r.LatestOf(wire.CustomerID(id)) })
		missing(k, "user", func(r desk.Reader) (desk.User, bool, error) { return r.User(wire.AgentID(id)) })
		missing(k, "login", func(r desk.Reader) (desk.User, bool, error) { return r.UserByLogin(id) })
		missing(k, "session", func(r desk.Reader) (desk.Session, bool, error) { return r.Session(id) })
		missing(k, "customer", func(r desk.Reader) (desk.Customer, bool, error) { return r.Customer(wire.CustomerID(id)) })
		missing(k, "reference", func(r desk.Reader) (desk.Customer, bool, error) { return r.CustomerByRef(id) })
		missing(k, "token", func(r desk.Reader) (desk.ResumeToken, bool, error) { return r.ResumeToken(id) })
		missing(k, "lane", func(r desk.Reader) (desk.Lane, bool, error) { return r.Lane(desk.LaneKey{Owner: id}) })
	}
	k.view(func(r desk.Reader) error {
		u, err1 := r.Users()
		c, err2 := r.Unresolved()
		d, err3 := r.Due(1 << 60)
		if err := first(err1, err2, err3); err != nil || len(u)+len(c)+len(d) != 0 {
			t.Errorf("an empty store holds %v %v %v, %v", u, c, d, err)
		}
		return nil
	})
}
