package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

var errOnPurpose = errors.New("on purpose")

// everything writes one of each and leaves it to the caller to commit.
func everything(t *testing.T, tx desk.Tx) error {
	_, err := tx.Append(said(t, "c1", "u1", "palabra"))
	return first(err,
		tx.SaveConversation(desk.Conversation{Customer: "u1", Summary: wire.Summary{ID: "c1", Queue: "general", Status: wire.Open}}),
		tx.SaveUser(desk.User{Agent: wire.Agent{ID: "a1"}, Login: "ana"}),
		tx.SaveQueue(wire.Queue{ID: "mora", Name: "Mora"}),
		tx.SaveSession(desk.Session{Hash: "s1", User: "a1", Created: later(0), Expires: later(0)}),
		tx.SaveCustomer(desk.Customer{ID: "u1", Ref: "C-1"}),
		tx.SaveResumeToken(desk.ResumeToken{Hash: "r1", Customer: "u1", Expires: later(0)}),
		tx.SaveLane(desk.LaneKey{Owner: "a:a1", Device: "d", Lane: "l"}, desk.Lane{Last: 1}),
		tx.Audit(desk.AuditRow{At: 1, Actor: "a1", Action: "open", Object: "c1"}),
	)
}

// present names what of everything a reader finds.
func present(r desk.Reader) (all []string, err error) {
	add := func(name string, there bool, e error) {
		if there {
			all = append(all, name)
		}
		err = first(err, e)
	}
	p, e := r.Position()
	add("position", p.Seq == 1, e)
	entries, e := r.Entries(0, 9)
	add("entry", len(entries) == 1, e)
	found, e := r.Search(everywhere("palabra"))
	add("found", len(found) == 1, e)
	_, ok, e := r.Conversation("c1")
	add("conversation", ok, e)
	open, e := r.Unresolved()
	add("unresolved", len(open) == 1, e)
	_, ok, e = r.User("a1")
	add("user", ok, e)
	queues, e := r.Queues()
	add("queue", len(queues) == 2, e)
	_, ok, e = r.Session("s1")
	add("session", ok, e)
	_, ok, e = r.CustomerByRef("C-1")
	add("customer", ok, e)
	_, ok, e = r.ResumeToken("r1")
	add("token", ok, e)
	_, ok, e = r.Lane(desk.LaneKey{Owner: "a:a1", Device: "d", Lane: "l"})
	add("lane", ok, e)
	return all, err
}

var complete = []string{"position", "entry", "found", "conversation", "unresolved", "user", "queue", "session", "customer", "token", "lane"}

func ownWrites(t *testing.T, open Open) {
	k := start(t, open)
	k.update(func(tx desk.Tx) error {
		if err := everything(t, tx); err != nil {
			return err
		}
		got, err := present(tx)
		same(t, "read in the update", got, complete)
		same(t, "read beside it", get(k, present), []string(nil))
		return err
	})
	same(t, "read afterwards", get(k, present), complete)
}

func rollback(t *testing.T, open Open) {
	k := start(t, open)
	err := k.Update(t.Context(), func(tx desk.Tx) error { return first(everything(t, tx), errOnPurpose) })
	if !errors.Is(err, errOnPurpose) {
		t.Errorf("update returned %v, want fn's own error", err)
	}
	same(t, "left behind", get(k, present), []string(nil))
	if seq := k.append(said(t, "c", "u", "x")); seq != 1 {
		t.Errorf("seq %d after a rollback, want 1", seq)
	}
}

func rollbackOnPanic(t *testing.T, open Open) {
	k := start(t, open)
	func() {
		defer func() {
			if v := recover(); v != errOnPurpose {
				t.Errorf("recovered %v, want what fn panicked with", v)
			}
		}()
		_ = k.Update(t.Context(), func(tx desk.Tx) error {
			if err := everything(t, tx); err != nil {
				return err
			}
			panic(errOnPurpose)
		})
	}()
	same(t, "left behind", get(k, present), []string(nil))
	k.update(func(tx desk.Tx) error { return everything(t, tx) })
	same(t, "written afterwards", get(k, present), complete)
}

func cancelled(t *testing.T, open Open) {
	k := start(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	err := k.Update(ctx, func(tx desk.Tx) error {
		cancel()
		return everything(t, tx)
	})
	// Whether it came too late is the store's choice; what it says must be true.
	want := complete
	if err != nil {
		want = nil
		if !errors.Is(err, context.Canceled) {
			t.Errorf("update: %v", err)
		}
	}
	same(t, "written", get(k, present), want)

	ran := errors.New("it ran")
	if err := k.Update(ctx, func(desk.Tx) error { return ran }); !errors.Is(err, context.Canceled) {
		t.Errorf("an update that was cancelled before: %v", err)
	}
	if err := k.View(ctx, func(desk.Reader) error { return ran }); !errors.Is(err, context.Canceled) {
		t.Errorf("a view that was cancelled before: %v", err)
	}
	get(k, present) // the store is none the worse
}

func consistentView(t *testing.T, open Open) {
	const updates = 150
	k := start(t, open)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				if err := k.View(t.Context(), func(r desk.Reader) error { return agrees(r) }); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range updates { // each update says its number in three places
		k.update(func(tx desk.Tx) error {
			_, err := tx.Append(said(t, "c", "u", "x"))
			return first(err, tx.SaveLane(desk.LaneKey{Owner: "o"}, desk.Lane{Last: uint64(i + 1)}),
				tx.SaveConversation(desk.Conversation{Summary: wire.Summary{ID: "c", Unread: i + 1}}))
		})
	}
	close(done)
	readers.Wait()
}

// agrees checks that all that one view reads is from the same update, although
// others are committed meanwhile.
func agrees(r desk.Reader) error {
	p, err := r.Position()
	if err != nil {
		return err
	}
	for range 3 {
		lane, _, err1 := r.Lane(desk.LaneKey{Owner: "o"})
		c, _, err2 := r.Conversation("c")
		entries, err3 := r.Entries(0, 1000)
		again, err4 := r.Position()
		if err := first(err1, err2, err3, err4); err != nil {
			return err
		}
		if lane.Last != p.Seq || c.Summary.Unread != int(p.Seq) || len(entries) != int(p.Seq) || again != p {
			return fmt.Errorf("a view of position %d sees lane %d, conversation %d, %d entries, position %d",
				p.Seq, lane.Last, c.Summary.Unread, len(entries), again.Seq)
		}
	}
	return nil
}

func serialised(t *testing.T, open Open) {
	const writers, each = 4, 25
	k := start(t, open)
	key := desk.LaneKey{Owner: "o"}
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				err := k.Update(t.Context(), func(tx desk.Tx) error {
					lane, _, err := tx.Lane(key) // lost updates would show here
					lane.Last++
					_, err2 := tx.Append(said(t, "c", "u", "x"))
					return first(err, err2, tx.SaveLane(key, lane))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	lane := find(k, func(r desk.Reader) (desk.Lane, bool, error) { return r.Lane(key) })
	if p := get(k, position); lane.Last != writers*each || p.Seq != writers*each {
		t.Errorf("%d updates counted, position %d; want %d", lane.Last, p.Seq, writers*each)
	}
}

func reopened(t *testing.T, open Open) {
	store, reopen := open(t)
	k := kit{t, store}
	k.update(func(tx desk.Tx) error { return everything(t, tx) })
	before := get(k, position)
	for range 2 {
		k.Store = reopen()
		same(t, "position", get(k, position), before)
		same(t, "after reopening", get(k, present), complete)
	}
	if seq := k.append(said(t, "c1", "u1", "x")); seq != 2 {
		t.Errorf("the next seq after reopening is %d, want 2", seq)
	}
}

func closed(t *testing.T, open Open) {
	k := start(t, open)
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if err := k.View(t.Context(), func(desk.Reader) error { return nil }); err == nil {
		t.Error("a closed store lets read")
	}
	if err := k.Update(t.Context(), func(desk.Tx) error { return nil }); err == nil {
		t.Error("a closed store lets write")
	}
}

func cancelledMidway(t *testing.T, open Open) {
	k := start(t, open)
	k.update(func(tx desk.Tx) error {
		for range 300 {
			if _, err := tx.Append(said(t, "c", "u", "palabra")); err != nil {
				return err
			}
		}
		return tx.SaveConversation(desk.Conversation{Summary: wire.Summary{ID: "c", Queue: "general"}})
	})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 40 {
				ctx, cancel := context.WithCancel(t.Context())
				group.Go(cancel) // whenever it gets its turn
				err := k.View(ctx, func(r desk.Reader) error {
					entries, err1 := r.Entries(0, 1000)
					found, err2 := r.Search(everywhere("palabra"))
					if err := first(err1, err2); err != nil || len(entries) == 300 && len(found) == 100 {
						return err
					}
					return fmt.Errorf("%d entries and %d found without an error", len(entries), len(found))
				})
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if p := get(k, position); p.Seq != 300 {
		t.Errorf("position %d", p.Seq)
	}
}
