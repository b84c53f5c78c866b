package desk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
)

// ailing is a store whose disk gives out at the very end of a transaction, while it
// is told so.
type ailing struct {
	desk.Store
	cause atomic.Pointer[error]
}

func (s *ailing) Update(ctx context.Context, fn func(desk.Tx) error) error {
	return s.Store.Update(ctx, func(tx desk.Tx) error {
		err := fn(tx)
		if cause := s.cause.Load(); err == nil && cause != nil {
			err = fmt.Errorf("committing: %w", *cause)
		}
		return err
	})
}

// said collects what a desk logs.
type said struct {
	slog.Handler
	lines chan string
}

func (s said) Handle(_ context.Context, r slog.Record) error {
	s.lines <- r.Level.String() + " " + r.Message
	return nil
}

// troubled is a floor whose desk runs on an ailing store.
func troubled(t *testing.T) (*floor, *ailing, chan string) {
	t.Helper()
	f := open(t)
	store := &ailing{Store: f.store}
	lines := make(chan string, 1000)
	var err error
	f.desk, err = desk.Open(t.Context(), desk.Config{
		Store: store, Bus: new(local.Bus), Provider: bookOf(t),
		Log: slog.New(said{slog.NewTextHandler(t.Output(), nil), lines}),
	})
	f.must(err)
	f.run()
	return f, store, lines
}

// send sends a command and returns whatever is answered.
func (f *floor) send(login string, n uint64, c wire.Command) desk.Reply {
	f.t.Helper()
	frame, err := wire.NewCommandFrame(n, 0, c)
	f.must(err)
	replies := make(chan desk.Reply, 1)
	from := desk.Sender{Agent: f.user(login).ID, Device: "device-1", Lane: "lane-send", Locale: "en"}
	f.must(f.desk.Submit(f.t.Context(), from, frame, func(r desk.Reply) { replies <- r }))
	return <-replies
}

// Whatever keeps the disk from taking more, what was accepted stays, what was not
// keeps its number and goes through when the disk does, reading goes on, and the
// log says it once.
func TestADiskInTroubleLosesNothingAndSaysSoOnce(t *testing.T) {
	for code, cause := range map[string]error{"disk_full": desk.ErrFull, "disk_readonly": desk.ErrReadOnly} {
		t.Run(code, func(t *testing.T) {
			f, store, lines := troubled(t)
			rosa, id := f.customer("", "hola")
			if r := f.send("ana", 1, wire.Reply{Conversation: id, Text: "primera"}); r.Outcome == nil {
				t.Fatalf("before: %+v", r)
			}
			f.must(f.desk.Trouble())
			head := f.desk.Head()
			store.cause.Store(&cause)
			for range 5 {
				r := f.send("ana", 2, wire.Reply{Conversation: id, Text: "segunda"})
				if r.Resend == nil || r.Resend.From != 2 || r.Resend.Wait == 0 || r.Resend.Why == nil || r.Resend.Why.Code != code || r.Resend.Why.Kind != wire.Busy {
					t.Fatalf("in trouble: %+v", r)
				}
			}
			replies := make(chan desk.Reply, 1)
			f.must(f.desk.Say(t.Context(), rosa, chatwire.Say{N: 2, Text: "¿hola?"}, func(r desk.Reply) { replies <- r }))
			if r := <-replies; r.Resend == nil || r.Resend.Why == nil || r.Resend.Why.Code != "unavailable" {
				t.Errorf("a customer is told %+v: the desk's disk is none of their business", r.Resend)
			}
			bruno := f.user("bruno")
			f.must(f.desk.Arrive(t.Context(), bruno.ID))
			defer f.desk.Depart(bruno.ID)
			if why := desk.Explain(f.desk.Trouble(), "en"); why.Code != code {
				t.Errorf("the desk's trouble is %+v", why)
			}
			snapshot, err := f.desk.Snapshot(t.Context(), f.user("ana"))
			f.must(err)
			if snapshot.Seq != head || len(snapshot.Conversations) != 1 {
				t.Errorf("reading in trouble: %+v", snapshot)
			}
			store.cause.Store(nil)
			got := []string{<-lines, <-lines} // the second when there is room again
			want := []string{"ERROR the desk cannot write; what is sent to it waits at the clients", "INFO the desk writes again"}
			if got[0] != want[0] || got[1] != want[1] || len(lines) != 0 {
				t.Errorf("the log says %q, then %d lines more; want %q", got, len(lines), want)
			}
			f.must(f.desk.Trouble())
			if r := f.send("ana", 2, wire.Reply{Conversation: id, Text: "segunda"}); r.Outcome == nil || r.Outcome.Refused != nil {
				t.Errorf("afterwards: %+v", r)
			}
			page, err := f.desk.Older(t.Context(), rosa.Customer, 0)
			f.must(err)
			if len(page.Lines) != 3 || page.Lines[1].Text != "primera" || page.Lines[2].Text != "segunda" {
				t.Errorf("the conversation reads %+v", page.Lines)
			}
			for woken := f.woken(); f.user("bruno").State != wire.Online; woken = f.woken() {
				<-woken // who came meanwhile is written down now
			}
		})
	}
}

// woken is closed when the log grows.
func (f *floor) woken() <-chan struct{} {
	f.t.Helper()
	c, err := f.desk.Follow(f.t.Context(), f.desk.Head())
	f.must(err)
	return c.Woken()
}

// After a sync that failed nobody knows what is on the disk. Trying again could call
// durable what is gone, so the desk stays in trouble until it is restarted.
func TestDamageIsNotTriedAgain(t *testing.T) {
	f, store, lines := troubled(t)
	_, id := f.customer("", "hola")
	cause := desk.ErrDamaged
	store.cause.Store(&cause)
	if r := f.send("ana", 1, wire.Take{Conversation: id}); r.Resend == nil || r.Resend.Why.Code != "disk_damaged" {
		t.Fatalf("answered %+v", r)
	}
	store.cause.Store(nil)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	other, err := desk.Open(ctx, desk.Config{Store: f.store, Bus: new(local.Bus), Provider: bookOf(t)})
	f.must(err)
	done := make(chan error, 1)
	go func() { done <- other.Run(ctx) }()
	for _, login := range []string{"ana", "bruno", "leo"} { // the troubled desk hears of each in its next second
		before, id := f.desk.Head(), f.user(login).ID
		f.must(other.Arrive(t.Context(), id))
		defer other.Depart(id)
		for woken := f.woken(); f.desk.Head() == before; woken = f.woken() {
			<-woken
		}
	}
	if why := f.desk.Trouble(); why == nil || len(lines) != 1 {
		t.Errorf("seconds later: %v, %d lines in the log", why, len(lines))
	}
	stop()
	f.must(<-done)
}

// unreadable is a store that holds a damaged page, which a reader of the log meets.
type unreadable struct{ desk.Store }

func (s unreadable) View(ctx context.Context, fn func(desk.Reader) error) error {
	return s.Store.View(ctx, func(r desk.Reader) error { return fn(damagedLog{r}) })
}

type damagedLog struct{ desk.Reader }

func (damagedLog) Timeline(wire.ConversationID, uint64, int) ([]desk.Entry, error) {
	return nil, desk.ErrDamaged
}

// Damage that somebody meets in reading is known to whoever supervises the desk. The
// rest goes on: what falls due is done, and nothing is called impossible that is not.
func TestADamagedPageIsKnownAndTheRestGoesOn(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	var err error
	f.desk, err = desk.Open(t.Context(), desk.Config{Store: unreadable{f.store}, Bus: new(local.Bus), Provider: bookOf(t), OfflineAfter: time.Millisecond})
	f.must(err)
	f.run()
	ana, bruno := f.user("ana"), f.user("bruno")
	f.must(f.desk.Arrive(t.Context(), bruno.ID))
	if _, err := f.desk.Before(t.Context(), &ana, wire.Older{Conversation: id}); !errors.Is(err, desk.ErrDamaged) {
		t.Fatalf("the page is read: %v", err)
	}
	if why := desk.Explain(f.desk.Trouble(), "en"); why.Code != "disk_damaged" {
		t.Errorf("the desk's trouble is %+v", why)
	}
	if r := f.send("ana", 1, wire.Take{Conversation: id}); r.Outcome == nil || r.Outcome.Refused != nil {
		t.Errorf("elsewhere: %+v", r)
	}
	f.desk.Depart(bruno.ID)
	late := time.After(20 * time.Second)
	for woken := f.woken(); f.user("bruno").State != wire.Offline; woken = f.woken() {
		select {
		case <-woken:
		case <-late:
			t.Fatal("who went is still here")
		}
	}
}
