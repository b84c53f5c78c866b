package tui

import (
	"ventanilla/client/wire"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// happened says in a sentence what an event did to its conversation.
func (v *look) happened(e wire.Event) text.Line {
	switch e := e.(type) {
	case wire.Opened:
		return v.with(words.DidOpen, words.Args{"Channel": v.of(words.Channel, e.Summary.Channel).String()})
	case wire.Routed:
		return v.routed(e)
	case wire.StatusChanged:
		return v.statusChanged(e)
	}
	return v.say(words.DidSomething)
}

func (v *look) routed(e wire.Routed) text.Line {
	args := words.Args{"By": v.name(e.By).String(), "To": v.name(e.Agent).String(), "Reason": text.Clean(e.Reason).String()}
	id := words.DidTransfer
	switch {
	case e.How == wire.Took:
		id = words.DidTake
	case e.How == wire.Released:
		id = words.DidRelease
	case e.How == wire.AssignedTo:
		id = words.DidAssign
	case e.Agent == "":
		args["To"] = text.Name(string(e.Queue)).String()
		if q, ok := v.Queue(e.Queue); ok {
			args["To"] = text.Name(q.Name).String()
		}
		id = words.DidTransferQueue
	}
	return v.with(id, args)
}

func (v *look) statusChanged(e wire.StatusChanged) text.Line {
	args := words.Args{"By": v.name(e.By).String(), "Code": text.Clean(e.Disposition).String()}
	switch {
	case e.Status == wire.Resolved:
		return v.with(words.DidResolve, args)
	case e.Status == wire.Snoozed:
		args["When"] = v.locale.Moment(v.now, e.Until.Time())
		return v.with(words.DidSnooze, args)
	case e.By == "":
		return v.say(words.DidWake)
	}
	return v.with(words.DidReopen, args)
}
