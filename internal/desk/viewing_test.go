package desk_test

import (
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
)

// sender names a link of somebody.
func sender(login, lane string) desk.Sender {
	return desk.Sender{Agent: wire.AgentID("id-" + login), Device: "device-1", Lane: lane, Locale: "en"}
}

func (f *floor) looks(login, lane string, id wire.ConversationID, doing wire.Doing) {
	f.t.Helper()
	f.must(f.desk.Look(f.t.Context(), sender(login, lane), wire.Looking{Conversation: id, Doing: doing}))
}

// observer is a reader who keeps what it is told of who is where, as a client does.
type observer struct {
	f      *floor
	cursor *desk.Cursor
	staff  *desk.Staff
	told   []wire.Viewers // in the order told
}

func (f *floor) observes(login string, watch ...wire.ConversationID) *observer {
	f.t.Helper()
	c, s := f.follow(login, watch...)
	o := &observer{f: f, cursor: c, staff: s}
	if _, all := c.Signs(); all {
		f.t.Fatal("a feed that begins says that it was told everything")
	}
	o.told = f.desk.Viewing(s).Conversations
	return o
}

// hear takes in what there is.
func (o *observer) hear() {
	signs, _ := o.cursor.Signs()
	for _, s := range signs {
		if mine, hears := o.staff.Sign(s); hears && mine.Viewers != nil {
			o.told = append(o.told, *mine.Viewers)
		}
	}
}

// until waits for what it is told last.
func (o *observer) until(id wire.ConversationID, want ...wire.Viewer) {
	o.f.t.Helper()
	late := time.After(20 * time.Second) // a bound for a broken build
	for {
		woken := o.cursor.Woken()
		o.hear()
		if n := len(o.told); n > 0 && o.told[n-1].Conversation == id && slices.Equal(o.told[n-1].Agents, want) {
			return
		}
		select {
		case <-woken:
		case <-late:
			o.f.t.Fatalf("told %+v, want at last %+v in %s", o.told, want, id)
		}
	}
}

func is(login string, doing wire.Doing) wire.Viewer {
	return wire.Viewer{Agent: wire.AgentID("id-" + login), Doing: doing}
}

func TestColleaguesAreToldWhoIsInAConversationAndWhatTheyDo(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	bruno := f.observes("bruno")
	f.looks("ana", "lane-a1", id, "")
	bruno.until(id, is("ana", wire.LooksAt))
	f.looks("ana", "lane-a2", id, wire.Types) // a second terminal
	bruno.until(id, is("ana", wire.Types))
	f.looks("ana", "lane-a2", id, wire.Edits)
	bruno.until(id, is("ana", wire.Edits))
	f.looks("leo", "lane-l1", id, wire.LooksAt)
	bruno.until(id, is("ana", wire.Edits), is("leo", wire.LooksAt))
	f.desk.LookAway(sender("ana", "lane-a2")) // its link went
	bruno.until(id, is("ana", wire.LooksAt), is("leo", wire.LooksAt))
	f.must(f.desk.Look(t.Context(), sender("ana", "lane-a1"), wire.Looking{}))
	bruno.until(id, is("leo", wire.LooksAt))
	late := f.observes("bruno")
	if len(late.told) != 1 || !slices.Equal(late.told[0].Agents, []wire.Viewer{is("leo", wire.LooksAt)}) {
		t.Errorf("a feed that begins is told %+v", late.told)
	}
}

// Who goes from one conversation to another is in one of them only.
func TestALinkIsInOneConversation(t *testing.T) {
	f := open(t)
	_, one := f.customer("", "hola")
	_, two := f.customer("", "buenas")
	bruno := f.observes("bruno")
	f.looks("ana", "lane-a1", one, wire.LooksAt)
	bruno.until(one, is("ana", wire.LooksAt))
	f.looks("ana", "lane-a1", two, wire.LooksAt)
	if len(f.desk.Viewing(bruno.staff, one).Conversations) > 0 {
		t.Fatal("still in the one before")
	}
	if now := f.desk.Viewing(bruno.staff).Conversations; len(now) != 1 || now[0].Conversation != two {
		t.Errorf("is in %+v", now)
	}
}

// The table of who is told: only who sees the conversation, nobody about themselves.
func TestWhoIsToldWhoLooks(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	readers := map[string]*observer{}
	for _, login := range []string{"ana", "leo", "sara", "carla", "adan", "aldo", "bruno"} {
		readers[login] = f.observes(login)
	}
	f.looks("ana", "lane-a1", id, wire.LooksAt)
	readers["bruno"].until(id, is("ana", wire.LooksAt))
	for login, want := range map[string]int{"ana": 0, "leo": 1, "sara": 1, "carla": 0, "adan": 0, "aldo": 0} {
		o := readers[login]
		if o.hear(); len(o.told) != want {
			t.Errorf("%s was told %+v", login, o.told)
		}
		if whole := f.desk.Viewing(o.staff); len(whole.Conversations) != want || !whole.Whole {
			t.Errorf("%s's feed would begin with %+v", login, whole)
		}
	}
}

func TestLookingIsRefusedWithoutARight(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	f.accepted("ana", wire.Take{Conversation: id})
	f.accepted("ana", wire.Transfer{Conversation: id, Queue: "cobranzas", Reason: "mora"})
	for login, want := range map[string]string{
		"sara": "no_right", "adan": "no_right", "aldo": "no_right", "nobody": "no_right", "bruno": "no_conversation",
	} {
		there := f.desk.Look(t.Context(), sender(login, "lane-x1"), wire.Looking{Conversation: id})
		nowhere := f.desk.Look(t.Context(), sender(login, "lane-x1"), wire.Looking{Conversation: "none"})
		for _, err := range []error{there, nowhere} { // the same: one does not learn that it exists
			if e, ok := errors.AsType[*desk.Error](err); !ok || e.Code != want {
				t.Errorf("%s: %v, want %s", login, err, want)
			}
		}
	}
	err := f.desk.Look(t.Context(), sender("carla", "lane-c1"), wire.Looking{Conversation: id, Doing: "dancing"})
	if e, ok := errors.AsType[*desk.Error](err); !ok || e.Code != "bad_frame" {
		t.Errorf("dancing: %v", err)
	}
}

// After a move, who no longer sees a conversation is told no more of it and is in it
// no more; who sees it now is told who is there.
func TestLookingFollowsAMove(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	bruno, carla := f.observes("bruno"), f.observes("carla")
	f.accepted("ana", wire.Take{Conversation: id})
	f.looks("ana", "lane-a1", id, wire.Edits)
	f.looks("leo", "lane-l1", id, wire.LooksAt)
	bruno.until(id, is("ana", wire.Edits), is("leo", wire.LooksAt))
	f.accepted("ana", wire.Transfer{Conversation: id, Queue: "cobranzas", Reason: "mora"})
	before := len(bruno.told)
	f.looks("carla", "lane-c1", id, wire.Types)
	dora := desk.NewUser{Login: "dora", Name: "Dora", Role: wire.RoleAgent, Queues: []wire.QueueID{"cobranzas"}}
	f.hire(dora)
	d := f.observes("dora")
	d.until(id, is("carla", wire.Types))
	bruno.hear()
	if carla.hear(); len(bruno.told) != before || len(carla.told) != 0 {
		t.Errorf("Bruno was told %+v, Carla %+v", bruno.told[before:], carla.told)
	}
}

// A thin link hears of the conversations it watches only.
func TestALeanLinkHearsOnlyOfWhatItWatches(t *testing.T) {
	f := open(t)
	rosa, one := f.customer("", "hola")
	_, two := f.customer("", "buenas")
	all, lean := f.observes("bruno"), f.observes("bruno", two)
	lean.staff.Lean = true
	f.looks("ana", "lane-a1", one, wire.LooksAt)
	f.looks("leo", "lane-l1", two, wire.LooksAt)
	f.must(f.desk.CustomerTypes(t.Context(), rosa.Customer))
	for heard := 0; heard < 3; { // two who look, one who types, in any order
		woken := all.cursor.Woken()
		signs, _ := all.cursor.Signs()
		if heard += len(signs); heard < 3 {
			<-woken
		}
	}
	signs, _ := lean.cursor.Signs()
	for _, s := range signs {
		if mine, hears := lean.staff.Sign(s); hears && (mine.Typing != nil || mine.Viewers.Conversation != two) {
			t.Errorf("a lean link hears %+v", mine)
		}
	}
	if whole := f.desk.Viewing(lean.staff).Conversations; len(whole) != 1 || whole[0].Conversation != two {
		t.Errorf("it begins with %+v", whole)
	}
}

// A reader that was away for too many signs is told so.
func TestAReaderThatLostSignsIsToldSo(t *testing.T) {
	f := open(t)
	rosa, id := f.customer("", "hola")
	slow, quick := f.observes("bruno"), f.observes("leo")
	f.looks("ana", "lane-a1", id, wire.LooksAt)
	quick.until(id, is("ana", wire.LooksAt))
	for n := 0; n < 2000; {
		woken := quick.cursor.Woken()
		f.must(f.desk.CustomerTypes(t.Context(), rosa.Customer))
		<-woken
		signs, _ := quick.cursor.Signs()
		n += len(signs)
	}
	if _, all := slow.cursor.Signs(); all {
		t.Error("it believes to have heard all of it")
	}
	if now := f.desk.Viewing(slow.staff).Conversations; len(now) != 1 || !slices.Equal(now[0].Agents, []wire.Viewer{is("ana", wire.LooksAt)}) {
		t.Errorf("it is told %+v", now)
	}
}

// However often somebody changes what they look at, colleagues are told a few times.
func TestAFloodOfLooksIsToldInFewSigns(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	bruno := f.observes("bruno")
	for i := range 500 {
		f.looks("ana", "lane-a1", id, []wire.Doing{wire.LooksAt, wire.Types}[i%2])
	}
	f.looks("ana", "lane-a1", id, wire.Edits)
	bruno.until(id, is("ana", wire.Edits))
	if len(bruno.told) > 50 {
		t.Errorf("500 looks were told %d times", len(bruno.told))
	}
}

// clock is the desk's, moved by tests.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time           { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(by time.Duration) { c.ahead.Add(int64(by)) }

// Nobody stays in a conversation because their client said nothing more.
func TestALookThatIsNotRepeatedEnds(t *testing.T) {
	f := open(t)
	var c clock
	d, err := desk.Open(t.Context(), desk.Config{Store: f.store, Bus: new(local.Bus), Provider: bookOf(t), Now: c.now})
	f.must(err)
	_, id := f.customer("", "hola")
	f.desk = d
	f.run()
	bruno := f.observes("bruno")
	f.looks("ana", "lane-a1", id, wire.Types)
	f.looks("leo", "lane-l1", id, wire.LooksAt)
	bruno.until(id, is("ana", wire.Types), is("leo", wire.LooksAt))
	c.advance(time.Duration(wire.LookingEvery) * time.Millisecond)
	f.looks("leo", "lane-l1", id, wire.LooksAt) // repeats it
	c.advance(time.Duration(wire.LookingLasts-wire.LookingEvery) * time.Millisecond)
	bruno.until(id, is("leo", wire.LooksAt))
}

// Two nodes of one desk: who looks here is told there, what is there ends here too.
func TestLookingCrossesNodes(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	bus := new(local.Bus)
	nodes := make([]*desk.Desk, 2)
	for i := range nodes {
		var err error
		nodes[i], err = desk.Open(t.Context(), desk.Config{Store: f.store, Bus: bus, Provider: bookOf(t)})
		f.must(err)
		f.desk = nodes[i]
		f.run()
	}
	there := f.observes("bruno") // at the second
	ana := sender("ana", "lane-a1")
	for again := true; again; again = len(f.desk.Viewing(there.staff).Conversations) == 0 { // the second may not listen yet
		woken := there.cursor.Woken()
		f.must(nodes[0].Look(t.Context(), ana, wire.Looking{Conversation: id, Doing: wire.Edits}))
		select {
		case <-woken:
		case <-time.After(time.Second):
		}
	}
	there.until(id, is("ana", wire.Edits))
	nodes[0].LookAway(ana)
	there.until(id)
	nodes[1].LookAway(ana) // the same lane, come back there, is another link
	f.must(nodes[0].Look(t.Context(), ana, wire.Looking{Conversation: id}))
	there.until(id, is("ana", wire.LooksAt))
}

// What crosses the bus is read back as it was written.
func TestANoticeOfLooksIsPlainJSON(t *testing.T) {
	n := desk.Notice{Node: "n", Looks: []desk.Look{{Link: desk.LaneKey{Owner: "a:1", Device: "d", Lane: "l"}, Agent: "1", Conversation: "c", Doing: wire.Types}}}
	b, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	var back desk.Notice
	if err := json.Unmarshal(b, &back); err != nil || len(back.Looks) != 1 || back.Looks[0] != n.Looks[0] || back.Node != n.Node {
		t.Errorf("%s came back as %+v (%v)", b, back, err)
	}
}
