package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/tui/ink"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestTheLinkIsNeverCalledLiveWhenItIsNot(t *testing.T) {
	b := start(t, setup{})
	b.shows("● en vivo 23 ms")
	b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(4 * time.Second)})
	b.shows("○ sin conexión, reintento en 4 s")
	b.hides("en vivo")
	b.events(client.LinkChanged{State: client.CatchingUp})
	b.shows("↻ poniéndose al día")
	b.events(client.LinkChanged{State: client.Down, Err: client.ErrSignedOut})
	b.shows("la mesa cerró la sesión")
}

func TestWidthsFollowTheTerminalsOwnCounting(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.press("]")
	b.shows("👩👩👧") // taken apart: nobody said how it is counted
	b.send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeSet})
	b.shows("👩‍👩‍👧")
}

func TestTheWindowTitleCountsWhatWaitsAndIsClean(t *testing.T) {
	b := start(t, setup{})
	if got := b.m.View().WindowTitle; got != "(3) ventanilla · mesa norte" {
		t.Errorf("title: %q", got)
	}
	b.events(client.Welcomed{Welcome: wire.Welcome{You: wire.Agent{ID: "ana"}, Epoch: "e", Resumed: true, Name: "a\x07\x1b]52;c;eA==\x07"}})
	if got := b.m.View().WindowTitle; strings.ContainsAny(got, "\x07\x1b;") {
		t.Errorf("title: %q", got)
	}
}

func TestTheThemeFollowsTheTerminal(t *testing.T) {
	b := start(t, setup{})
	dark := b.m.View().Content
	b.send(tea.BackgroundColorMsg{Color: ansi.HexColor("#ffffff")})
	if b.m.View().Content == dark {
		t.Error("a light terminal looks like a dark one")
	}
	b.send(tea.BackgroundColorMsg{Color: ansi.HexColor("#000000")})
	if b.m.View().Content != dark {
		t.Error("back on dark it looks different")
	}
	if b.m.v.pens.reply == b.m.v.pens.note || b.m.v.pens.reply == (ink.Pen{}) {
		t.Error("reply and note frames have one colour")
	}
}

// A supervisor owns no conversation: a first tab of their own would always be empty.
func TestAMonitorBeginsWithTheTeam(t *testing.T) {
	if b := start(t, setup{role: wire.RoleSupervisor}); b.m.panes.queue.tab != mirror.Team {
		t.Errorf("a supervisor begins on tab %v", b.m.panes.queue.tab)
	}
	if b := start(t, setup{}); b.m.panes.queue.tab != mirror.Mine {
		t.Errorf("an agent begins on tab %v", b.m.panes.queue.tab)
	}
}
