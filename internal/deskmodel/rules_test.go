package deskmodel

import (
	"slices"

	"ventanilla/client/wire"
)

// act is what the rules make of a command of the staff: where it ended, and when it
// is refused, with which code. The log grows by one for each thing that changes.
func (r *reference) act(m *member, c wire.Command) (seq, newest uint64, code string) {
	if m.disabled || m.role != wire.RoleLead && (m.role != wire.RoleAgent || wire.CommandName(c) == "assign") {
		return 0, 0, "no_right"
	}
	id, _ := wire.CommandAbout(c)
	t := r.talk(id)
	if t == nil || !m.sees(t.queue, t.agent) {
		return 0, 0, "no_conversation"
	}
	before := r.head
	switch c := c.(type) {
	case wire.Reply:
		newest, code = r.reply(m, t, c)
	case wire.Resolve:
		newest, code = r.resolve(m, t, c)
	default:
		code = r.move(m, t, c)
	}
	if r.head > before {
		seq = r.head
	}
	return seq, newest, code
}

// stale returns the newest line that is not the member's own, if it is after what
// they had seen. A seq that the log has not come to is of another log: nothing seen.
func (r *reference) stale(m *member, t *talk, seen uint64) uint64 {
	if seen == 0 {
		return 0
	}
	if seen > r.head {
		seen = 0
	}
	for _, l := range slices.Backward(r.said) {
		if &r.talks[l.talk] == t && l.by != m.id {
			if l.seq > seen {
				return l.seq
			}
			return 0
		}
	}
	return 0
}

func (r *reference) reply(m *member, t *talk, c wire.Reply) (uint64, string) {
	if t.agent != "" && t.agent != m.id {
		return 0, "taken"
	}
	if newest := r.stale(m, t, c.Seen); newest > 0 {
		return newest, "stale"
	}
	if t.resolved != 0 {
		r.head++
		t.resolved = 0
	}
	if t.agent == "" {
		r.route(t, t.queue, m.id)
	}
	r.write(r.index(t), m.id, false, c.Text)
	return 0, ""
}

func (r *reference) index(t *talk) int {
	return slices.IndexFunc(r.talks, func(other talk) bool { return other.id == t.id })
}

func (r *reference) resolve(m *member, t *talk, c wire.Resolve) (uint64, string) {
	switch {
	case t.resolved != 0:
		return 0, "is_resolved"
	case t.agent != m.id && m.role != wire.RoleLead:
		return 0, "not_yours"
	}
	if newest := r.stale(m, t, c.Seen); newest > 0 {
		return newest, "stale"
	}
	r.head++
	t.resolved = r.now
	return 0, ""
}

// move is all that needs no look at what was written.
func (r *reference) move(m *member, t *talk, c wire.Command) string {
	mine := t.agent == m.id || m.role == wire.RoleLead
	free := t.agent == "" || mine
	switch c := c.(type) {
	case wire.Take:
		return r.grab(m, t)
	case wire.Release:
		return r.hand(t, t.agent == "", mine, t.queue, "")
	case wire.Assign:
		if t.agent != c.Agent && t.resolved == 0 && r.cannot(c.Agent, t.queue) != "" {
			return r.cannot(c.Agent, t.queue)
		}
		return r.hand(t, t.agent == c.Agent, true, t.queue, c.Agent)
	case wire.Transfer:
		if c.Queue != "" {
			return r.hand(t, false, mine, c.Queue, "")
		}
		if t.resolved == 0 && mine && r.cannot(c.Agent, t.queue) != "" {
			return r.cannot(c.Agent, t.queue)
		}
		return r.hand(t, false, mine, t.queue, c.Agent)
	case wire.Note:
		if !free {
			return "not_yours"
		}
		r.write(r.index(t), m.id, true, c.Text)
	case wire.Reopen:
		return r.change(t.resolved == 0, "not_resolved", free, func() { t.resolved = 0 })
	case wire.Tag:
		tags := slices.DeleteFunc(slices.Clone(t.tags), func(have string) bool { return slices.Contains(c.Drop, have) })
		for _, add := range c.Add {
			if !slices.Contains(tags, add) {
				tags = append(tags, add)
			}
		}
		return r.change(slices.Equal(tags, t.tags), "", free, func() { t.tags = tags })
	case wire.Prioritise:
		return r.change(t.priority == c.Priority, "", free, func() { t.priority = c.Priority })
	case wire.MarkSeen:
		upTo := min(c.UpTo, t.last)
		return r.change(t.agent != m.id || upTo <= t.seen, "", true, func() { t.seen = upTo })
	}
	return ""
}

// change records one change, unless there is none to make or the member may not.
func (r *reference) change(none bool, code string, may bool, do func()) string {
	switch {
	case none:
		return code
	case !may:
		return "not_yours"
	}
	r.head++
	do()
	return ""
}

func (r *reference) grab(m *member, t *talk) string {
	switch {
	case t.agent == m.id:
		return ""
	case t.resolved != 0:
		return "is_resolved"
	case t.agent != "" && m.role != wire.RoleLead:
		return "taken"
	}
	r.route(t, t.queue, m.id)
	return ""
}

func (r *reference) hand(t *talk, none, may bool, queue wire.QueueID, to wire.AgentID) string {
	switch {
	case none:
		return ""
	case t.resolved != 0:
		return "is_resolved"
	case !may:
		return "not_yours"
	}
	r.route(t, queue, to)
	return ""
}

// cannot says why somebody cannot be given a conversation of a queue.
func (r *reference) cannot(id wire.AgentID, queue wire.QueueID) string {
	to := &r.staff[slices.IndexFunc(r.staff, func(m member) bool { return m.id == id })]
	switch {
	case to.disabled:
		return "no_agent"
	case to.role != wire.RoleAgent && to.role != wire.RoleLead || !slices.Contains(to.queues, queue):
		return "agent_cannot"
	}
	return ""
}
