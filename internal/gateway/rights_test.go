package gateway_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// stuck is a link of somebody who watches a conversation and has stopped reading when
// there was more to read than the system holds for them; beside one of a colleague.
func (f *floor) stuck(token string) (stuck, good socket, id wire.ConversationID) {
	f.t.Helper()
	from, id := f.conversation("hola")
	good = f.enters(f.hire("ana", wire.RoleAgent), "lane-a-1", wire.Hello{Watch: []wire.ConversationID{id}})
	stuck = f.enters(token, "lane-b-1", wire.Hello{Watch: []wire.ConversationID{id}}).narrow()
	for n := range uint64(400) {
		f.say(from, n+2, strings.Repeat("x", 4000))
		good.until(func(d wire.FromDesk) bool { return d.Feed != nil && holdsSaid(d.Feed) })
	}
	return stuck, good, id
}

// become changes somebody's queues as an administrator would.
func (f *floor) become(login string, queues ...wire.QueueID) {
	f.t.Helper()
	f.must(f.store.Update(f.t.Context(), func(tx desk.Tx) error {
		u, _, err := tx.UserByLogin(login)
		if err != nil {
			return err
		}
		u.Queues = queues
		e := wire.StaffChanged{Agent: u.Agent}
		body, err := wire.EncodeEvent(1, e)
		if err != nil {
			return err
		}
		_, err = tx.Append(desk.Entry{At: 1, Event: e, Body: body})
		return errors.Join(err, tx.SaveUser(u))
	}))
}

// Who does not read does not put off the end of what they may do: the record that
// says so lies behind what they do not take.
func TestAStuckReaderLosesTheirRightsAsSoonAsAnybody(t *testing.T) {
	for name, change := range map[string]func(f *floor){
		"signed out by an administrator": func(f *floor) {
			f.must(desk.SignOutUser(f.t.Context(), f.store, time.Now(), "bruno"))
		},
		"in another queue": func(f *floor) { f.become("bruno", "cobranzas") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it takes the seconds of a goodbye
			f := open(t)
			_, good, _ := f.stuck(f.hire("bruno", wire.RoleAgent))
			change(f)
			for until := time.Now().Add(writersPatience); f.gate.Links() > 1; {
				if good.ping(1); time.Now().After(until) {
					t.Fatal("the link is still open")
				}
			}
		})
	}
}

// A question is answered by the rights of now, however far the feed is behind.
func TestAQuestionIsAnsweredByTheRightsOfNow(t *testing.T) {
	f := open(t)
	s, _, id := f.stuck(f.hire("bruno", wire.RoleAgent))
	f.become("bruno", "cobranzas")
	ask, err := wire.NewAskFrame(1, wire.Older{Conversation: id})
	f.must(err)
	s.send(wire.FromClient{Ask: &ask})
	f.must(s.SetReadDeadline(time.Now().Add(writersPatience)))
	for {
		var d wire.FromDesk
		if s.ReadJSON(&d) != nil {
			return // told to go, or cut off
		}
		if d.Answer != nil && d.Answer.Result != nil {
			t.Fatalf("answered with %d B", len(d.Answer.Result))
		}
	}
}
