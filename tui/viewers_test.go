package tui

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"

	tea "charm.land/bubbletea/v2"
)

func viewing(id wire.ConversationID, agents ...wire.Viewer) client.ViewersChanged {
	return client.ViewersChanged{Viewing: wire.Viewing{Conversations: []wire.Viewers{{Conversation: id, Agents: agents}}}}
}

func TestColleaguesInAConversationAreNamedAndSigned(t *testing.T) {
	leo, sol := wire.Viewer{Agent: "leo", Doing: wire.LooksAt}, wire.Viewer{Agent: "sol", Doing: wire.LooksAt}
	typing := wire.Viewer{Agent: "sol", Doing: wire.Types}
	editing := wire.Viewer{Agent: "leo", Doing: wire.Edits}
	for _, c := range []struct {
		lang   string
		agents []wire.Viewer
		header string
		sign   string
	}{
		{"es-AR", []wire.Viewer{leo}, "Leo mira", "◇"},
		{"es-AR", []wire.Viewer{leo, sol}, "Leo, Sol miran", "◇"},
		{"es-AR", []wire.Viewer{leo, typing}, "Sol escribe · Leo mira", "◆"},
		{"es-AR", []wire.Viewer{editing}, "Leo tiene un texto empezado", "◈"},
		{"en", []wire.Viewer{leo, sol}, "Leo, Sol are looking", "◇"},
		{"en", []wire.Viewer{editing}, "Leo has begun a text", "◈"},
	} {
		for _, size := range []Size{{160, 45}, {120, 40}, {80, 24}} {
			b := start(t, setup{size: size, locale: c.lang})
			b.open("c1")
			b.events(viewing("c1", c.agents...))
			b.shows(c.header)
			b.press("1")
			b.shows(c.sign)
			b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(time.Hour)})
			b.hides(c.sign) // without a link nobody knows
			b.press("2")
			b.hides(c.header)
		}
	}
}

func TestManyColleaguesAreCounted(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.events(viewing("c1", wire.Viewer{Agent: "leo"}, wire.Viewer{Agent: "sol"}, wire.Viewer{Agent: "x1"}, wire.Viewer{Agent: "x2"}))
	b.shows("Leo, Sol y 2 más miran")
	b.press("?")
	b.shows("◇ mira ◈ empezó ◆ escribe")
}

func TestTheDeskIsToldWhereTheAgentLooks(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("j", "k", "r") // nothing of this is new
	b.write("ho")
	b.press("backspace")
	b.seconds(7)
	b.press("backspace")
	b.seconds(7)
	b.press("esc")
	b.open("c2")
	b.send(tea.BlurMsg{})
	b.seconds(59)
	want := []wire.Looking{{Conversation: "c1", Doing: wire.LooksAt}, {Conversation: "c1", Doing: wire.Types}, {Conversation: "c1", Doing: wire.Edits},
		{Conversation: "c1", Doing: wire.Types}, {Conversation: "c1", Doing: wire.LooksAt}, {Conversation: "c2", Doing: wire.LooksAt}}
	if !reflect.DeepEqual(b.desk.looks, want) {
		t.Errorf("told %v,\nwant %v", b.desk.looks, want)
	}
	b.seconds(2) // gone for long
	b.send(tea.FocusMsg{})
	b.send(clockTick{})
	if got := b.desk.looks[len(want):]; !reflect.DeepEqual(got, []wire.Looking{{}, {Conversation: "c2", Doing: wire.LooksAt}}) {
		t.Errorf("then told %v", got)
	}
}

func TestOneWhoMonitorsIsNowhere(t *testing.T) {
	b := start(t, setup{role: wire.RoleSupervisor})
	b.open("t1")
	b.press("j", "k")
	b.seconds(3)
	if len(b.desk.looks) != 0 {
		t.Errorf("a monitor told %v", b.desk.looks)
	}
}

func TestWhatIsNotOnTheScreenIsNotLookedAt(t *testing.T) {
	b := start(t, setup{size: Size{80, 24}})
	b.open("c1")
	b.press("1") // the queue takes the screen
	b.seconds(1)
	if got := b.desk.looks[len(b.desk.looks)-1]; got != (wire.Looking{}) {
		t.Errorf("told %v", got)
	}
}
