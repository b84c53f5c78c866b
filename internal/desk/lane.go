package desk

import (
	"context"
	"errors"
	"slices"

	"ventanilla/client/wire"
)

// Sender is who a command comes from: a lane of a member of the staff or of a
// customer. Exactly one of Agent and Customer is set.
type Sender struct {
	Agent    wire.AgentID
	Customer wire.CustomerID
	Device   string
	Lane     string
	Locale   string
}

func (s Sender) key() LaneKey {
	owner := "a:" + string(s.Agent)
	if s.Customer != "" {
		owner = "c:" + string(s.Customer)
	}
	return LaneKey{Owner: owner, Device: s.Device, Lane: s.Lane}
}

// why explains why nothing can be written. What is wrong with the desk's disk is
// the business of those who work there.
func (s Sender) why(err error) *wire.Refusal {
	if s.Customer != "" {
		return Refusal(wire.Busy, "unavailable", s.Locale)
	}
	return Explain(err, s.Locale)
}

// Reply is what a sender hears about a command: exactly one member is set.
type Reply struct {
	Outcome *wire.Outcome
	Resend  *wire.Resend
}

// once runs act as command n of the sender's lane, or answers as it did before.
// The outcome, a refusal too, is stored with the effect in one transaction. What
// act refuses it must refuse before it writes.
func (d *Desk) once(ctx context.Context, from Sender, n, settled uint64, act func(*work) (uint64, error), reply func(Reply)) error {
	var said Reply
	run := func(w *work) error {
		var err error
		said, err = runOnce(w, from, n, settled, act)
		return err
	}
	return d.submit(ctx, job{run, func(err error) {
		if err != nil {
			said = Reply{Resend: &wire.Resend{From: n, Wait: 1000, Why: from.why(err)}}
		}
		reply(said)
	}})
}

func runOnce(w *work, from Sender, n, settled uint64, act func(*work) (uint64, error)) (Reply, error) {
	key := from.key()
	lane, _, err := w.Lane(key)
	if err != nil {
		return Reply{}, err
	}
	lane.Outcomes = slices.DeleteFunc(lane.Outcomes, func(o wire.Outcome) bool { return o.N <= settled })
	switch {
	case n == 0 || n > lane.Last+1:
		return Reply{Resend: &wire.Resend{From: lane.Last + 1}}, nil
	case n <= lane.Last:
		for _, o := range lane.Outcomes {
			if o.N == n {
				return Reply{Outcome: &o}, nil
			}
		}
		return Reply{Outcome: &wire.Outcome{N: n, Settled: true}}, nil
	}
	w.lane, w.n = from.Lane, n
	outcome := wire.Outcome{N: n}
	outcome.Seq, err = act(w)
	if refusal, refused := errors.AsType[*Error](err); refused {
		outcome.Refused, outcome.Newest = Explain(err, from.Locale), refusal.Newest
	} else if err != nil {
		return Reply{}, err
	}
	lane.Last = n
	lane.Outcomes = append(lane.Outcomes, outcome)
	if len(lane.Outcomes) > 4*wire.MaxInFlight { // a client that never settles keeps the newest
		lane.Outcomes = slices.Delete(lane.Outcomes, 0, len(lane.Outcomes)-4*wire.MaxInFlight)
	}
	return Reply{Outcome: &outcome}, w.SaveLane(key, lane)
}

// LaneLast returns the last command of a sender's lane that has an outcome.
func (d *Desk) LaneLast(ctx context.Context, from Sender) (uint64, error) {
	var last uint64
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		lane, _, err := r.Lane(from.key())
		last = lane.Last
		return err
	})
	return last, err
}

// Submit takes a staff command. It returns when the command is in the writer's
// inbox, which keeps a lane's order; reply is called once, from the writer, when
// the outcome is on the disk, and must not block. It is not called for what comes
// as the desk stops: the client sends it again.
func (d *Desk) Submit(ctx context.Context, from Sender, f wire.CommandFrame, reply func(Reply)) error {
	c, known, bad := f.Decode() // here, not in the writer, for which everybody waits
	return d.once(ctx, from, f.N, f.Settled, func(w *work) (uint64, error) {
		switch {
		case !known:
			return 0, refuse(wire.Unknown, "unknown_command")
		case bad != nil:
			return 0, refuse(wire.Invalid, "bad_frame")
		}
		user, found, err := w.User(from.Agent)
		if err != nil {
			return 0, err
		}
		if !found || user.Disabled || !slices.Contains(commandRoles[wire.CommandName(c)], user.Role) {
			return 0, refuse(wire.Denied, "no_right")
		}
		return d.act(w, user, c)
	}, reply)
}
