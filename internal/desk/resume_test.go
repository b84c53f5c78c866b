package desk_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// screen is what somebody shows who folds their feed, and comes and goes.
type screen struct {
	login  string
	rights string
	at     uint64
	open   map[wire.ConversationID]wire.Summary
}

// comeBack resumes from where the screen stopped, or begins anew where the desk or
// the rights say so, and reads to the head.
func (s *screen) comeBack(f *floor) {
	f.t.Helper()
	user := f.user(s.login)
	c, err := f.desk.Follow(f.t.Context(), s.at)
	if s.open == nil || s.rights != user.Rights() || errors.Is(err, desk.ErrTooOld) {
		s.begin(f)
		return
	}
	f.must(err)
	staff := desk.NewStaff(user, nil)
	for {
		items, err := c.Next(f.t.Context(), 0)
		f.must(err)
		for _, item := range items {
			body, err := staff.Form(item)
			if errors.Is(err, desk.ErrRightsChanged) { // away and back while the screen was off
				s.begin(f)
				return
			}
			f.must(err)
			s.fold(f, item.Seq, body)
		}
		if len(items) == 0 {
			s.at = c.UpTo()
			return
		}
	}
}

func (s *screen) begin(f *floor) {
	f.t.Helper()
	user := f.user(s.login)
	snapshot, err := f.desk.Snapshot(f.t.Context(), user)
	f.must(err)
	s.at, s.rights, s.open = snapshot.Seq, user.Rights(), make(map[wire.ConversationID]wire.Summary)
	for _, c := range snapshot.Conversations {
		s.open[c.ID] = c
	}
}

func (s *screen) fold(f *floor, seq uint64, body []byte) {
	f.t.Helper()
	if body == nil {
		return
	}
	at, e, err := wire.DecodeEvent(body)
	f.must(err)
	id, about := wire.About(e)
	if !about {
		return
	}
	switch e := e.(type) {
	case wire.Gone:
		delete(s.open, id)
	case wire.Appeared:
		s.open[id] = e.Summary
	default:
		if c, known := s.open[id]; known {
			c.Fold(seq, at, e)
			s.open[id] = c
		}
	}
}

// agrees compares what a screen has folded with what the desk would show anew.
func (s *screen) agrees(f *floor) {
	f.t.Helper()
	fresh := screen{login: s.login}
	fresh.begin(f)
	mine := maps.Clone(s.open)
	maps.DeleteFunc(mine, func(_ wire.ConversationID, c wire.Summary) bool { return c.Status == wire.Resolved })
	for _, id := range slices.Sorted(maps.Keys(mine)) {
		if got, want := fmt.Sprintf("%+v", mine[id]), fmt.Sprintf("%+v", fresh.open[id]); got != want {
			f.t.Fatalf("%s at %d shows\n%s\nwant\n%s", s.login, s.at, got, want)
		}
	}
	if len(mine) != len(fresh.open) {
		f.t.Fatalf("%s at %d shows %d conversations, want %d", s.login, s.at, len(mine), len(fresh.open))
	}
}

// become changes an account's role and queues as an administrator would.
func (f *floor) become(login string, role wire.Role, queues ...wire.QueueID) {
	f.t.Helper()
	u := f.user(login)
	u.Role, u.Queues = role, queues
	body, err := wire.EncodeEvent(1, wire.StaffChanged{Agent: u.Agent})
	f.must(err)
	f.must(f.store.Update(f.t.Context(), func(tx desk.Tx) error {
		_, err := tx.Append(desk.Entry{At: 1, Event: wire.StaffChanged{Agent: u.Agent}, Body: body})
		return errors.Join(err, tx.SaveUser(u))
	}))
}

// Screens of every role come and go while conversations are moved, resolved and
// written in, roles and queues change, also away and back, and the desk is started
// anew: whoever comes back shows what a fresh snapshot would, whatever was missed.
func TestWhoeverComesBackShowsTheRightState(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	f := open(t)
	var screens []*screen
	for _, login := range []string{"ana", "bruno", "carla", "leo", "sara", "adan", "aldo"} {
		screens = append(screens, &screen{login: login})
	}
	var ids []wire.ConversationID
	var customers []desk.Sender
	for range 6 {
		c, id := f.customer("", "hola")
		customers, ids = append(customers, c), append(ids, id)
	}
	for step := range 400 {
		id := ids[r.IntN(len(ids))]
		who := []string{"ana", "bruno", "carla", "leo"}[r.IntN(4)]
		switch r.IntN(12) {
		case 0, 1:
			f.says(customers[r.IntN(len(customers))], fmt.Sprint("mensaje ", step))
		case 2:
			f.do(who, wire.Take{Conversation: id})
		case 3:
			f.do(who, wire.Release{Conversation: id})
		case 4:
			f.do(who, wire.Transfer{Conversation: id, Queue: []wire.QueueID{"general", "cobranzas"}[r.IntN(2)], Reason: "mora"})
		case 5:
			f.do(who, wire.Reply{Conversation: id, Text: fmt.Sprint("respuesta ", step)})
		case 6:
			f.do(who, wire.Resolve{Conversation: id, Disposition: "otro"})
		case 7:
			f.do(who, wire.Tag{Conversation: id, Add: []string{fmt.Sprint("t", step%5)}})
		case 8:
			if r.IntN(8) == 0 {
				f.become("ana", wire.RoleAgent, "cobranzas")
				if r.IntN(2) == 0 {
					f.become("ana", wire.RoleAgent, "general")
				}
			}
		default:
			s := screens[r.IntN(len(screens))]
			s.comeBack(f)
			s.agrees(f)
		}
	}
	f.start(bookOf(t)) // a restart of the desk
	for _, s := range screens {
		s.comeBack(f)
		s.agrees(f)
	}
}

// Ten thousand records were missed, and the conversation they are about was moved
// away at the end: each screen shows what it may, and who may not see the
// conversation any more is told that it is gone and nothing of where it is.
func TestTenThousandMissedRecords(t *testing.T) {
	const missed = 10_000
	f := open(t)
	_, id := f.customer("", "hola")
	_, other := f.customer("", "otra")
	screens := []*screen{{login: "bruno"}, {login: "carla"}, {login: "leo"}, {login: "sara"}}
	for _, s := range screens {
		s.comeBack(f)
	}
	from := desk.Sender{Agent: f.user("ana").ID, Device: "device-1", Lane: "lane-many"}
	replies := make(chan desk.Reply, missed)
	for n := uint64(1); n <= missed; n++ {
		frame, err := wire.NewCommandFrame(n, n-1, wire.Reply{Conversation: id, Text: fmt.Sprint("línea ", n)})
		f.must(err)
		f.must(f.desk.Submit(t.Context(), from, frame, func(r desk.Reply) { replies <- r }))
	}
	for n := uint64(1); n <= missed; n++ {
		if r := <-replies; r.Outcome == nil || r.Outcome.N != n || r.Outcome.Refused != nil {
			t.Fatalf("%d is answered %+v", n, r)
		}
	}
	bruno, staff := f.follow("bruno")
	f.accepted("ana", wire.Transfer{Conversation: id, Queue: "cobranzas", Reason: "mora"})
	if gone := f.reads(bruno, staff); len(gone) != 1 || gone[0].Event != (wire.Gone{Conversation: id}) {
		t.Errorf("who sees it no more hears %+v", gone)
	}
	for _, s := range screens {
		s.comeBack(f)
		s.agrees(f)
	}
	if _, there := screens[0].open[id]; there || screens[0].open[other].ID == "" || screens[1].open[id].ID == "" {
		t.Errorf("bruno shows %v, carla %v", screens[0].open, screens[1].open)
	}
	s := screen{login: "leo", at: f.desk.Head() + 1_000_000, rights: screens[2].rights, open: map[wire.ConversationID]wire.Summary{}}
	s.comeBack(f) // from a position in the future
	s.agrees(f)
}
