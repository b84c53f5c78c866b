package tui

import (
	"ventanilla/theme"
	"ventanilla/tui/ink"

	"charm.land/lipgloss/v2"
)

// tone is the set of pens that a stretch of text may use on one ground.
type tone struct {
	ink, bold, quiet, title, accent, good, warn, bad, note, money ink.Pen
}

// pens are the roles of a theme, ready to draw with. They are made when the
// theme changes and compared by address.
type pens struct {
	dark                               bool
	plain, selected, idle, noted       tone
	border, focus, reply, note         ink.Pen
	customer, mine, staff, bot, system ink.Pen
	status, live, behind, offline      ink.Pen
	banner, alarm, altered, stale      ink.Pen
	keyStyle, quietStyle               lipgloss.Style // for the help of Bubbles
}

// newPens makes the pens of a theme. The surface is painted only over a terminal
// of the other kind: on its own kind the terminal's ground stays, which looks
// calmer and costs no bytes.
func newPens(t *theme.Theme, paint bool) *pens {
	style := func(r theme.Role) lipgloss.Style {
		s := t.Style(r)
		if !paint && s.GetBackground() == t.Surface() && !s.GetReverse() {
			s = s.UnsetBackground()
		}
		return s
	}
	pen := func(r theme.Role) ink.Pen { return ink.NewPen(style(r)) }
	onStatus := func(r theme.Role) ink.Pen {
		return ink.NewPen(t.Style(r).Background(t.Style(theme.Status).GetBackground()))
	}
	p := &pens{
		dark:   t.Dark(),
		border: pen(theme.Border), focus: ink.NewPen(style(theme.BorderFocus).Bold(true)),
		reply: pen(theme.ReplyFrame), note: pen(theme.NoteFrame),
		customer: pen(theme.Customer), mine: pen(theme.Agent), staff: pen(theme.Peer),
		bot: pen(theme.Bot), system: pen(theme.System),
		status: pen(theme.Status), live: onStatus(theme.Live), offline: onStatus(theme.Offline), behind: onStatus(theme.Stale),
		banner: pen(theme.Banner), alarm: pen(theme.Alarm),
		keyStyle: style(theme.Key), quietStyle: style(theme.Quiet),
		altered: pen(theme.Altered), stale: pen(theme.Stale),
	}
	p.plain = tone{
		ink: pen(theme.Ink), bold: pen(theme.Unread), quiet: pen(theme.Quiet), title: pen(theme.Heading),
		accent: pen(theme.Accent), good: pen(theme.Good), warn: pen(theme.Warn), bad: pen(theme.Bad),
		note: pen(theme.NoteFrame), money: pen(theme.Money),
	}
	p.selected, p.idle = flat(pen(theme.Selection)), flat(pen(theme.SelectionIdle))
	p.noted = flat(pen(theme.Note))
	p.noted.bold = ink.NewPen(style(theme.Note).Bold(true))
	return p
}

// flat is a tone of one pen: a row under the cursor is one stretch of cells,
// which is plain to see and cheap to move.
func flat(p ink.Pen) tone {
	return tone{p, p, p, p, p, p, p, p, p, p}
}

// under is the tone of the row under the cursor of a pane.
func (p *pens) under(focused bool) tone {
	if focused {
		return p.selected
	}
	return p.idle
}

// paneBorder is the frame of a pane: heavier when it has the focus.
func paneBorder(v *look, part Part) border {
	if focused(v, part) {
		return heavyBorder(v.pens.focus)
	}
	return lightBorder(v.pens.border)
}

// titlePen is what the title of a pane is written with.
func titlePen(v *look, part Part) ink.Pen {
	if focused(v, part) {
		return v.pens.focus
	}
	return v.pens.plain.title
}

func focused(v *look, part Part) bool { return v.focus == part }
