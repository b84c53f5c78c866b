package desk_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/desk"
)

// A page whose customer is silent sleeps while others write: thousands of open
// pages cost a record nothing.
func TestARecordWakesItsOwnCustomersPagesOnly(t *testing.T) {
	f := open(t)
	rosa, _ := f.customer("c-1001", "hola")
	mario, id := f.customer("c-1002", "buenas")
	hers, _, err := f.desk.Greet(t.Context(), rosa, wire.Position{})
	f.must(err)
	defer hers.Close()
	his, _, err := f.desk.Greet(t.Context(), mario, wire.Position{})
	f.must(err)
	defer his.Close()
	asleep, woken := hers.Woken(), his.Woken()
	f.says(mario, "sigo acá")
	f.accepted("ana", wire.Reply{Conversation: id, Text: "mi respuesta"})
	<-woken
	select {
	case <-asleep:
		t.Error("Rosa's page woke for what Mario wrote")
	default:
	}
	frames, err := his.Next()
	f.must(err)
	var got []string
	for _, frame := range frames {
		if frame.Lines != nil {
			got = append(got, frame.Lines.Lines[0].Text)
		}
	}
	if fmt.Sprint(got) != "[sigo acá mi respuesta]" {
		t.Errorf("his page hears %v", got)
	}
	if frames, err := hers.Next(); err != nil || len(frames) != 0 {
		t.Errorf("her page hears %+v, %v", frames, err)
	}
}

// A page that does not take what it is told is ended, not fed from memory for ever.
func TestAPageThatDoesNotListenFallsBehind(t *testing.T) {
	f := open(t)
	rosa, _ := f.customer("c-1001", "hola")
	feed, _, err := f.desk.Greet(t.Context(), rosa, wire.Position{})
	f.must(err)
	defer feed.Close()
	var answers sync.WaitGroup
	for i := range 1500 {
		answers.Add(1)
		f.must(f.desk.Say(t.Context(), rosa, chatwire.Say{N: uint64(i + 2), Text: "x"}, func(desk.Reply) { answers.Done() }))
	}
	answers.Wait()
	if _, err := feed.Next(); !errors.Is(err, desk.ErrFellBehind) {
		t.Errorf("after 1,500 lines nobody took: %v", err)
	}
}

// A page that comes back to a restored desk gets the newest lines and hears which
// part of the log it knew is still true.
func TestAPageOfAnotherEpochStartsAnew(t *testing.T) {
	f := open(t)
	rosa, _ := f.customer("c-1001", "uno")
	f.says(rosa, "dos")
	_, first, err := f.desk.Greet(t.Context(), rosa, wire.Position{})
	f.must(err)
	at := wire.Position{Epoch: first.Welcome.Epoch, Seq: first.UpTo}
	_, same, err := f.desk.Greet(t.Context(), rosa, at)
	f.must(err)
	if first.Welcome.Epoch == "" || len(same.Lines.Lines) != 0 {
		t.Errorf("epoch %q, and again %+v", first.Welcome.Epoch, same.Lines)
	}
	at.Epoch = "another"
	_, anew, err := f.desk.Greet(t.Context(), rosa, at)
	f.must(err)
	if len(anew.Lines.Lines) != 2 {
		t.Errorf("of another log: %+v", anew.Lines)
	}
}
