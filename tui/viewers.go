package tui

import (
	"strings"
	"time"

	"ventanilla/client/wire"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

const (
	// namedViewers is how many colleagues of a conversation are called by name.
	namedViewers = 3
	// typingFor is how long a key in the composer counts as typing.
	typingFor = 6 * time.Second
	// stillHere is how long somebody who turned to another window still counts as
	// looking at this one.
	stillHere = time.Minute
)

// viewerSign is the mark of a queue row for colleagues who are in it: the most
// that any of them does.
func viewerSign(all []wire.Viewer) string {
	if len(all) == 0 {
		return " "
	}
	switch all[0].Doing { // they are sorted so
	case wire.Types:
		return "◆"
	case wire.Edits:
		return "◈"
	}
	return "◇"
}

// viewersLine says who else is in a conversation and what they do, those who do
// the most first.
func viewersLine(all []wire.Viewer, v *look) text.Line {
	var line text.Line
	for _, group := range []struct {
		doing wire.Doing
		says  words.ID
	}{{wire.Types, words.ViewersType}, {wire.Edits, words.ViewersEdit}, {wire.LooksAt, words.ViewersLook}} {
		var names []string
		for _, a := range all {
			if doing(a) == group.doing {
				names = append(names, firstName(a.Agent, v))
			}
		}
		if len(names) == 0 {
			continue
		}
		if !line.Empty() {
			line = text.Concat(line, text.Literal(" · "))
		}
		line = text.Concat(line, text.Clean(v.words.CountWith(group.says, len(names), words.Args{"Names": listed(names, v)})))
	}
	return line
}

// doing is what a viewer does; what we do not know is at least looking.
func doing(a wire.Viewer) wire.Doing {
	if a.Doing == wire.Types || a.Doing == wire.Edits {
		return a.Doing
	}
	return wire.LooksAt
}

func firstName(id wire.AgentID, v *look) string {
	first, _, _ := strings.Cut(v.name(id).String(), " ")
	return first
}

func listed(names []string, v *look) string {
	if len(names) <= namedViewers {
		return strings.Join(names, ", ")
	}
	return v.words.With(words.ViewersMore, words.Args{
		"Names": strings.Join(names[:namedViewers-1], ", "), "N": v.locale.Number(len(names) - namedViewers + 1)})
}

// tellLooking lets colleagues know where the agent is. Most keys change nothing of
// it, and then nothing is said.
func (m *Model) tellLooking() {
	if now := m.looking(); now != m.places.looking {
		m.places.looking = now
		m.desk.Look(now)
	}
}

// looking is what the agent has in front of them and does there. Somebody who only
// monitors is nowhere, and so is somebody who went to another window for long.
func (m *Model) looking() wire.Looking {
	if m.v.shown == "" || !m.v.writes() || !m.inSight() {
		return wire.Looking{}
	}
	l := wire.Looking{Conversation: m.v.shown, Doing: wire.LooksAt}
	switch {
	case m.places.typedIn == m.v.shown && m.v.now.Sub(m.places.typedAt) < typingFor:
		l.Doing = wire.Types
	case m.v.drafts.has(m.v.shown):
		l.Doing = wire.Edits
	}
	return l
}

// inSight reports whether the conversation is on a screen that somebody sees.
func (m *Model) inSight() bool {
	if m.places.away && m.v.now.Sub(m.places.awayAt) >= stillHere {
		return false
	}
	for _, part := range []Part{TalkPart, smallPart} {
		if _, _, _, ok := m.screen.plan.find(part); ok {
			return true
		}
	}
	return false
}
