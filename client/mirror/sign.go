package mirror

import (
	"maps"
	"time"

	"ventanilla/client/wire"
)

// signs are who is seen writing in one conversation: the customer and one colleague.
type signs struct{ customer, agent sign }

type sign struct {
	wire.Typing
	until time.Time
}

// manySigns is how many conversations may have signs before expired ones are
// looked for; they cost little and vanish with the next message anyway.
const manySigns = 64

func (m *Mirror) sign(t wire.Typing, now time.Time) {
	if len(m.signs) >= manySigns {
		maps.DeleteFunc(m.signs, func(_ wire.ConversationID, s signs) bool {
			return !s.customer.until.After(now) && !s.agent.until.After(now)
		})
	}
	s := m.signs[t.Conversation]
	fresh := sign{t, now.Add(time.Duration(wire.TypingLasts) * time.Millisecond)}
	if t.By == wire.ByCustomer {
		s.customer = fresh
	} else {
		s.agent = fresh
	}
	m.signs[t.Conversation] = s
}

// stopped ends the sign of whoever just said something.
func (m *Mirror) stopped(e wire.Said) {
	s, ok := m.signs[e.Conversation]
	if !ok {
		return
	}
	switch {
	case e.By == wire.ByCustomer:
		s.customer = sign{}
	case e.By == wire.ByAgent && e.Agent == s.agent.Agent:
		s.agent = sign{}
	}
	m.signs[e.Conversation] = s
}
