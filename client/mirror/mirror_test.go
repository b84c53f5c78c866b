package mirror_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

const me = wire.AgentID("ana")

func welcome(resumed bool) wire.Welcome {
	return wire.Welcome{You: wire.Agent{ID: me, Name: "Ana", Role: wire.RoleAgent}, Can: []string{"reply"}, Epoch: "e1", Resumed: resumed, Name: "Mesa"}
}

func summary(id wire.ConversationID, agent wire.AgentID, waiting wire.Millis) wire.Summary {
	return wire.Summary{ID: id, Customer: "Rosa", Channel: "web", Queue: "q", Agent: agent, Status: wire.Open, Waiting: waiting, Created: 1}
}

// following returns a mirror that holds the given conversations at seq 10.
func following(t *testing.T, conversations ...wire.Summary) *mirror.Mirror {
	t.Helper()
	m := mirror.New()
	m.Welcome(welcome(false))
	m.Snapshot(wire.Snapshot{Seq: 10, Part: 1, Conversations: conversations, Last: true,
		Agents: []wire.Agent{{ID: "leo", Name: "Leo"}, {ID: me, Name: "Ana"}}, Queues: []wire.Queue{{ID: "q", Name: "Cobranzas"}}})
	if !m.View().Ready() {
		t.Fatal("not ready after a whole snapshot")
	}
	return m
}

func feed(t *testing.T, m *mirror.Mirror, upTo uint64, records ...wire.Record) {
	t.Helper()
	if err := m.Feed(wire.Feed{Records: records, UpTo: upTo, Prev: m.At().Seq}); err != nil {
		t.Fatalf("Feed up to %d: %v", upTo, err)
	}
}

func said(seq, prev uint64, c wire.ConversationID, by wire.Author, text string) wire.Record {
	return wire.Record{Seq: seq, Prev: prev, At: wire.Millis(seq * 1000), Event: wire.Said{Conversation: c, By: by, Text: text}}
}

func rows(m *mirror.Mirror, tab mirror.Tab, order mirror.Order) []wire.ConversationID {
	r := m.View().Rows(tab, order)
	ids := make([]wire.ConversationID, 0, r.Len())
	for i := range r.Len() {
		ids = append(ids, r.At(i).ID)
	}
	return ids
}

func lines(c mirror.Conversation) []uint64 {
	seqs := make([]uint64, 0, c.Len())
	for i := range c.Len() {
		seqs = append(seqs, c.Line(i).Seq)
	}
	return seqs
}

func conversation(t *testing.T, m *mirror.Mirror, id wire.ConversationID) mirror.Conversation {
	t.Helper()
	c, ok := m.View().Conversation(id)
	if !ok {
		t.Fatalf("conversation %s is not known", id)
	}
	return c
}

func TestTabsSayWhoseTurnItIs(t *testing.T) {
	snoozed := summary("d", me, 3)
	snoozed.Status = wire.Snoozed
	resolved := summary("e", me, 0)
	resolved.Status = wire.Resolved
	m := following(t, summary("a", me, 5), summary("b", "", 4), summary("c", "leo", 0), snoozed, resolved)
	for tab, want := range map[mirror.Tab]wire.ConversationID{mirror.Mine: "a", mirror.Unassigned: "b", mirror.Team: "c", mirror.Snoozed: "d"} {
		for _, order := range []mirror.Order{mirror.ByWaiting, mirror.ByPriority} {
			if got := rows(m, tab, order); !slices.Equal(got, []wire.ConversationID{want}) {
				t.Errorf("tab %d order %d = %v, want %s", tab, order, got, want)
			}
		}
	}
}

func TestOrdersPutTheLongestWaitAndTheHighestPriorityFirst(t *testing.T) {
	urgent, idle, newer := summary("u", "", 900), summary("i", "", 0), summary("n", "", 0)
	urgent.Priority, newer.Created = wire.Urgent, 50
	m := following(t, idle, urgent, newer, summary("w", "", 100), summary("v", "", 100))
	if got, want := rows(m, mirror.Unassigned, mirror.ByWaiting), []wire.ConversationID{"v", "w", "u", "n", "i"}; !slices.Equal(got, want) {
		t.Errorf("by waiting %v, want %v", got, want)
	}
	if got, want := rows(m, mirror.Unassigned, mirror.ByPriority), []wire.ConversationID{"u", "v", "w", "n", "i"}; !slices.Equal(got, want) {
		t.Errorf("by priority %v, want %v", got, want)
	}
}

func TestNextIsMineThatWaitsThenUnassigned(t *testing.T) {
	idle := summary("idle", me, 0)
	idle.Priority = wire.Urgent
	m := following(t, idle, summary("free", "", 0))
	if id, ok := m.View().Next(); !ok || id != "free" {
		t.Errorf("Next = %q, want the unassigned one before one of mine that waits for nothing", id)
	}
	feed(t, m, 11, said(11, 10, "idle", wire.ByCustomer, "¿hola?"))
	if id, _ := m.View().Next(); id != "idle" {
		t.Errorf("Next = %q, want mine that waits", id)
	}
}

func TestAGapIsLoudAndChangesNothing(t *testing.T) {
	m := following(t, summary("a", "", 0))
	gap := wire.Feed{Records: []wire.Record{said(11, 10, "a", wire.ByCustomer, "uno"), said(14, 13, "a", wire.ByCustomer, "tres")}, UpTo: 14}
	if err := m.Feed(gap); !errors.Is(err, mirror.ErrGap) {
		t.Fatalf("Feed = %v, want ErrGap", err)
	}
	if m.At().Seq != 10 || conversation(t, m, "a").Summary().Unread != 0 {
		t.Error("a frame with a hole was applied in part")
	}
}

func TestUpToMovesThePositionButNotTheChain(t *testing.T) {
	m := following(t, summary("a", "", 0))
	feed(t, m, 20)
	feed(t, m, 25, said(22, 10, "a", wire.ByCustomer, "uno"))
	feed(t, m, 30, said(28, 22, "a", wire.ByCustomer, "dos"))
	if at := m.At(); at != (wire.Position{Epoch: "e1", Seq: 30}) {
		t.Errorf("At = %v", at)
	}
	m.Welcome(welcome(true)) // the link broke and resumed at 30
	feed(t, m, 31, said(31, 30, "a", wire.ByCustomer, "tres"))
	if n := conversation(t, m, "a").Summary().Unread; n != 3 {
		t.Errorf("unread = %d, want 3", n)
	}
}

// A part that overtook another leaves a hole that nothing later would fill.
func TestAPartOfASnapshotThatIsMissingIsAGap(t *testing.T) {
	var c mirror.Cursor
	if err := c.Welcome(welcome(false)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Snapshot(wire.Snapshot{Seq: 10, Part: 1}); err != nil {
		t.Fatal(err)
	}
	if counts, err := c.Snapshot(wire.Snapshot{Seq: 10, Part: 1}); counts || err != nil {
		t.Errorf("a repeated part: %v, %v", counts, err)
	}
	if _, err := c.Snapshot(wire.Snapshot{Seq: 10, Part: 3, Last: true}); !errors.Is(err, mirror.ErrGap) {
		t.Errorf("the last part before the second: %v, want ErrGap", err)
	}
}

// A frame that only moves the position must not overtake records.
func TestAPositionThatOvertookARecordIsAGap(t *testing.T) {
	m := following(t, summary("a", me, 0))
	if err := m.Feed(wire.Feed{UpTo: 600, Prev: 11}); !errors.Is(err, mirror.ErrGap) {
		t.Errorf("moved beyond a record that has not come: %v, want ErrGap", err)
	}
	if err := m.Feed(wire.Feed{UpTo: 600, Prev: 10}); err != nil {
		t.Errorf("nothing was missing: %v", err)
	}
}

func TestHalfASnapshotIsNeverShown(t *testing.T) {
	m := following(t, summary("a", me, 0))
	m.Welcome(welcome(false))
	m.Snapshot(wire.Snapshot{Seq: 40, Part: 1, Conversations: []wire.Summary{summary("b", me, 0)}})
	if got := rows(m, mirror.Mine, mirror.ByWaiting); !slices.Equal(got, []wire.ConversationID{"a"}) {
		t.Fatalf("rows while a snapshot arrives = %v", got)
	}
	if err := m.Feed(wire.Feed{UpTo: 41}); !errors.Is(err, mirror.ErrGap) {
		t.Errorf("a feed inside a snapshot: %v, want ErrGap", err)
	}
	m.Welcome(welcome(false)) // the link broke; the half is thrown away
	m.Snapshot(wire.Snapshot{Seq: 50, Part: 1, Conversations: []wire.Summary{summary("c", me, 0)}})
	last := wire.Snapshot{Seq: 50, Part: 2, Conversations: []wire.Summary{summary("d", me, 0)}, Last: true}
	m.Snapshot(last)
	m.Snapshot(last) // a repeated part is not a second snapshot
	feed(t, m, 51)
	if got := rows(m, mirror.Mine, mirror.ByWaiting); !slices.Equal(got, []wire.ConversationID{"c", "d"}) {
		t.Errorf("rows = %v", got)
	}
}

func TestAResumeFromAnotherEpochIsNotFollowed(t *testing.T) {
	m := following(t, summary("a", me, 0))
	w := welcome(true)
	w.Epoch = "e2"
	m.Welcome(w)
	if err := m.Feed(wire.Feed{UpTo: 11}); !errors.Is(err, mirror.ErrGap) {
		t.Errorf("Feed = %v, want ErrGap", err)
	}
}

func page(c wire.ConversationID, upTo uint64, more bool, seqs ...uint64) wire.Timeline {
	t := wire.Timeline{Summary: summary(c, me, 0), UpTo: upTo, More: more}
	for i, seq := range seqs {
		r := said(seq, 0, c, wire.ByCustomer, "…")
		if i > 0 {
			r.Prev = seqs[i-1]
		} else if more {
			r.Prev = seq - 1
		}
		t.Records = append(t.Records, r)
	}
	return t
}

func TestLinesOfAnOpenedConversation(t *testing.T) {
	m := following(t, summary("a", me, 0))
	feed(t, m, 11, said(11, 10, "a", wire.ByCustomer, "antes"))
	if c := conversation(t, m, "a"); c.Opened() || c.Len() != 0 {
		t.Error("lines are kept of a conversation nobody opened")
	}
	m.Timeline(page("a", 11, true, 7, 9, 11))
	feed(t, m, 12, said(12, 11, "a", wire.ByCustomer, "después"))
	m.Timeline(page("a", 6, true, 4, 5, 6)) // older, joins
	m.Timeline(page("a", 6, true, 4, 5, 6)) // the same again
	m.Timeline(page("a", 2, true, 1, 2))    // older, does not join: a hole would stay
	c := conversation(t, m, "a")
	if got, want := lines(c), []uint64{4, 5, 6, 7, 9, 11, 12}; !slices.Equal(got, want) {
		t.Errorf("lines = %v, want %v", got, want)
	}
	if !c.More() || !c.Opened() {
		t.Errorf("more = %v opened = %v", c.More(), c.Opened())
	}
	for i := 1; i < c.Len(); i++ {
		if c.Line(i).Prev != c.Line(i-1).Seq {
			t.Errorf("line %d names %d before it, not %d", i, c.Line(i).Prev, c.Line(i-1).Seq)
		}
	}
	if i, ok := c.Find(9); !ok || i != 4 {
		t.Errorf("Find(9) = %d, %v", i, ok)
	}
	m.Forget("a")
	m.Timeline(page("a", 3, true, 2, 3)) // an answer that comes late
	if c := conversation(t, m, "a"); c.Opened() || c.Summary().Customer != "Rosa" {
		t.Error("Forget keeps the summary and nothing else")
	}
}

func TestASnapshotLeavesLinesStaleUntilOpenedAgain(t *testing.T) {
	m := following(t, summary("a", me, 0))
	m.Timeline(page("a", 10, true, 8, 9))
	m.Welcome(welcome(false))
	m.Snapshot(wire.Snapshot{Seq: 100, Part: 1, Conversations: []wire.Summary{summary("a", me, 0)}, Last: true})
	if c := conversation(t, m, "a"); !c.Stale() || c.Len() != 2 {
		t.Errorf("stale = %v, %d lines; what was shown stays and says it is old", c.Stale(), c.Len())
	}
	feed(t, m, 101, said(101, 100, "a", wire.ByCustomer, "nuevo"))
	m.Timeline(page("a", 101, true, 60, 70, 101))
	c := conversation(t, m, "a")
	if got, want := lines(c), []uint64{60, 70, 101}; c.Stale() || !slices.Equal(got, want) {
		t.Errorf("stale = %v, lines = %v, want %v without a hole", c.Stale(), got, want)
	}
}

// TestNoLineIsShownRightAfterOneItDoesNotFollow: what the snapshot jumped over
// lies between, and a short page need not bring it.
func TestNoLineIsShownRightAfterOneItDoesNotFollow(t *testing.T) {
	m := following(t, summary("a", me, 0))
	m.Timeline(page("a", 10, true, 9, 10))
	m.Welcome(welcome(false))
	m.Snapshot(wire.Snapshot{Seq: 11, Part: 1, Conversations: []wire.Summary{summary("a", me, 0)}, Last: true})
	feed(t, m, 13, said(12, 11, "a", wire.ByCustomer, "uno"), said(13, 12, "a", wire.ByCustomer, "dos"))
	m.Timeline(page("a", 13, true, 13))
	if got, want := lines(conversation(t, m, "a")), []uint64{13}; !slices.Equal(got, want) {
		t.Errorf("lines = %v, want %v: nobody knows what came at 11", got, want)
	}
}

func TestFirstUnread(t *testing.T) {
	m := following(t, summary("a", me, 0))
	m.Timeline(page("a", 10, true, 8, 9))
	if c := conversation(t, m, "a"); c.FirstUnread() != 2 {
		t.Errorf("nothing unread: %d, want Len", c.FirstUnread())
	}
	feed(t, m, 13, said(11, 10, "a", wire.ByCustomer, "uno"),
		wire.Record{Seq: 12, Prev: 11, At: 1, Event: wire.Noted{Conversation: "a", Agent: "leo", Text: "ojo"}},
		said(13, 12, "a", wire.ByCustomer, "dos"))
	if c := conversation(t, m, "a"); c.FirstUnread() != 2 {
		t.Errorf("FirstUnread = %d, want the first of two", c.FirstUnread())
	}
}

func TestTypingEndsByTimeAndByTheMessage(t *testing.T) {
	m := following(t, summary("a", me, 0))
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m.Typing(wire.Typing{Conversation: "a", By: wire.ByAgent, Agent: me}, now)
	if _, ok := conversation(t, m, "a").Typing(now); ok {
		t.Error("my own typing is shown to me")
	}
	m.Typing(wire.Typing{Conversation: "a", By: wire.ByAgent, Agent: "leo"}, now)
	m.Typing(wire.Typing{Conversation: "a", By: wire.ByCustomer}, now)
	if s, ok := conversation(t, m, "a").Typing(now.Add(5 * time.Second)); !ok || s.By != wire.ByCustomer {
		t.Errorf("Typing = %v, %v; want the customer", s, ok)
	}
	if _, ok := conversation(t, m, "a").Typing(now.Add(6 * time.Second)); ok {
		t.Error("a sign holds for ever")
	}
	feed(t, m, 11, said(11, 10, "a", wire.ByCustomer, "ya"))
	if s, ok := conversation(t, m, "a").Typing(now); !ok || s.By != wire.ByAgent {
		t.Errorf("after the customer's message: %v, %v; want Leo", s, ok)
	}
}

func TestPeopleAndRights(t *testing.T) {
	m := following(t)
	feed(t, m, 12,
		wire.Record{Seq: 11, Prev: 10, At: 7, Event: wire.PresenceChanged{Agent: me, State: wire.Away}},
		wire.Record{Seq: 12, Prev: 11, At: 8, Event: wire.StaffChanged{Agent: wire.Agent{ID: "leo", Name: "Leo"}, Gone: true}})
	v := m.View()
	if me := v.Me(); me.State != wire.Away || me.Since != 7 {
		t.Errorf("me = %+v", me)
	}
	if a, ok := v.Agent(me); !ok || a.State != wire.Away {
		t.Errorf("ana = %+v, %v", a, ok)
	}
	if n := len(slices.Collect(v.Agents())); n != 1 {
		t.Errorf("%d agents after one left, want 1", n)
	}
	if q, ok := v.Queue("q"); !ok || q.Name != "Cobranzas" {
		t.Errorf("queue = %+v, %v", q, ok)
	}
	if !v.Can("reply") || v.Can("assign") || v.Workspace() != "Mesa" {
		t.Error("what I may do is not what the desk said")
	}
}

func TestGoneLeavesNothing(t *testing.T) {
	m := following(t, summary("a", me, 5))
	m.Timeline(page("a", 10, false, 8, 9))
	feed(t, m, 11, wire.Record{Seq: 11, Prev: 10, Event: wire.Gone{Conversation: "a"}})
	if _, ok := m.View().Conversation("a"); ok || len(rows(m, mirror.Mine, mirror.ByWaiting)) != 0 {
		t.Error("a conversation that is gone can still be seen")
	}
}

func TestAPreviewDoesNotHoldTheWholeMessage(t *testing.T) {
	m := following(t, summary("a", me, 5))
	long := strings.Repeat("x", 8000)
	feed(t, m, 11, said(11, 10, "a", wire.ByCustomer, long))
	if got := conversation(t, m, "a").Summary().Last.Text; got != long[:wire.PreviewLength] {
		t.Errorf("preview is %d long", len(got))
	}
}

func TestTheFirstSnapshotIsShownAsItComesAndCalledIncomplete(t *testing.T) {
	m := mirror.New()
	v := m.View()
	m.Welcome(welcome(false))
	if v.Begun() {
		t.Error("something is shown before anything came")
	}
	m.Snapshot(wire.Snapshot{Seq: 10, Part: 1, Conversations: []wire.Summary{summary("a", me, 0)}, Queues: []wire.Queue{{ID: "q", Name: "Cobranzas"}}})
	m.Snapshot(wire.Snapshot{Seq: 10, Part: 2, Conversations: []wire.Summary{summary("b", me, 0)}})
	if got := rows(m, mirror.Mine, mirror.ByWaiting); !slices.Equal(got, []wire.ConversationID{"a", "b"}) || !v.Begun() || v.Ready() {
		t.Fatalf("rows while the first snapshot arrives = %v, begun %v, ready %v", got, v.Begun(), v.Ready())
	}
	m.Welcome(welcome(false)) // the link broke; what is here stays until there is more
	m.Snapshot(wire.Snapshot{Seq: 20, Part: 1, Conversations: []wire.Summary{summary("c", me, 0)}})
	if got := rows(m, mirror.Mine, mirror.ByWaiting); len(got) != 2 {
		t.Errorf("rows after the link broke = %v", got)
	}
	m.Snapshot(wire.Snapshot{Seq: 20, Part: 2, Last: true})
	if got := rows(m, mirror.Mine, mirror.ByWaiting); !slices.Equal(got, []wire.ConversationID{"c"}) || !v.Ready() {
		t.Errorf("rows = %v, ready %v", got, v.Ready())
	}
}

func TestViewersAreToldUntilTheLinkGoes(t *testing.T) {
	m := following(t, summary("a", me, 0), summary("b", "", 0))
	m.Viewing(wire.Viewing{Whole: true, Conversations: []wire.Viewers{
		{Conversation: "a", Agents: []wire.Viewer{{Agent: "leo", Doing: wire.LooksAt}, {Agent: me, Doing: wire.Types}, {Agent: "sol", Doing: wire.Types}}},
		{Conversation: "b", Agents: []wire.Viewer{{Agent: me, Doing: wire.LooksAt}}},
	}})
	v := m.View()
	want := []wire.Viewer{{Agent: "sol", Doing: wire.Types}, {Agent: "leo", Doing: wire.LooksAt}}
	if got := v.Viewers("a"); !slices.Equal(got, want) {
		t.Errorf("in a: %v, want %v", got, want)
	}
	if got := v.Viewers("b"); got != nil {
		t.Errorf("I am shown to myself: %v", got)
	}
	m.Viewing(wire.Viewing{Conversations: []wire.Viewers{{Conversation: "b", Agents: []wire.Viewer{{Agent: "leo"}}}}})
	if len(v.Viewers("a")) != 2 || len(v.Viewers("b")) != 1 {
		t.Errorf("a change of b left a with %v and b with %v", v.Viewers("a"), v.Viewers("b"))
	}
	m.Viewing(wire.Viewing{Conversations: []wire.Viewers{{Conversation: "a"}}})
	if len(v.Viewers("a")) != 0 {
		t.Errorf("they left and are still shown: %v", v.Viewers("a"))
	}
	m.Welcome(welcome(true))
	if len(v.Viewers("b")) != 0 {
		t.Errorf("a new link knows of %v", v.Viewers("b"))
	}
}
