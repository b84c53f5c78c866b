package replay

import (
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/dialogue"
)

// script is a dialogue as an agent plays it: what to say once the customer has
// said so much. It depends on nothing but what was said, so an agent may take
// over at any point.
type script struct {
	customer []string
	agent    []answer
	before   []int // of each of the customer's turns: how many of the agent's come before it
}

// answer is one of the agent's turns. Gap is the recorded pause before it; zero
// when there is none.
type answer struct {
	text string
	gap  time.Duration
}

func newScript(d dialogue.Dialogue) script {
	var s script
	var last dialogue.Turn
	for _, t := range d.Turns {
		gap := t.At - last.At
		if t.Role != dialogue.Action {
			last = t
		}
		switch t.Role {
		case dialogue.Customer:
			s.customer = append(s.customer, t.Text)
			s.before = append(s.before, len(s.agent))
		case dialogue.Agent, dialogue.Bot:
			s.agent = append(s.agent, answer{t.Text, gap})
		}
	}
	return s
}

// heard returns how many of the customer's turns are through after one more
// message. Nudges, which are no turns, change nothing.
func (s *script) heard(n int, text string, cut bool) int {
	if n < len(s.customer) && same(s.customer[n], text, cut) {
		return n + 1
	}
	return n
}

// due is how many of the agent's turns belong after n of the customer's.
func (s *script) due(n int) int {
	if n >= len(s.before) {
		return len(s.agent)
	}
	return s.before[n]
}

// same compares a text with what came, of which there may be only the beginning.
func same(text, came string, cut bool) bool {
	if cut {
		text = wire.Cut(text)
	}
	return text == came
}
