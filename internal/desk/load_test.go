package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
)

// slowStore is a store whose commits take as long as it is told, by the desk's clock.
type slowStore struct {
	desk.Store
	clock *clock
	takes time.Duration
}

func (s *slowStore) Update(ctx context.Context, fn func(desk.Tx) error) error {
	s.clock.advance(s.takes)
	return s.Store.Update(ctx, fn)
}

// newcomer is an anonymous customer who was never here.
func (f *floor) newcomer(resume string) (desk.Customer, error) {
	return f.desk.Visit(f.t.Context(), desk.Visit{
		Name: "Nadie", Resume: resume, Fresh: wire.NewToken(), Expires: time.Now().Add(240 * time.Hour),
	})
}

func busy(err error) bool {
	e, ok := errors.AsType[*desk.Error](err)
	return ok && e.Kind == wire.Busy && e.Code == "busy"
}

// Under load the desk gives things up in the stated order, and what agents and
// customers who are here write goes through at every step. When it is over, all comes
// back, in the other order.
func TestTheDeskShedsInTheStatedOrder(t *testing.T) {
	f := open(t)
	rosa, id := f.customer("", "hola")
	seen, err := f.newcomer("")
	f.must(err)
	var c clock
	store := &slowStore{Store: f.store, clock: &c}
	f.desk, err = desk.Open(t.Context(), desk.Config{Store: store, Bus: new(local.Bus), Provider: bookOf(t), Now: c.now})
	f.must(err)
	held := wire.NewToken() // by somebody who was here before
	f.must(f.store.Update(t.Context(), func(tx desk.Tx) error {
		return tx.SaveResumeToken(desk.ResumeToken{Hash: held, Customer: seen.ID, Expires: c.now().Add(240 * time.Hour)})
	}))
	ana := f.user("ana")
	f.run()
	works := func(step desk.Load) {
		t.Helper()
		f.accepted("ana", wire.Reply{Conversation: id, Text: "ya te contesto"})
		if o := f.says(rosa, "gracias"); o.Refused != nil {
			t.Fatalf("at step %s: a customer who is here is refused %s", step, o.Refused.Code)
		}
		if _, err := f.desk.Open(t.Context(), desk.NewStaff(ana, nil), wire.Watch{Conversation: id}); err != nil {
			t.Fatalf("at step %s: opening: %v", step, err)
		}
		if _, err := f.newcomer(held); err != nil {
			t.Fatalf("at step %s: who was here before: %v", step, err)
		}
		if _, err := f.desk.Visit(t.Context(), desk.Visit{Ref: "c-1", Name: "Rosa", Fresh: wire.NewToken()}); err != nil {
			t.Fatalf("at step %s: a known customer: %v", step, err)
		}
	}
	given := func(step desk.Load) { // what is given up is refused, the rest is not
		t.Helper()
		if _, err := f.newcomer(""); busy(err) != f.desk.Sheds(desk.NoNewChats) {
			t.Errorf("at step %s: a newcomer: %v", step, err)
		}
		for _, ask := range []wire.Ask{wire.Older{Conversation: id}, wire.Search{Text: "hola"}, wire.GetContext{Conversation: id}} {
			if _, err := f.desk.Ask(t.Context(), &ana, ask); busy(err) != f.desk.Sheds(desk.NoHistory) {
				t.Errorf("at step %s: %T: %v", step, ask, err)
			}
		}
	}
	for step := desk.NoNewChats; step <= desk.NoMonitors; step++ {
		if given(step - 1); f.desk.Sheds(step) {
			t.Fatalf("%s was given up before its turn", step)
		}
		store.takes = 4 * time.Second
		for tries := 0; !f.desk.Sheds(step); tries++ {
			if tries == 100 {
				t.Fatalf("%s is never given up", step)
			}
			f.accepted("ana", wire.Note{Conversation: id, Text: "lento"})
			if step < desk.NoMonitors && f.desk.Sheds(step+1) {
				t.Fatalf("%s was given up with %s at once", step+1, step)
			}
		}
		works(step)
		if step < desk.NoMonitors { // works has made it heavier still: back to this step
			store.takes = 0
			for !f.desk.Sheds(step) || f.desk.Sheds(step+1) {
				f.ease(&c, id)
			}
		}
	}
	store.takes = 0
	for step := desk.NoMonitors; step >= desk.NoNewChats; step-- {
		for f.desk.Sheds(step) {
			f.ease(&c, id)
		}
		if step > desk.NoNewChats && !f.desk.Sheds(step-1) {
			t.Errorf("%s came back with %s", step-1, step)
		}
	}
	given(desk.Calm)
}

// ease lets a moment of calm pass.
func (f *floor) ease(c *clock, id wire.ConversationID) {
	f.t.Helper()
	c.advance(2 * time.Second)
	f.accepted("ana", wire.Note{Conversation: id, Text: "mejor"})
}

// One slow commit gives nothing up, and neither does one that is followed by quick ones.
func TestOneBadMomentShedsNothing(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	var c clock
	store := &slowStore{Store: f.store, clock: &c}
	var err error
	f.desk, err = desk.Open(t.Context(), desk.Config{Store: store, Bus: new(local.Bus), Provider: bookOf(t), Now: c.now})
	f.must(err)
	f.run()
	for range 5 {
		store.takes = 1500 * time.Millisecond
		f.accepted("ana", wire.Note{Conversation: id, Text: "lento"})
		store.takes = 0
		for range 8 {
			f.accepted("ana", wire.Note{Conversation: id, Text: "rápido"})
		}
		if f.desk.Sheds(desk.NoNewChats) {
			t.Fatal("it sheds for one slow commit")
		}
	}
}
