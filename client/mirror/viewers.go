package mirror

import (
	"cmp"
	"slices"

	"ventanilla/client/wire"
)

// Viewing notes which colleagues are in conversations. It holds until the desk
// says otherwise or the link goes: see [Mirror.Alone].
func (m *Mirror) Viewing(v wire.Viewing) {
	if v.Whole {
		clear(m.viewers)
	}
	for _, c := range v.Conversations {
		agents := slices.DeleteFunc(slices.Clone(c.Agents), func(a wire.Viewer) bool { return a.Agent == m.me.ID })
		if len(agents) == 0 {
			delete(m.viewers, c.Conversation)
			continue
		}
		slices.SortFunc(agents, func(a, b wire.Viewer) int {
			return cmp.Or(cmp.Compare(effort(b.Doing), effort(a.Doing)), cmp.Compare(a.Agent, b.Agent))
		})
		m.viewers[c.Conversation] = agents
	}
}

// Alone forgets who else is in conversations: without a link nobody knows.
func (m *Mirror) Alone() { clear(m.viewers) }

// effort sorts what people do. What a newer desk may say counts as looking.
func effort(d wire.Doing) int {
	switch d {
	case wire.Types:
		return 2
	case wire.Edits:
		return 1
	}
	return 0
}

// Viewers are the colleagues who are in a conversation now, without me, those who
// do the most first. The slice must not be changed.
func (v View) Viewers(id wire.ConversationID) []wire.Viewer { return v.m.viewers[id] }
