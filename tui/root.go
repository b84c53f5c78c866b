package tui

import (
	"time"

	"ventanilla/client"
	"ventanilla/tui/text"
	"ventanilla/tui/words"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

type (
	// clockTick comes once a second: all that counts time moves by it.
	clockTick struct{}
	// putDown comes when what was typed is on disk, or could not be put there.
	putDown struct{ err error }
	// hintDue comes a moment after a key that begins a sequence.
	hintDue struct{ press int }
)

// Init implements [tea.Model].
func (m *Model) Init() tea.Cmd {
	return tea.Batch(nextTick(m.now()), tea.RequestBackgroundColor, tea.Raw(ansi.SetModeLightDark))
}

// nextTick waits for the next whole second, so that waiting clocks agree with
// each other and with the clock above them.
func nextTick(now time.Time) tea.Cmd {
	return tea.Tick(time.Second-time.Duration(now.Nanosecond()), func(time.Time) tea.Msg { return clockTick{} })
}

// Update is the table of contents of the workstation: each line names the
// message and the one method that deals with it.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.tick()
	defer m.tellLooking()
	switch msg := msg.(type) {
	case client.Update:
		return m, m.absorb(msg)
	case tea.KeyPressMsg:
		return m, m.press(msg)
	case tea.PasteMsg:
		return m, m.paste(msg.Content)
	case clockTick:
		return m, tea.Batch(m.second(), nextTick(m.now()))
	case putDown:
		m.notKept(msg.err)
	case hintDue:
		m.showHints(msg.press)
	case tea.WindowSizeMsg:
		m.resize(Size{msg.Width, msg.Height})
	case tea.ModeReportMsg:
		m.remeasure(msg)
	case tea.BackgroundColorMsg:
		return m, m.ground(msg.Color, msg.IsDark())
	case uv.DarkColorSchemeEvent, uv.LightColorSchemeEvent:
		return m, tea.RequestBackgroundColor
	case tea.FocusMsg:
		m.places.away = false
		m.screen.mark(TalkPart) // it is looked at from here on
		return m, m.settle()
	case tea.BlurMsg:
		m.places.away, m.places.awayAt = true, m.v.now
		m.v.drafts.witness.away()
	}
	return m, nil
}

// remeasure counts cells as the terminal does, once it has said how.
func (m *Model) remeasure(msg tea.ModeReportMsg) {
	if msg.Mode != ansi.ModeUnicodeCore {
		return
	}
	measure := text.Wcwidth
	if msg.Value.IsSet() || msg.Value.IsReset() || msg.Value.IsPermanentlySet() {
		measure = text.Graphemes
	}
	if measure != m.v.measure {
		m.v.measure = measure
		m.screen.all()
	}
}

func (m *Model) resize(s Size) {
	m.screen.size = s
	m.screen.all()
}

// second moves what counts time: clocks, ages, signs that expire.
func (m *Model) second() tea.Cmd {
	m.screen.mark(statusPart, queueLine, QueuePart, TalkPart, customerLine, CustomerPart)
	if m.v.notice.Text != "" && !m.v.notice.Grave && m.v.now.After(m.places.noticeUntil) {
		m.v.notice = Notice{}
		m.screen.mark(footerPart)
	}
	m.forgetPending()
	m.refreshCounts()
	m.watchDoor()
	if m.v.file.old(m.v.now) && !m.v.link.lean && !m.v.link.offline() {
		m.askContext()
	}
	return tea.Batch(m.settle(), m.keep())
}

// keep puts down what was typed since the last second, beside this goroutine.
func (m *Model) keep() tea.Cmd {
	m.offer()
	scribe := m.v.drafts.scribe
	if !scribe.waits() {
		return nil
	}
	return func() tea.Msg { return putDown{scribe.drain()} }
}

// offer gives the scribe all that was typed.
func (m *Model) offer() {
	m.v.drafts.offer()
	m.offerEntry()
}

func (m *Model) notKept(err error) {
	if err != nil {
		m.tell(Notice{m.v.words.Say(words.DraftsNotKept), true})
	}
}

// watchDoor tells when the firewall stopped something: that is a bug of ours,
// and somebody should report it.
func (m *Model) watchDoor() {
	if m.door == nil || m.door.Dropped() == m.places.dropped {
		return
	}
	m.places.dropped = m.door.Dropped()
	m.tell(Notice{m.v.words.Say(words.DoorStopped), true})
}
