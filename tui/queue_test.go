package tui

import (
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
)

func TestTheCursorStaysOnItsConversationWhileRowsMove(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.press("]", "j", "j") // unassigned: the second
	on := b.m.panes.queue.selected
	y := rowOf(b, "▌")
	late := wire.Summary{ID: "z", Customer: "Zoe", Channel: "web", Queue: "q1", Status: wire.Open, Created: ago(48 * time.Hour), Waiting: ago(47 * time.Hour)}
	b.records(wire.Opened{Summary: late})
	if b.m.panes.queue.selected != on {
		t.Fatal("the cursor moved to another conversation")
	}
	if got := rowOf(b, "▌"); got != y+1 && got != y {
		t.Errorf("the row under the cursor went from %d to %d", y, got)
	}
	// Its conversation is taken away: no key may act on what slid into its place.
	b.records(wire.Routed{Conversation: on, How: wire.Took, By: "leo", Agent: "leo", Queue: "q1"})
	b.press("a")
	for _, c := range b.desk.did {
		if take, ok := c.(wire.Take); ok && take.Conversation != on {
			t.Errorf("took %s, which slid under the cursor", take.Conversation)
		}
	}
}

func rowOf(b *bench, mark string) int {
	for y, row := range strings.Split(b.screen(), "\n") {
		if strings.Contains(row, mark) {
			return y
		}
	}
	return -1
}

func TestSearchingFiltersWhatIsHereAndAsksTheDeskForTheRest(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.press("/")
	b.write("rosa")
	b.shows("Rosa P.")
	b.hides("Ernesto")
	for range 4 {
		b.press("backspace")
	}
	b.write("tarde")
	b.write(" nunca")
	b.press("enter")
	q := b.desk.asked[len(b.desk.asked)-1]
	if q.ask != (wire.Search{Text: "tarde nunca", Limit: 50}) {
		t.Fatalf("asked %+v", q.ask)
	}
	b.shows("Buscando en la mesa")
	b.events(client.Answered{Token: q.token, Answer: wire.Hits{Hits: []wire.Hit{{Conversation: "c2", Customer: "Bruno", Seq: 14, At: ago(time.Hour), Snippet: "más \x1b[31mtarde"}}}})
	b.shows("1 resultado")
	b.press("enter")
	if b.m.v.shown != "c2" {
		t.Errorf("shown: %q", b.m.v.shown)
	}
}

func TestAnAdminSeesNumbersAndNoConversations(t *testing.T) {
	b := start(t, setup{role: wire.RoleAdmin, can: []string{}, rows: []wire.Summary{}})
	b.events(client.Answered{Token: countsTicket{}, Answer: wire.Counts{Queues: []wire.QueueCount{{Queue: wire.Queue{ID: "q1", Name: "Cobranzas"}, Unassigned: 1234, Assigned: 5, Oldest: ago(10 * time.Minute)}}}})
	b.shows("1.234")
	b.shows("10:00")
}

func TestTheRowUnderTheCursorStaysWhereItIsOnTheScreen(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}, rows: manyRows(300)})
	b.press("pgdown", "pgdown", "up", "up", "up")
	on, y := b.m.panes.queue.selected, rowOf(b, "▌")
	for i := range 5 {
		b.records(wire.Opened{Summary: wire.Summary{ID: wire.ConversationID("z" + string(rune('a'+i))), Customer: "Zoe", Channel: "web", Queue: "q1", Agent: "ana",
			Status: wire.Open, Created: ago(48 * time.Hour), Waiting: ago(47 * time.Hour)}})
		if b.m.panes.queue.selected != on || rowOf(b, "▌") != y {
			t.Fatalf("the cursor went from %s in row %d to %s in row %d", on, y, b.m.panes.queue.selected, rowOf(b, "▌"))
		}
	}
}

func TestTheFirstRowOfAnEmptyQueueOpensAtOnce(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}, rows: []wire.Summary{}})
	b.records(wire.Opened{Summary: wire.Summary{ID: "z", Customer: "Zoe", Channel: "web", Queue: "q1", Agent: "ana",
		Status: wire.Open, Created: ago(time.Minute), Waiting: ago(time.Minute)}})
	b.press("enter")
	if b.m.v.shown != "z" {
		t.Errorf("enter on the only row showed %q", b.m.v.shown)
	}
}

func TestSearchOpensFromEveryPaneSoThatItsLettersAreNoCommands(t *testing.T) {
	for _, pane := range []string{"1", "2", "3"} {
		for _, size := range []Size{{160, 45}, {80, 24}} {
			b := start(t, setup{size: size})
			b.press("enter", pane, "/")
			b.write("mie")
			if got := b.m.panes.queue.search.words.Text(); got != "mie" || b.m.panes.sheet != nil {
				t.Errorf("%v, pane %s: searching for %q, a sheet over it: %v", size, pane, got, b.m.panes.sheet != nil)
			}
		}
	}
}

func TestEnterSearchesTheDeskUnlessARowWasChosen(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.press("/")
	b.write("rosa")
	b.shows("busca en todos los mensajes")
	b.m.panes.queue.selected = b.m.panes.queue.list(&b.m.v).at(0).ID // the cursor is on the row that matches
	before := len(b.desk.asked)
	b.press("enter")
	if len(b.desk.asked) == before || b.desk.asked[len(b.desk.asked)-1].ask != (wire.Search{Text: "rosa", Limit: 50}) {
		t.Fatal("enter did not ask the desk")
	}
	b.press("backspace", "up")
	b.hides("busca en todos los mensajes")
	b.press("enter")
	if b.m.v.shown != b.m.panes.queue.selected {
		t.Error("enter did not open the row that was chosen")
	}
}

func TestThePaneWithTheFocusIsAlwaysOnTheScreen(t *testing.T) {
	for _, size := range []Size{{160, 45}, {120, 40}, {80, 48}, {80, 24}} {
		b := start(t, setup{size: size})
		b.press("enter")
		for _, keys := range [][]string{{"space", "c"}, {"1"}, {"space", "c"}, {"space", "c"}, {"1"}, {"space", "c"}, {"/"}} {
			b.press(keys...)
			b.screen()
			if _, _, _, ok := b.m.screen.plan.find(b.m.v.focus); !ok {
				t.Errorf("%v after %v: the focus is on %v, which is not on the screen", size, keys, b.m.v.focus)
			}
		}
	}
}

func TestTheContextComesWhereItHasNoPlaceOfItsOwn(t *testing.T) {
	for _, size := range []Size{{120, 40}, {80, 48}, {80, 24}} {
		for _, pane := range []string{"1", "2"} {
			b := start(t, setup{size: size})
			b.press("enter", pane)
			for _, want := range []bool{true, false, true} {
				b.press("space", "c")
				b.screen()
				if _, _, _, seen := b.m.screen.plan.find(CustomerPart); seen != want {
					t.Errorf("%v from pane %s: context on the screen: %v", size, pane, seen)
				}
			}
		}
	}
}
