package desk

import (
	"maps"
	"slices"

	"ventanilla/client/wire"
)

// Sign is something in no log that a feed passes on: somebody types, or who is in a
// conversation has changed. Who sees the conversation at Place may hear of it.
type Sign struct {
	Place   Place
	Typing  *wire.Typing
	Viewers *wire.Viewers
	before  []wire.Viewer // who was there
	moved   bool          // who may hear of it has changed
}

// Viewing returns who is where, as a reader may know it: all of it, for a feed that
// begins, or in the given conversations.
func (d *Desk) Viewing(s *Staff, in ...wire.ConversationID) wire.Viewing {
	v := d.viewing
	v.mu.Lock()
	defer v.mu.Unlock()
	all := wire.Viewing{Whole: len(in) == 0}
	if all.Whole {
		in = slices.Sorted(maps.Keys(v.scenes))
	}
	for _, id := range in {
		r := v.scenes[id]
		if r == nil || !s.hears(id, r.place) {
			continue
		}
		if others := s.others(v.viewers(r)); len(others) > 0 {
			all.Conversations = append(all.Conversations, wire.Viewers{Conversation: id, Agents: others})
		}
	}
	return all
}

// Sign returns what the reader hears of a sign: a copy with what concerns others than
// themselves; false when there is nothing of that.
func (s *Staff) Sign(sign Sign) (Sign, bool) {
	switch {
	case sign.Typing != nil:
		return sign, sign.Typing.Agent != s.User.ID && s.hears(sign.Typing.Conversation, sign.Place)
	case !s.hears(sign.Viewers.Conversation, sign.Place):
		return Sign{}, false
	}
	others := s.others(sign.Viewers.Agents)
	told := s.others(sign.before)
	if slices.Equal(others, told) && (!sign.moved || len(others) == 0) {
		return Sign{}, false
	}
	sign.Viewers = &wire.Viewers{Conversation: sign.Viewers.Conversation, Agents: others}
	return sign, true
}

// hears reports whether signs of a conversation are for this reader at all.
func (s *Staff) hears(id wire.ConversationID, at Place) bool {
	return s.User.sees(at) && (!s.Lean || s.watch[id])
}

func (s *Staff) others(all []wire.Viewer) []wire.Viewer {
	return slices.DeleteFunc(slices.Clone(all), func(v wire.Viewer) bool { return v.Agent == s.User.ID })
}
