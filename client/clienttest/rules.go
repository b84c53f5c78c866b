package clienttest

import (
	"encoding/json"
	"slices"

	"ventanilla/client/wire"
)

// command does what a command says, once for each number of a lane.
func (l *link) command(f wire.CommandFrame) {
	d := l.d
	if d.fault.busy > 0 {
		d.fault.busy--
		l.send(wire.FromDesk{Resend: &wire.Resend{From: f.N, Wait: d.fault.busyFor}})
		return
	}
	ln := d.lanes[l.lane]
	if ln == nil {
		ln = &lane{outcomes: make(map[uint64]wire.Outcome)}
		d.lanes[l.lane] = ln
	}
	ln.settled = max(ln.settled, f.Settled)
	switch {
	case f.N == 0 || f.N > ln.last+1:
		l.send(wire.FromDesk{Resend: &wire.Resend{From: ln.last + 1}})
		return
	case f.N <= ln.settled:
		l.send(wire.FromDesk{Outcome: &wire.Outcome{N: f.N, Settled: true}})
		return
	case f.N == ln.last+1:
		ln.last = f.N
		ln.outcomes[f.N] = d.run(f)
	}
	if d.fault.deaf {
		d.fault.deaf = false
		l.stop(0)
		return
	}
	if d.fault.mute > 0 {
		d.fault.mute--
		return
	}
	o := ln.outcomes[f.N]
	l.send(wire.FromDesk{Outcome: &o})
}

func (d *Desk) run(f wire.CommandFrame) wire.Outcome {
	o := wire.Outcome{N: f.N}
	c, known, err := f.Decode()
	if !known || err != nil {
		o.Refused = &wire.Refusal{Kind: wire.Unknown, Code: "unknown_command", Text: "no such command"}
		return o
	}
	act := d.cfg.Act
	if act == nil {
		act = d.act
	}
	events, refused := act(c)
	o.Refused = refused
	if refused == nil && len(events) > 0 {
		o.Seq = d.record(events...)
	}
	return o
}

// act is the obvious effect of each command.
func (d *Desk) act(c wire.Command) ([]wire.Event, *wire.Refusal) {
	me := d.cfg.You.ID
	one := func(e wire.Event) ([]wire.Event, *wire.Refusal) { return []wire.Event{e}, nil }
	queue := func(id wire.ConversationID) wire.QueueID {
		if s := d.state[id]; s != nil {
			return s.Queue
		}
		return ""
	}
	switch c := c.(type) {
	case wire.Reply:
		return one(wire.Said{Conversation: c.Conversation, By: wire.ByAgent, Agent: me, Text: c.Text})
	case wire.Note:
		return one(wire.Noted{Conversation: c.Conversation, Agent: me, Text: c.Text})
	case wire.Take:
		return one(wire.Routed{Conversation: c.Conversation, How: wire.Took, By: me, Agent: me, Queue: queue(c.Conversation)})
	case wire.Release:
		return one(wire.Routed{Conversation: c.Conversation, How: wire.Released, By: me, Queue: queue(c.Conversation)})
	case wire.Assign:
		return one(wire.Routed{Conversation: c.Conversation, How: wire.AssignedTo, By: me, Agent: c.Agent, Queue: queue(c.Conversation)})
	case wire.Transfer:
		to := c.Queue
		if to == "" {
			to = queue(c.Conversation)
		}
		return one(wire.Routed{Conversation: c.Conversation, How: wire.Transferred, By: me, Agent: c.Agent, Queue: to, Reason: c.Reason})
	case wire.Resolve:
		return one(wire.StatusChanged{Conversation: c.Conversation, Status: wire.Resolved, By: me, Disposition: c.Disposition})
	case wire.Reopen:
		return one(wire.StatusChanged{Conversation: c.Conversation, Status: wire.Open, By: me})
	case wire.Snooze:
		return one(wire.StatusChanged{Conversation: c.Conversation, Status: wire.Snoozed, By: me, Until: c.Until})
	case wire.Prioritise:
		return one(wire.Prioritised{Conversation: c.Conversation, Priority: c.Priority, By: me})
	case wire.Tag:
		return one(wire.Tagged{Conversation: c.Conversation, Tags: d.tags(c), By: me})
	case wire.MarkSeen:
		return one(wire.Seen{Conversation: c.Conversation, Agent: me, UpTo: c.UpTo})
	case wire.SetPresence:
		return one(wire.PresenceChanged{Agent: me, State: c.State, Reason: c.Reason})
	}
	return nil, &wire.Refusal{Kind: wire.Unknown, Code: "unknown_command", Text: "no such command"}
}

func (d *Desk) tags(c wire.Tag) []string {
	var tags []string
	if s := d.state[c.Conversation]; s != nil {
		tags = slices.Clone(s.Tags)
	}
	tags = slices.DeleteFunc(append(tags, c.Add...), func(tag string) bool { return slices.Contains(c.Drop, tag) })
	slices.Sort(tags)
	return slices.Compact(tags)
}

func (l *link) ask(f wire.AskFrame) {
	q, known, err := f.Decode()
	if !known || err != nil {
		l.send(wire.FromDesk{Answer: &wire.Answer{ID: f.ID, Refused: &wire.Refusal{Kind: wire.Unknown, Code: "unknown_ask", Text: "no such ask"}}})
		return
	}
	result, refused := l.answer(q)
	a := wire.Answer{ID: f.ID, Refused: refused}
	if refused == nil {
		if a.Result, err = json.Marshal(result); err != nil {
			panic(err)
		}
	}
	l.send(wire.FromDesk{Answer: &a})
}

func (l *link) answer(q wire.Ask) (any, *wire.Refusal) {
	if l.d.cfg.Answer != nil {
		if result, refused := l.d.cfg.Answer(q); result != nil || refused != nil {
			return result, refused
		}
	}
	missing := &wire.Refusal{Kind: wire.Missing, Code: "no_conversation", Text: "no such conversation"}
	switch q := q.(type) {
	case wire.Watch:
		if l.d.state[q.Conversation] == nil {
			return nil, missing
		}
		l.watch[q.Conversation] = true
		return l.d.page(q.Conversation, l.d.head()+1, q.Limit), nil
	case wire.Unwatch:
		delete(l.watch, q.Conversation)
		return struct{}{}, nil
	case wire.Older:
		if l.d.state[q.Conversation] == nil {
			return nil, missing
		}
		return l.d.page(q.Conversation, q.Before, q.Limit), nil
	}
	return nil, &wire.Refusal{Kind: wire.Missing, Code: "nothing", Text: "nothing here"}
}

// page returns the lines of a conversation before a seq.
func (d *Desk) page(id wire.ConversationID, before uint64, limit int) wire.Timeline {
	if limit == 0 {
		limit = 30
	}
	t := wire.Timeline{Summary: *d.state[id], Records: []wire.Record{}, UpTo: before - 1}
	prev := uint64(0)
	for _, r := range d.log[:min(before-1, d.head())] {
		if about, ok := wire.About(r.Event); !ok || about != id || !wire.InTimeline(r.Event) {
			continue
		}
		r.Prev, prev = prev, r.Seq
		t.Records = append(t.Records, r)
	}
	if more := len(t.Records) - limit; more > 0 {
		t.Records, t.More = t.Records[more:], true
	}
	return t
}
