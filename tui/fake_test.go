package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/tui/locale"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// question is something the workstation asked.
type question struct {
	ask   wire.Ask
	token any
}

// fakeDesk notes what it is asked and answers only when a test says so.
type fakeDesk struct {
	did     []wire.Command
	seen    []uint64 // by MarkSeen, which no key asks for
	asked   []question
	watched map[wire.ConversationID]bool
	typing  []wire.ConversationID
	resyncs int
	looks   []wire.Looking
	hears   func() time.Time // nil: never
	beat    time.Duration    // 0: ten seconds
	edited  []edited         // what was asked about entries that wait
	refuses error            // what such a question answers
}

// edited is a question about an entry.
type edited struct {
	what    string
	id      client.EntryID
	command wire.Command
}

func (d *fakeDesk) Do(c wire.Command) client.EntryID {
	if seen, ok := c.(wire.MarkSeen); ok {
		d.seen = append(d.seen, seen.UpTo)
	} else {
		d.did = append(d.did, c)
	}
	return client.EntryID(fmt.Sprint(len(d.did)))
}
func (d *fakeDesk) Watch(id wire.ConversationID)   { d.watched[id] = true }
func (d *fakeDesk) Unwatch(id wire.ConversationID) { delete(d.watched, id) }
func (d *fakeDesk) Ask(_ context.Context, q wire.Ask, token any) {
	d.asked = append(d.asked, question{q, token})
}
func (d *fakeDesk) Typing(id wire.ConversationID) { d.typing = append(d.typing, id) }
func (d *fakeDesk) Resync()                       { d.resyncs++ }
func (d *fakeDesk) Active()                       {}
func (d *fakeDesk) Look(l wire.Looking)           { d.looks = append(d.looks, l) }
func (d *fakeDesk) Beat() time.Duration {
	if d.beat == 0 {
		return 10 * time.Second
	}
	return d.beat
}
func (d *fakeDesk) Heard() (at time.Time) {
	if d.hears != nil {
		at = d.hears()
	}
	return at
}

func (d *fakeDesk) edit(what string, id client.EntryID, c wire.Command) error {
	if d.refuses == nil {
		d.edited = append(d.edited, edited{what, id, c})
	}
	return d.refuses
}
func (d *fakeDesk) Change(id client.EntryID, c wire.Command) error { return d.edit("change", id, c) }
func (d *fakeDesk) TakeBack(id client.EntryID) error               { return d.edit("take back", id, nil) }
func (d *fakeDesk) SendAgain(id client.EntryID) error              { return d.edit("send again", id, nil) }
func (d *fakeDesk) LetGo(id client.EntryID) error                  { return d.edit("let go", id, nil) }
func (d *fakeDesk) Hold(id client.EntryID, held bool) error {
	if held {
		return d.edit("hold", id, nil)
	}
	return d.edit("release", id, nil)
}

// contexts are the questions about customers' contexts so far.
func (d *fakeDesk) contexts() (out []question) {
	for _, q := range d.asked {
		if _, ok := q.ask.(wire.GetContext); ok {
			out = append(out, q)
		}
	}
	return out
}

// bench is a workstation on a test bench: a desk that answers when told, a clock
// that moves when told.
type bench struct {
	t    testing.TB
	m    *Model
	desk *fakeDesk
	now  time.Time
	seq  uint64
}

var art = time.FixedZone("ART", -3*3600)

// noon is a Thursday, three days before an instalment is due.
var noon = time.Date(2026, 5, 7, 14, 3, 20, 0, art)

func agentRights() []string {
	return []string{"reply", "note", "take", "release", "transfer", "resolve", "reopen", "snooze", "prioritise", "tag", "seen", "presence"}
}

type setup struct {
	size   Size
	locale string
	role   wire.Role
	lean   bool
	can    []string
	rows   []wire.Summary
}

func start(t testing.TB, s setup) *bench {
	t.Helper()
	if s.size == (Size{}) {
		s.size = Size{160, 45}
	}
	if s.role == "" {
		s.role, s.can = wire.RoleAgent, agentRights()
	}
	if s.rows == nil {
		s.rows = sampleRows()
	}
	b := &bench{t: t, desk: &fakeDesk{watched: map[wire.ConversationID]bool{}}, now: noon, seq: 1000}
	l, _ := locale.Parse(s.locale)
	m, err := New(Config{Desk: b.desk, Locale: l, Lean: s.lean, Server: "https://ana:secret@desk.example:8480/path?token=x", Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	b.m = m
	b.desk.hears = func() time.Time { return b.m.now() } // a link without silence
	b.send(tea.WindowSizeMsg{Width: s.size.Width, Height: s.size.Height})
	b.events(
		client.LinkChanged{State: client.Connecting},
		client.Welcomed{Welcome: wire.Welcome{You: wire.Agent{ID: "ana", Name: "Ana", Role: s.role, State: wire.Online}, Can: s.can,
			Epoch: "e", Head: 1000, Name: "mesa norte", Dispositions: []string{"pago más tarde", "vencimiento y monto", "otro"}}},
		client.SnapshotPart{Snapshot: wire.Snapshot{Seq: 1000, Part: 1, Last: true, Conversations: s.rows,
			Agents: []wire.Agent{{ID: "ana", Name: "Ana", Role: s.role, State: wire.Online}, {ID: "leo", Name: "Leo", Role: wire.RoleLead, State: wire.Online},
				{ID: "sol", Name: "Sol", Role: wire.RoleAgent, State: wire.Away}},
			Queues: []wire.Queue{{ID: "q1", Name: "Cobranzas"}, {ID: "q2", Name: "Préstamos"}}}},
		client.LinkChanged{State: client.Live, Latency: 23 * time.Millisecond},
	)
	return b
}

func (b *bench) send(msg tea.Msg) tea.Cmd {
	_, cmd := b.m.Update(msg)
	b.m.View()
	return cmd
}

func (b *bench) events(e ...client.Event) { b.send(client.Update{Events: e}) }

// records feeds events of the log, as they would come now.
func (b *bench) records(events ...wire.Event) {
	feed := wire.Feed{}
	for _, e := range events {
		feed.Records = append(feed.Records, wire.Record{Seq: b.seq + 1, Prev: b.seq, At: wire.At(b.now), Event: e})
		b.seq++
	}
	feed.UpTo = b.seq
	b.events(client.FeedPart{Feed: feed})
}

// press presses keys by their names.
func (b *bench) press(keys ...string) tea.Cmd {
	b.t.Helper()
	var last tea.Cmd
	for _, k := range keys {
		last = b.send(keyMsg(k))
	}
	return last
}

// write types a text, character by character.
func (b *bench) write(s string) {
	for _, r := range s {
		b.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func keyMsg(name string) tea.KeyPressMsg {
	codes := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "left": tea.KeyLeft}
	k := tea.KeyPressMsg{}
	for {
		switch {
		case strings.HasPrefix(name, "ctrl+"):
			k.Mod |= tea.ModCtrl
		case strings.HasPrefix(name, "alt+"):
			k.Mod |= tea.ModAlt
		case strings.HasPrefix(name, "shift+"):
			k.Mod |= tea.ModShift
		default:
			if c, ok := codes[name]; ok {
				k.Code = c
			} else if name == "space" {
				k.Code, k.Text = ' ', " "
			} else {
				k.Code = []rune(name)[0]
				if k.Mod == 0 {
					k.Text = name
				}
			}
			return k
		}
		_, name, _ = strings.Cut(name, "+")
	}
}

// screen is what is shown, without colours.
func (b *bench) screen() string { return ansi.Strip(b.m.View().Content) }

func (b *bench) shows(want string) {
	b.t.Helper()
	if !strings.Contains(b.screen(), want) {
		b.t.Errorf("the screen does not show %q:\n%s", want, b.screen())
	}
}

func (b *bench) hides(not string) {
	b.t.Helper()
	if strings.Contains(b.screen(), not) {
		b.t.Errorf("the screen shows %q:\n%s", not, b.screen())
	}
}

// open shows a conversation with the sample's lines.
func (b *bench) open(id wire.ConversationID) {
	b.t.Helper()
	b.m.carryOut(Show{Conversation: id})
	c, _ := b.m.v.Conversation(id)
	b.events(client.Opened{Timeline: b.timeline(c.Summary())})
}

func (b *bench) timeline(s wire.Summary) wire.Timeline {
	t := sampleTimeline(s)
	t.UpTo = b.seq
	return t
}

// answer answers the last question about a context.
func (b *bench) answer(c wire.Context) {
	all := b.desk.contexts()
	b.events(client.Answered{Token: all[len(all)-1].token, Answer: c})
}

func (b *bench) lastDid() wire.Command {
	if len(b.desk.did) == 0 {
		return nil
	}
	return b.desk.did[len(b.desk.did)-1]
}
