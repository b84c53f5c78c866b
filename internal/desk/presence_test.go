package desk_test

import (
	"context"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
)

// state waits until the desk has recorded somebody as being in a state.
func (f *floor) state(login string, want wire.State) {
	f.t.Helper()
	for {
		head, err := f.desk.Follow(f.t.Context(), f.desk.Head())
		f.must(err)
		woken := head.Woken()
		if f.user(login).State == want {
			return
		}
		select {
		case <-woken:
		case <-f.t.Context().Done():
			f.t.Fatalf("%s is %s, want %s", login, f.user(login).State, want)
		}
	}
}

// Who arrives is online, however lately the operator made the account.
func TestANewcomerIsOnlineOnArriving(t *testing.T) {
	f := open(t)
	f.hire(desk.NewUser{Login: "nora", Name: "Nora", Role: wire.RoleAgent})
	f.must(f.desk.Arrive(t.Context(), f.user("nora").ID))
	if got := f.user("nora").State; got != wire.Online {
		t.Fatalf("the newcomer is %s", got)
	}
}

// After a restart those are offline who have not come back, and only those, even
// when they came back before the desk looked who was missing.
func TestWhoComesBackWithTheDeskIsNotTakenForGone(t *testing.T) {
	f := open(t)
	for _, login := range []string{"ana", "bruno", "leo"} {
		f.must(f.desk.Arrive(t.Context(), f.user(login).ID))
	}
	var err error
	f.desk, err = desk.Open(t.Context(), desk.Config{
		Store: f.store, Bus: new(local.Bus), Provider: bookOf(t), OfflineAfter: time.Nanosecond,
	})
	f.must(err)
	arrived := make(chan error, 2)
	for _, login := range []string{"ana", "leo"} {
		id := f.user(login).ID
		started := make(chan struct{})
		go func() {
			close(started)
			arrived <- f.desk.Arrive(t.Context(), id)
		}()
		<-started
	}
	f.run()
	f.must(<-arrived)
	f.must(<-arrived)
	f.state("bruno", wire.Offline)
	f.desk.Depart(f.user("leo").ID) // noticed in a later round than Bruno
	f.state("leo", wire.Offline)
	if got := f.user("ana").State; got != wire.Online {
		t.Fatalf("Ana has a link and is %s", got)
	}
}

// What the desk took in before it was told to stop is written and answered, each
// once; what comes after is refused at once instead of waiting for ever.
func TestStoppingAnswersWhatWasTakenIn(t *testing.T) {
	f := open(t)
	d, err := desk.Open(t.Context(), desk.Config{Store: f.store, Bus: new(local.Bus), Provider: bookOf(t)})
	f.must(err)
	rosa, _ := f.customer("", "hola")
	const many = 1000 // several groups
	answers := make(chan desk.Reply, 2*many)
	for n := range uint64(many) {
		say := chatwire.Say{N: n + 2, Text: "hola"}
		f.must(d.Say(t.Context(), rosa, say, func(r desk.Reply) { answers <- r }))
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	<-answers
	stop()
	f.must(<-done)
	if got := len(answers); got != many-1 {
		t.Errorf("%d answers after the first, of %d", got, many-1)
	}
	if err := d.Say(context.Background(), rosa, chatwire.Say{N: many + 2, Text: "hola"}, func(desk.Reply) {}); err == nil {
		t.Error("a desk that stopped takes a message")
	}
	if err := d.SignOut(context.Background(), "x"); err == nil {
		t.Error("a desk that stopped signs somebody out")
	}
}
