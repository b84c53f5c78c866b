package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// reads pumps a feed to the head and returns its events by name.
func (f *floor) reads(c *desk.Cursor, s *desk.Staff) []wire.Record {
	f.t.Helper()
	var got []wire.Record
	for {
		items, err := c.Next(f.t.Context(), 0)
		f.must(err)
		if len(items) == 0 {
			return got
		}
		for _, item := range items {
			body, err := s.Form(item)
			f.must(err)
			if body == nil {
				continue
			}
			at, e, err := wire.DecodeEvent(body)
			f.must(err)
			got = append(got, wire.Record{Seq: item.Seq, At: at, Event: e})
		}
	}
}

func names(records []wire.Record) string {
	var all []string
	for _, r := range records {
		all = append(all, wire.EventName(r.Event))
	}
	return strings.Join(all, " ")
}

func (f *floor) follow(login string, watch ...wire.ConversationID) (*desk.Cursor, *desk.Staff) {
	f.t.Helper()
	c, err := f.desk.Follow(f.t.Context(), f.desk.Head())
	f.must(err)
	return c, desk.NewStaff(f.user(login), watch)
}

// The table "who gets what": every role, every relation, feed, snapshot, opening,
// search and context, in one place.
func TestWhoGetsWhat(t *testing.T) {
	const none, summary, full = "none", "summary", "full"
	type row struct{ feed, opening, context string }
	relations := []string{"own", "unassigned", "colleague's", "other queue"}
	table := map[wire.Role]map[string]row{
		wire.RoleAgent: {
			"own": {summary, full, "figures"}, "unassigned": {summary, full, "no figures"},
			"colleague's": {summary, full, none}, "other queue": {none, none, none},
		},
		wire.RoleLead: {
			"own": {summary, full, "figures"}, "unassigned": {summary, full, "figures"},
			"colleague's": {summary, full, "figures"}, "other queue": {none, none, none},
		},
		wire.RoleSupervisor: {
			"unassigned": {summary, full, "figures"}, "colleague's": {summary, full, "figures"}, "other queue": {none, none, none},
		},
		wire.RoleAdmin:   {"unassigned": {none, none, none}, "colleague's": {none, none, none}, "other queue": {none, none, none}},
		wire.RoleAuditor: {"unassigned": {none, none, none}, "colleague's": {none, none, none}, "other queue": {none, none, none}},
	}
	logins := map[wire.Role]string{
		wire.RoleAgent: "ana", wire.RoleLead: "leo", wire.RoleSupervisor: "sara", wire.RoleAdmin: "adan", wire.RoleAuditor: "aldo",
	}
	long := "zanahoria " + strings.Repeat("x", 200)
	book := bookOf(t)
	if err := book.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	for role, rows := range table {
		for _, relation := range relations {
			want, listed := rows[relation]
			if !listed {
				continue // supervisors, admins and auditors own nothing
			}
			t.Run(fmt.Sprintf("%s/%s", role, relation), func(t *testing.T) {
				f := openWith(t, book)
				login := logins[role]
				from, id := f.customer("c-1001", "hola")
				switch relation {
				case "own":
					f.accepted(login, wire.Take{Conversation: id})
				case "colleague's":
					f.accepted("bruno", wire.Take{Conversation: id})
				case "other queue":
					f.accepted("bruno", wire.Take{Conversation: id})
					f.accepted("bruno", wire.Transfer{Conversation: id, Queue: "cobranzas", Reason: "mora"})
				}
				cursor, staff := f.follow(login)
				f.says(from, long)
				got := f.reads(cursor, staff)
				switch {
				case want.feed == none && len(got) != 0:
					t.Errorf("the feed holds %s", names(got))
				case want.feed == summary:
					said, ok := got[0].Event.(wire.Said)
					if len(got) != 1 || !ok || !said.Cut || said.Text != wire.Cut(long) {
						t.Errorf("the feed of who does not watch: %+v", got)
					}
				}
				f.checkSnapshot(login, id, want.feed != none)
				f.checkOpening(login, id, long, want.opening == full)
				f.checkSearch(login, role, want.opening == full)
				f.checkContext(login, id, want.context)
			})
		}
	}
}

func (f *floor) checkSnapshot(login string, id wire.ConversationID, want bool) {
	f.t.Helper()
	s, err := f.desk.Snapshot(f.t.Context(), f.user(login))
	f.must(err)
	if holds := len(s.Conversations) == 1 && s.Conversations[0].ID == id; holds != want {
		f.t.Errorf("the snapshot holds %d conversations, want it there: %v", len(s.Conversations), want)
	}
}

func (f *floor) checkOpening(login string, id wire.ConversationID, text string, want bool) {
	f.t.Helper()
	if !desk.MayAsk(f.user(login).Role, "watch") {
		if want {
			f.t.Error("may not ask to watch")
		}
		return
	}
	tl, err := f.desk.Open(f.t.Context(), desk.NewStaff(f.user(login), nil), wire.Watch{Conversation: id})
	if !want {
		if e, ok := errors.AsType[*desk.Error](err); !ok || e.Kind != wire.Missing {
			f.t.Errorf("opening: %v", err)
		}
		return
	}
	f.must(err)
	last := tl.Records[len(tl.Records)-1]
	if said, ok := last.Event.(wire.Said); !ok || said.Text != text || said.Cut {
		f.t.Errorf("the last line on opening: %+v", last)
	}
}

func (f *floor) checkSearch(login string, role wire.Role, want bool) {
	f.t.Helper()
	user := f.user(login)
	answer, err := f.desk.Ask(f.t.Context(), &user, wire.Search{Text: "zanahoria"})
	if !desk.MayAsk(role, "search") {
		if err == nil {
			f.t.Error("may search")
		}
		return
	}
	f.must(err)
	if found := len(answer.(wire.Hits).Hits) == 1; found != want {
		f.t.Errorf("search finds %d, want it found: %v", len(answer.(wire.Hits).Hits), want)
	}
}

func (f *floor) checkContext(login string, id wire.ConversationID, want string) {
	f.t.Helper()
	user := f.user(login)
	answer, err := f.desk.Ask(f.t.Context(), &user, wire.GetContext{Conversation: id})
	if want == "none" {
		if err == nil {
			f.t.Errorf("sees the context: %+v", answer)
		}
		return
	}
	f.must(err)
	c := answer.(wire.Context)
	b, err := json.Marshal(c)
	f.must(err)
	if hasFigures := strings.Contains(string(b), `"minor"`); hasFigures != (want == "figures") || c.Who == nil {
		f.t.Errorf("context: figures %v, want %s: %s", hasFigures, want, b)
	}
}

func TestANewConversationAppearsOnlyWhereItBelongs(t *testing.T) {
	f := open(t)
	for login, want := range map[string]string{"ana": "appeared said", "sara": "appeared said", "carla": "", "adan": "", "aldo": ""} {
		cursor, staff := f.follow(login)
		f.customer("", "hola")
		if got := names(f.reads(cursor, staff)); got != want {
			t.Errorf("%s hears %q, want %q", login, got, want)
		}
	}
}

func TestConversationsAppearAndGo(t *testing.T) {
	f := open(t)
	from, id := f.customer("", "hola")
	anaCursor, ana := f.follow("ana")
	carlaCursor, carla := f.follow("carla")
	f.refused("ana", wire.Transfer{Conversation: id, Queue: "cobranzas", Reason: "mora"}, "not_yours")
	f.accepted("ana", wire.Take{Conversation: id})
	f.accepted("ana", wire.Transfer{Conversation: id, Queue: "cobranzas", Reason: "mora"})
	f.says(from, "¿hola?")
	if got := names(f.reads(anaCursor, ana)); got != "routed gone" {
		t.Errorf("Ana hears %q", got)
	}
	got := f.reads(carlaCursor, carla)
	if names(got) != "appeared said" {
		t.Fatalf("Carla hears %q", names(got))
	}
	if s := got[0].Event.(wire.Appeared).Summary; s.Queue != "cobranzas" || s.Last.Text != "hola" {
		t.Errorf("it appeared as %+v", s)
	}
}

func TestWatchingGivesFullTextAndNotesStayInside(t *testing.T) {
	f := open(t)
	from, id := f.customer("", "hola")
	watching, w := f.follow("ana", id)
	looking, l := f.follow("bruno")
	f.accepted("ana", wire.Note{Conversation: id, Text: "ojo con este cliente"})
	if got := f.reads(watching, w); len(got) != 1 || got[0].Event.(wire.Noted).Text == "" {
		t.Errorf("who watches hears %+v", got)
	}
	if got := f.reads(looking, l); len(got) != 1 || got[0].Event.(wire.Noted).Text != "" {
		t.Errorf("who does not watch hears %+v", got)
	}
	feed, start, err := f.desk.Greet(t.Context(), from, wire.Position{})
	f.must(err)
	cursor, err := f.desk.Follow(f.t.Context(), 0)
	f.must(err)
	items, err := cursor.Next(t.Context(), 0)
	f.must(err)
	for _, item := range items {
		b, err := json.Marshal(feed.Forms(item))
		f.must(err)
		if strings.Contains(string(b), "ojo") {
			t.Errorf("a note reached the customer: %s", b)
		}
	}
	if len(start.Lines.Lines) != 1 || start.Lines.Lines[0].Text != "hola" {
		t.Errorf("the page starts with %+v", start.Lines)
	}
}

func TestAnEndedAccountEndsTheFeed(t *testing.T) {
	f := open(t)
	cursor, staff := f.follow("bruno")
	f.must(desk.DisableUser(t.Context(), f.store, time.Now(), "bruno"))
	for woken := cursor.Woken(); f.desk.Head() == cursor.UpTo(); woken = cursor.Woken() {
		<-woken // the desk looks at its data once a second
	}
	items, err := cursor.Next(t.Context(), 0)
	f.must(err)
	_, err = staff.Form(items[len(items)-1])
	if e, ok := errors.AsType[*desk.Error](err); !ok || e.Code != "revoked" {
		t.Fatalf("the feed goes on: %v", err)
	}
}

// The page of one customer never hears of another's conversation.
func TestCustomersHearOnlyTheirOwn(t *testing.T) {
	f := open(t)
	rosa, id := f.customer("c-1001", "hola")
	mario, _ := f.customer("c-1002", "buenas")
	feed, _, err := f.desk.Greet(t.Context(), mario, wire.Position{})
	f.must(err)
	start := f.desk.Head()
	f.says(rosa, "mi secreto")
	f.accepted("ana", wire.Reply{Conversation: id, Text: "mi respuesta"})
	cursor, err := f.desk.Follow(f.t.Context(), start)
	f.must(err)
	items, err := cursor.Next(t.Context(), 0)
	f.must(err)
	for _, item := range items {
		if frames := feed.Forms(item); frames != nil {
			t.Errorf("Mario hears %+v of seq %d", frames, item.Seq)
		}
	}
	page, err := f.desk.Older(t.Context(), mario.Customer, 0)
	f.must(err)
	if len(page.Lines) != 1 || page.Lines[0].By != wire.ByCustomer {
		t.Errorf("his page: %+v", page)
	}
}
