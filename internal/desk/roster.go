package desk

import (
	"maps"
	"slices"
	"sync"

	"ventanilla/client/wire"
)

// roster is who works here, as of the last commit: what readers of
// the feed are filtered by. Rules read the store instead, inside their transaction.
type roster struct {
	mu      sync.RWMutex
	users   map[wire.AgentID]User
	changed chan struct{} // closed when somebody's account changes
}

func newRoster(users []User) *roster {
	r := &roster{users: make(map[wire.AgentID]User, len(users)), changed: make(chan struct{})}
	for _, u := range users {
		r.users[u.ID] = u
	}
	return r
}

func (r *roster) user(id wire.AgentID) (User, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	u, ok := r.users[id]
	return u, ok
}

// name is what customers and refusals call an agent.
func (r *roster) name(id wire.AgentID) string {
	u, _ := r.user(id)
	return u.Name
}

// agents lists everybody who is not disabled, by id.
func (r *roster) agents() []wire.Agent {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]wire.Agent, 0, len(r.users))
	for _, id := range slices.Sorted(maps.Keys(r.users)) {
		if u := r.users[id]; !u.Disabled {
			all = append(all, u.Agent)
		}
	}
	return all
}

// StaffChanged returns a channel that is closed when the account of somebody of the
// staff changes: their rights, or which sessions they have.
func (d *Desk) StaffChanged() <-chan struct{} {
	d.staff.mu.RLock()
	defer d.staff.mu.RUnlock()
	return d.staff.changed
}

// fold applies a committed event about people.
func (r *roster) fold(at wire.Millis, e wire.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := e.(type) {
	case wire.PresenceChanged:
		u := r.users[e.Agent]
		u.State, u.Reason, u.Since = e.State, e.Reason, at
		r.users[e.Agent] = u
	case wire.StaffChanged:
		u := r.users[e.Agent.ID]
		u.Agent, u.Disabled = e.Agent, e.Gone
		r.users[e.Agent.ID] = u
		close(r.changed)
		r.changed = make(chan struct{})
	}
}
