package tui

import (
	"fmt"
	"strings"
	"testing"

	"ventanilla/client"
	"ventanilla/client/wire"

	tea "charm.land/bubbletea/v2"
)

func TestOlderLinesAreAskedForOnceWhileScrolling(t *testing.T) {
	b := start(t, setup{size: Size{120, 24}})
	b.m.carryOut(Show{Conversation: "c1"})
	c, _ := b.m.v.Conversation("c1")
	page := b.timeline(c.Summary())
	page.More, page.Records[0].Prev = true, 4
	b.events(client.Opened{Timeline: page})
	older := func() (n int) {
		for _, q := range b.desk.asked {
			if _, ok := q.ask.(wire.Older); ok {
				n++
			}
		}
		return n
	}
	b.press("pgup", "pgup", "pgup", "pgup")
	if older() != 1 {
		t.Fatalf("asked %d times, want once", older())
	}
	top := strings.Split(b.screen(), "\n")[4]
	first := page.Records[0]
	b.events(client.Older{Timeline: wire.Timeline{Summary: page.Summary, Records: []wire.Record{
		{Seq: 4, At: first.At, Event: wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "lo más viejo"}}}}},
		client.Answered{Token: b.desk.asked[len(b.desk.asked)-1].token})
	if got := strings.Split(b.screen(), "\n")[4]; got != top && !strings.Contains(top, "ayer") {
		t.Errorf("what was read moved:\n%s\n%s", top, got)
	}
	b.press("g", "g")
	b.shows("lo más viejo")
}

func TestWhatIsNewSinceTheAgentLeftIsMarked(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.hides("nuevo desde")
	b.open("c2")
	b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "¿hola? ¿estás?"})
	b.m.carryOut(Show{Conversation: "c1"})
	b.shows("nuevo desde tu última visita")
}

func TestTheAgentInChargeIsSaidToHaveReadOnlyWhatIsOnScreen(t *testing.T) {
	b := start(t, setup{size: Size{120, 20}})
	seen := func() uint64 { return b.desk.seen[len(b.desk.seen)-1] }
	b.open("c1")
	if seen() != 18 {
		t.Fatalf("seen up to %d, want 18", seen())
	}
	b.send(tea.BlurMsg{})
	b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "una más"})
	if seen() != 18 {
		t.Error("seen while nobody looked")
	}
	b.send(tea.FocusMsg{})
	if seen() != b.seq {
		t.Errorf("seen up to %d after the window came back, want %d", seen(), b.seq)
	}
	b.press("pgup")
	before := seen()
	b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "y otra"})
	if seen() != before {
		t.Error("seen although it is below the window")
	}
}

func TestADeskThatHasNothingOlderIsAskedOnce(t *testing.T) {
	b := start(t, setup{})
	b.m.carryOut(Show{Conversation: "c1"})
	c, _ := b.m.v.Conversation("c1")
	page := b.timeline(c.Summary())
	page.More = true
	b.events(client.Opened{Timeline: page}) // shorter than the pane: asks for more by itself
	b.send(clockTick{})
	n := len(b.desk.asked)
	for range 5 {
		b.events(client.Answered{Token: olderTicket{"c1"}, Err: client.ErrTooLarge})
	}
	if len(b.desk.asked) != n {
		t.Errorf("asked %d times more", len(b.desk.asked)-n)
	}
}

func TestJumpingToTheFirstUnreadMessage(t *testing.T) {
	b := start(t, setup{size: Size{120, 20}})
	b.open("c1")
	b.open("c2")
	for i := range 30 {
		b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: fmt.Sprintf("renglón %02d.", i)})
	}
	b.m.carryOut(Show{Conversation: "c1"})
	b.press("2", "G")
	b.hides("renglón 00.")
	b.shows("renglón 29.")
	b.press("u")
	b.shows("renglón 00.")
}
