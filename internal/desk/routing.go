package desk

import (
	"slices"

	"ventanilla/client/wire"
)

func (d *Desk) take(w *work, by User, on *Conversation) (uint64, error) {
	switch {
	case on.Summary.Agent == by.ID:
		return 0, nil
	case on.Summary.Status == wire.Resolved:
		return 0, refuse(wire.Conflict, "is_resolved")
	case on.Summary.Agent != "" && by.Role != wire.RoleLead:
		return 0, refuse(wire.Conflict, "taken", d.staff.name(on.Summary.Agent))
	}
	return w.route(on, wire.Took, by, by.ID, on.Summary.Queue, "")
}

func (w *work) route(on *Conversation, how wire.How, by User, to wire.AgentID, queue wire.QueueID, reason string) (uint64, error) {
	return w.record(on, wire.Routed{
		Conversation: on.Summary.ID, How: how, By: by.ID, Agent: to, Queue: queue, Reason: reason,
	})
}

// mine refuses unless the user is in charge, or leads.
func mine(by User, on *Conversation) error {
	if on.Summary.Agent != by.ID && by.Role != wire.RoleLead {
		return refuse(wire.Denied, "not_yours")
	}
	return nil
}

// free refuses when a colleague is in charge, whose conversations are read-only
// for all but leads.
func free(by User, on *Conversation) error {
	if on.Summary.Agent == "" {
		return nil
	}
	return mine(by, on)
}

func release(w *work, by User, on *Conversation) (uint64, error) {
	switch {
	case on.Summary.Agent == "":
		return 0, nil
	case on.Summary.Status == wire.Resolved:
		return 0, refuse(wire.Conflict, "is_resolved")
	}
	if err := mine(by, on); err != nil {
		return 0, err
	}
	return w.route(on, wire.Released, by, "", on.Summary.Queue, "")
}

func assign(w *work, by User, on *Conversation, c wire.Assign) (uint64, error) {
	switch {
	case on.Summary.Agent == c.Agent:
		return 0, nil
	case on.Summary.Status == wire.Resolved:
		return 0, refuse(wire.Conflict, "is_resolved")
	}
	if err := w.serves(c.Agent, on.Summary.Queue); err != nil {
		return 0, err
	}
	return w.route(on, wire.AssignedTo, by, c.Agent, on.Summary.Queue, "")
}

// serves refuses an agent who cannot answer customers of a queue.
func (w *work) serves(id wire.AgentID, queue wire.QueueID) error {
	u, found, err := w.User(id)
	switch {
	case err != nil:
		return err
	case !found || u.Disabled:
		return refuse(wire.Missing, "no_agent")
	case !serves(u.Role) || !slices.Contains(u.Queues, queue):
		return refuse(wire.Conflict, "agent_cannot", u.Name)
	}
	return nil
}

func transfer(w *work, by User, on *Conversation, c wire.Transfer) (uint64, error) {
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return 0, err
	}
	switch {
	case (c.Agent == "") == (c.Queue == ""):
		return 0, refuse(wire.Invalid, "one_target")
	case on.Summary.Status == wire.Resolved:
		return 0, refuse(wire.Conflict, "is_resolved")
	}
	if err := mine(by, on); err != nil {
		return 0, err
	}
	if c.Agent != "" {
		if err := w.serves(c.Agent, on.Summary.Queue); err != nil {
			return 0, err
		}
		return w.route(on, wire.Transferred, by, c.Agent, on.Summary.Queue, reason)
	}
	queues, err := w.Queues()
	if err != nil {
		return 0, err
	}
	if !slices.ContainsFunc(queues, func(q wire.Queue) bool { return q.ID == c.Queue }) {
		return 0, refuse(wire.Missing, "no_queue")
	}
	return w.route(on, wire.Transferred, by, "", c.Queue, reason)
}
