package desk_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
	"ventanilla/internal/finance/libro"
	"ventanilla/internal/store/sqlite"
)

// floor is a running desk with some people in it.
type floor struct {
	t     *testing.T
	desk  *desk.Desk
	store desk.Store
	lanes map[desk.Sender]uint64
}

func open(t *testing.T) *floor {
	t.Helper()
	return openWith(t, bookOf(t))
}

// bookOf makes an empty loan book.
func bookOf(t *testing.T) *libro.Book {
	t.Helper()
	book, err := libro.Open(t.Context(), libro.Config{Path: filepath.Join(t.TempDir(), "libro.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func openWith(t *testing.T, book *libro.Book) *floor {
	t.Helper()
	ctx := t.Context()
	store, err := sqlite.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	f := &floor{t: t, store: store, lanes: make(map[desk.Sender]uint64)}
	f.must(desk.AddQueue(ctx, store, time.Now(), wire.Queue{ID: "cobranzas"}))
	for _, u := range []desk.NewUser{
		{Login: "ana", Name: "Ana", Role: wire.RoleAgent},
		{Login: "bruno", Name: "Bruno", Role: wire.RoleAgent},
		{Login: "carla", Name: "Carla", Role: wire.RoleAgent, Queues: []wire.QueueID{"cobranzas"}},
		{Login: "leo", Name: "Leo", Role: wire.RoleLead},
		{Login: "sara", Name: "Sara", Role: wire.RoleSupervisor},
		{Login: "adan", Name: "Adán", Role: wire.RoleAdmin},
		{Login: "aldo", Name: "Aldo", Role: wire.RoleAuditor},
	} {
		f.hire(u)
	}
	f.start(book)
	return f
}

// hire makes an account without a password, which would take its time to hash.
func (f *floor) hire(n desk.NewUser) {
	f.t.Helper()
	if n.Queues == nil {
		n.Queues = []wire.QueueID{desk.DefaultQueue}
	}
	f.must(f.store.Update(f.t.Context(), func(tx desk.Tx) error {
		return tx.SaveUser(desk.User{Login: n.Login, Agent: wire.Agent{
			ID: wire.AgentID("id-" + n.Login), Name: n.Name, Role: n.Role, Queues: n.Queues, State: wire.Offline,
		}})
	}))
}

func (f *floor) start(book *libro.Book) {
	f.t.Helper()
	var err error
	f.desk, err = desk.Open(f.t.Context(), desk.Config{Store: f.store, Bus: new(local.Bus), Provider: book})
	f.must(err)
	f.run()
}

func (f *floor) run() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	d := f.desk
	go func() { done <- d.Run(ctx) }()
	f.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			f.t.Error(err)
		}
	})
}

func (f *floor) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *floor) user(login string) desk.User {
	f.t.Helper()
	var u desk.User
	f.must(f.store.View(f.t.Context(), func(r desk.Reader) error {
		var err error
		u, _, err = r.UserByLogin(login)
		return err
	}))
	return u
}

// do sends the next command of a person's lane.
func (f *floor) do(login string, c wire.Command) wire.Outcome {
	f.t.Helper()
	from := desk.Sender{Agent: f.user(login).ID, Device: "device-1", Lane: "lane-" + login, Locale: "en"}
	f.lanes[from]++
	return f.again(from, f.lanes[from], c)
}

func (f *floor) again(from desk.Sender, n uint64, c wire.Command) wire.Outcome {
	f.t.Helper()
	frame, err := wire.NewCommandFrame(n, 0, c)
	f.must(err)
	replies := make(chan desk.Reply, 1)
	f.must(f.desk.Submit(f.t.Context(), from, frame, func(r desk.Reply) { replies <- r }))
	r := <-replies
	if r.Outcome == nil {
		f.t.Fatalf("%T as %d: resend %+v", c, n, r.Resend)
	}
	return *r.Outcome
}

func (f *floor) accepted(login string, c wire.Command) {
	f.t.Helper()
	if o := f.do(login, c); o.Refused != nil {
		f.t.Fatalf("%s's %T was refused: %s", login, c, o.Refused.Code)
	}
}

func (f *floor) refused(login string, c wire.Command, code string) {
	f.t.Helper()
	if o := f.do(login, c); o.Refused == nil || o.Refused.Code != code {
		f.t.Fatalf("%s's %T: %+v, want a refusal %q", login, c, o, code)
	}
}

// customer lets somebody write, and returns them and their conversation.
func (f *floor) customer(ref, text string) (desk.Sender, wire.ConversationID) {
	f.t.Helper()
	c, err := f.desk.Visit(f.t.Context(), desk.Visit{Ref: ref, Name: "Rosa", Fresh: wire.NewToken(), Expires: time.Now().Add(time.Hour)})
	f.must(err)
	from := desk.Sender{Customer: c.ID, Device: "device-c", Lane: "lane-c"}
	f.says(from, text)
	return from, f.latest(c.ID).Summary.ID
}

func (f *floor) says(from desk.Sender, text string) wire.Outcome {
	f.t.Helper()
	f.lanes[from]++
	replies := make(chan desk.Reply, 1)
	f.must(f.desk.Say(f.t.Context(), from, chatwire.Say{N: f.lanes[from], Text: text}, func(r desk.Reply) { replies <- r }))
	r := <-replies
	if r.Outcome == nil {
		f.t.Fatalf("%q was not taken: %+v", text, r.Resend)
	}
	return *r.Outcome
}

func (f *floor) latest(id wire.CustomerID) desk.Conversation {
	f.t.Helper()
	var c desk.Conversation
	f.must(f.store.View(f.t.Context(), func(r desk.Reader) error {
		var err error
		c, _, err = r.LatestOf(id)
		return err
	}))
	return c
}

func (f *floor) summary(id wire.ConversationID) wire.Summary {
	f.t.Helper()
	var s wire.Summary
	f.must(f.store.View(f.t.Context(), func(r desk.Reader) error {
		c, _, err := r.Conversation(id)
		s = c.Summary
		return err
	}))
	return s
}

func TestTwoAgentsCannotBothTake(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	f.accepted("ana", wire.Take{Conversation: id})
	f.refused("bruno", wire.Take{Conversation: id}, "taken")
	f.accepted("ana", wire.Take{Conversation: id}) // again is no mistake
	f.refused("bruno", wire.Reply{Conversation: id, Text: "hola"}, "taken")
	f.accepted("leo", wire.Take{Conversation: id}) // a lead may take over
	if got := f.summary(id).Agent; got != f.user("leo").ID {
		t.Fatalf("in charge: %s", got)
	}
}

func TestTheSameCommandTwiceChangesNothing(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	from := desk.Sender{Agent: f.user("ana").ID, Device: "device-1", Lane: "lane-1"}
	first := f.again(from, 1, wire.Reply{Conversation: id, Text: "¡Hola!"})
	head := f.desk.Head()
	if second := f.again(from, 1, wire.Reply{Conversation: id, Text: "¡Hola!"}); second.Seq != first.Seq || f.desk.Head() != head {
		t.Fatalf("first %+v, second %+v, head %d then %d", first, second, head, f.desk.Head())
	}
	other := desk.Sender{Agent: f.user("bruno").ID, Device: "device-1", Lane: "lane-1"}
	if o := f.again(other, 1, wire.Note{Conversation: id, Text: "otra"}); o.Seq == first.Seq {
		t.Fatal("somebody else's lane answered with Ana's outcome")
	}
}

func TestCommandsOutOfOrderAreAskedForAgain(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	frame, err := wire.NewCommandFrame(3, 0, wire.Take{Conversation: id})
	f.must(err)
	replies := make(chan desk.Reply, 1)
	from := desk.Sender{Agent: f.user("ana").ID, Device: "device-1", Lane: "lane-9"}
	f.must(f.desk.Submit(t.Context(), from, frame, func(r desk.Reply) { replies <- r }))
	if r := <-replies; r.Resend == nil || r.Resend.From != 1 {
		t.Fatalf("answered %+v", r)
	}
}

func TestAReplyToAResolvedConversationReopensIt(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	f.accepted("ana", wire.Reply{Conversation: id, Text: "hola"}) // takes it too
	f.refused("ana", wire.Resolve{Conversation: id, Disposition: "no existe"}, "bad_disposition")
	f.accepted("ana", wire.Resolve{Conversation: id, Disposition: "otro"})
	f.refused("ana", wire.Resolve{Conversation: id, Disposition: "otro"}, "is_resolved")
	f.refused("bruno", wire.Reply{Conversation: id, Text: "hola"}, "taken")
	f.accepted("ana", wire.Reply{Conversation: id, Text: "una cosa más"})
	if s := f.summary(id); s.Status != wire.Open || s.Last.Text != "una cosa más" || s.Disposition != "" {
		t.Fatalf("after the reply: %+v", s)
	}
}

func TestACustomerComingBackReopensOrStartsAnew(t *testing.T) {
	f := open(t)
	from, id := f.customer("c-1", "hola")
	f.accepted("ana", wire.Reply{Conversation: id, Text: "hola"})
	f.accepted("ana", wire.Resolve{Conversation: id, Disposition: "otro"})
	f.says(from, "una cosa más")
	if s := f.summary(id); s.Status != wire.Open || s.Agent != f.user("ana").ID || s.Unread != 1 || s.Waiting == 0 {
		t.Fatalf("after coming back: %+v", s)
	}
}

func TestASnoozedConversationWakes(t *testing.T) {
	f := open(t)
	from, id := f.customer("", "hola")
	f.accepted("ana", wire.Take{Conversation: id})
	f.refused("ana", wire.Snooze{Conversation: id, Until: wire.At(time.Now())}, "bad_until")
	f.accepted("ana", wire.Snooze{Conversation: id, Until: wire.At(time.Now().Add(time.Hour))})
	f.says(from, "¿hola?")
	if s := f.summary(id); s.Status != wire.Open {
		t.Fatalf("a customer who writes wakes it: %+v", s)
	}
}

func TestWhatOneMayNotSeeDoesNotExist(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	f.refused("carla", wire.Take{Conversation: id}, "no_conversation")
	f.refused("carla", wire.Note{Conversation: id, Text: "x"}, "no_conversation")
	f.accepted("ana", wire.Take{Conversation: id})
	f.refused("ana", wire.Transfer{Conversation: id, Queue: "cobranzas"}, "no_reason")
	f.refused("ana", wire.Transfer{Conversation: id, Reason: "mora"}, "one_target")
	f.refused("ana", wire.Transfer{Conversation: id, Agent: f.user("carla").ID, Reason: "mora"}, "agent_cannot")
	f.accepted("ana", wire.Transfer{Conversation: id, Queue: "cobranzas", Reason: "mora"})
	f.refused("ana", wire.Note{Conversation: id, Text: "x"}, "no_conversation") // it is theirs now
	f.accepted("carla", wire.Take{Conversation: id})
}

// The table of rights, every command × every role, straight from the paper: only
// agents and leads write, and assigning is a lead's.
func TestEveryCommandForEveryRole(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	logins := map[wire.Role]string{
		wire.RoleAgent: "ana", wire.RoleLead: "leo", wire.RoleSupervisor: "sara", wire.RoleAdmin: "adan", wire.RoleAuditor: "aldo",
	}
	commands := []wire.Command{
		wire.Take{Conversation: id}, wire.Release{Conversation: id}, wire.Assign{Conversation: id},
		wire.Transfer{Conversation: id}, wire.Reply{Conversation: id}, wire.Note{Conversation: id},
		wire.Resolve{Conversation: id}, wire.Reopen{Conversation: id}, wire.Snooze{Conversation: id},
		wire.Prioritise{Conversation: id}, wire.Tag{Conversation: id}, wire.MarkSeen{Conversation: id}, wire.SetPresence{},
	}
	if len(commands) != len(wire.CommandNames()) {
		t.Fatalf("%d commands here, %d in the protocol", len(commands), len(wire.CommandNames()))
	}
	for _, role := range wire.Roles() {
		for _, c := range commands {
			may := role == wire.RoleLead || role == wire.RoleAgent && wire.CommandName(c) != "assign"
			head := f.desk.Head()
			o := f.do(logins[role], c)
			if denied := o.Refused != nil && o.Refused.Code == "no_right"; denied == may {
				t.Errorf("%s sends %s: %+v", role, wire.CommandName(c), o)
			}
			if !may && f.desk.Head() != head {
				t.Errorf("%s's %s left something in the log", role, wire.CommandName(c))
			}
			if listed := slices.Contains(desk.Can(role), wire.CommandName(c)); listed != may {
				t.Errorf("Can(%s) and the rule of %s disagree", role, wire.CommandName(c))
			}
		}
	}
}

// A page may state any seq as read; only the lines it has reach the log.
func TestMarksGrowTheLogByLinesOnly(t *testing.T) {
	f := open(t)
	_, noise := f.customer("", "hola")
	for range 20 {
		f.accepted("ana", wire.Note{Conversation: noise, Text: "ruido"})
	}
	from, id := f.customer("", "hola")
	f.accepted("ana", wire.Reply{Conversation: id, Text: "hola"})
	head := f.desk.Head()
	for seq := uint64(1); seq <= head+2; seq++ {
		f.must(f.desk.Mark(t.Context(), from.Customer, chatwire.Marks{Read: seq}))
	}
	f.must(f.desk.Mark(t.Context(), from.Customer, chatwire.Marks{Delivered: 1 << 63}))
	if grown := f.desk.Head() - head; grown > 2 {
		t.Errorf("two lines were marked by %d records", grown)
	}
	if s := f.summary(id); s.Read != s.Last.Seq || s.Delivered != s.Last.Seq {
		t.Errorf("the last line is %d: delivered %d, read %d", s.Last.Seq, s.Delivered, s.Read)
	}
}
