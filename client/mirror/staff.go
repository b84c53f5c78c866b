package mirror

import (
	"cmp"
	"slices"

	"ventanilla/client/wire"
)

// staff is who works here and in which queues, each sorted by name. They are
// few, so a slice is searched and not a map.
type staff struct {
	agents []wire.Agent
	queues []wire.Queue
}

func (s *staff) add(agents []wire.Agent, queues []wire.Queue) {
	for _, a := range agents {
		s.change(wire.StaffChanged{Agent: a})
	}
	for _, q := range queues {
		s.queues = slices.DeleteFunc(s.queues, func(old wire.Queue) bool { return old.ID == q.ID })
		i, _ := slices.BinarySearchFunc(s.queues, q, func(a, b wire.Queue) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
		s.queues = slices.Insert(s.queues, i, q)
	}
}

func (s *staff) find(id wire.AgentID) int {
	return slices.IndexFunc(s.agents, func(a wire.Agent) bool { return a.ID == id })
}

func (s *staff) change(e wire.StaffChanged) {
	if i := s.find(e.Agent.ID); i >= 0 {
		s.agents = slices.Delete(s.agents, i, i+1)
	}
	if e.Gone {
		return
	}
	i, _ := slices.BinarySearchFunc(s.agents, e.Agent, func(a, b wire.Agent) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	s.agents = slices.Insert(s.agents, i, e.Agent)
}

func (s *staff) presence(e wire.PresenceChanged, at wire.Millis) {
	if i := s.find(e.Agent); i >= 0 {
		a := &s.agents[i]
		a.State, a.Reason, a.Since = e.State, e.Reason, at
	}
}
