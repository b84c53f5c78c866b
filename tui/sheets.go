package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/edit"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// titled is the title of a sheet that is about a customer.
func titled(v *look, id words.ID, s wire.Summary) text.Line {
	return v.with(id, words.Args{"Name": text.Name(s.Customer).String()})
}

// transferSheet hands a conversation to a colleague or a queue, with a reason.
func transferSheet(s wire.Summary, v *look) Sheet {
	var choices []choice
	for q := range v.Queues() {
		if q.ID != s.Queue || s.Agent != "" {
			choices = append(choices, choice{"q" + string(q.ID), text.Name(q.Name), v.say(words.QueueWord)})
		}
	}
	choices = append(choices, colleagues(s, v)...)
	p := newPicker(titled(v, words.TransferTitle, s), choices, func(value, reason string) Intent {
		t := wire.Transfer{Conversation: s.ID, Reason: reason}
		if queue, ok := strings.CutPrefix(value, "q"); ok {
			t.Queue = wire.QueueID(queue)
		} else {
			t.Agent = wire.AgentID(value[1:])
		}
		return Command{t}
	})
	p.reason, p.reasonLabel = &edit.Buffer{Single: true, Limit: wire.MaxReason}, words.TransferReason
	return p
}

// colleagues are those who may be given a conversation, whoever is here first.
func colleagues(s wire.Summary, v *look) []choice {
	var here, away []choice
	for a := range v.Agents() {
		if a.ID == s.Agent || a.Role != wire.RoleAgent && a.Role != wire.RoleLead {
			continue
		}
		c := choice{"a" + string(a.ID), text.Name(a.Name), v.of(words.StateName, string(a.State))}
		if a.ID == v.Me().ID {
			c.note = v.say(words.You)
		}
		if a.State == wire.Online {
			here = append(here, c)
		} else {
			away = append(away, c)
		}
	}
	return append(here, away...)
}

// assignSheet puts a colleague in charge.
func assignSheet(s wire.Summary, v *look) Sheet {
	return newPicker(titled(v, words.AssignTitle, s), colleagues(s, v), func(value, _ string) Intent {
		return Command{wire.Assign{Conversation: s.ID, Agent: wire.AgentID(value[1:])}}
	})
}

// resolving asks first when there is text that was not sent to the customer, then
// for the wrap-up code. What comes while a question is open was not seen.
func resolving(s wire.Summary, v *look) Intent {
	seen := v.drafts.witness.upTo(s.ID)
	if s.ID != v.shown {
		seen = max(seen, s.Last.Seq) // the row in the queue shows it
	}
	codes := Ask{resolveSheet(s, seen, v)}
	if !v.drafts.has(s.ID) && v.outbox.unsentTo(s.ID) == 0 {
		return codes
	}
	choices := []choice{{value: "back", line: v.say(words.ResolveBack)}, {value: "on", line: v.say(words.ResolveOn), note: unsentNote(s.ID, v)}}
	return Ask{newPicker(titled(v, words.ResolveAsk, s), choices, func(value, _ string) Intent {
		if value == "on" {
			return codes
		}
		return chain{Show{Conversation: s.ID}, Write{v.drafts.current(s.ID).Kind}}
	})}
}

// unsentNote counts what was written in a conversation and not sent.
func unsentNote(id wire.ConversationID, v *look) text.Line {
	var kept []string
	if n := v.outbox.unsentTo(id); n > 0 {
		kept = append(kept, v.words.Count(words.LeaveUnsent, n))
	}
	if v.drafts.has(id) {
		kept = append(kept, v.words.Count(words.LeaveDrafts, 1))
	}
	return text.Clean(strings.Join(kept, ", "))
}

// resolveSheet closes a conversation with one of the workspace's wrap-up codes.
func resolveSheet(s wire.Summary, seen uint64, v *look) Sheet {
	var choices []choice
	for _, d := range v.Dispositions() {
		choices = append(choices, choice{value: d, line: text.Clean(d)})
	}
	return newPicker(titled(v, words.ResolveTitle, s), choices, func(value, _ string) Intent {
		return Command{wire.Resolve{Conversation: s.ID, Disposition: value, Seen: seen}}
	})
}

// prioritySheet offers every priority, beginning with the highest.
func prioritySheet(s wire.Summary, v *look) Sheet {
	all := []wire.Priority{wire.Urgent, wire.High, wire.Normal, wire.Low}
	var choices []choice
	for _, p := range all {
		c := choice{value: strconv.Itoa(int(p)), line: v.of(words.PriorityName, priorityKey(p))}
		if p == s.Priority {
			c.note = v.say(words.IsNow)
		}
		choices = append(choices, c)
	}
	return newPicker(titled(v, words.PriorityTitle, s), choices, func(value, _ string) Intent {
		n, _ := strconv.Atoi(value) // one of the four above
		return Command{wire.Prioritise{Conversation: s.ID, Priority: wire.Priority(n)}}
	})
}

// tagsSheet drops one of the tags there are, or adds the one that is typed.
func tagsSheet(s wire.Summary, v *look) Sheet {
	var choices []choice
	for _, t := range s.Tags {
		choices = append(choices, choice{"-" + t, text.Concat(text.Literal("#"), text.Name(t)), v.say(words.DropTag)})
	}
	p := newPicker(titled(v, words.TagsTitle, s), choices, func(value, _ string) Intent {
		if tag, drop := strings.CutPrefix(value, "-"); drop {
			return Command{wire.Tag{Conversation: s.ID, Drop: []string{tag}}}
		}
		return Command{wire.Tag{Conversation: s.ID, Add: []string{value[1:]}}}
	})
	p.filter.Limit = wire.MaxTag
	p.typed = func(typed string, v *look) (choice, bool) {
		tag := strings.TrimLeft(typed, "#")
		if tag == "" || slices.Contains(s.Tags, tag) || len(s.Tags) >= wire.MaxTags {
			return choice{}, false
		}
		return choice{"+" + tag, text.Concat(text.Literal("#"), text.Name(tag)), v.say(words.AddTag)}, true
	}
	return p
}

// snoozeSheet puts a conversation aside for a while or until a time of day; a
// number that is typed means minutes.
func snoozeSheet(s wire.Summary, v *look) Sheet {
	until := func(t time.Time, id words.ID) choice {
		return choice{strconv.FormatInt(int64(wire.At(t)), 10), v.say(id), text.Clean(v.locale.Moment(v.now, t))}
	}
	nine := time.Date(v.now.Year(), v.now.Month(), v.now.Day(), 9, 0, 0, 0, v.now.Location())
	monday := (8 - int(v.now.Weekday())) % 7
	if monday == 0 {
		monday = 7
	}
	choices := []choice{
		until(v.now.Add(time.Hour), words.SnoozeHour),
		until(v.now.Add(3*time.Hour), words.SnoozeThree),
		until(nine.AddDate(0, 0, 1), words.SnoozeTomorrow),
	}
	if monday > 1 { // else it is tomorrow
		choices = append(choices, until(nine.AddDate(0, 0, monday), words.SnoozeMonday))
	}
	p := newPicker(titled(v, words.SnoozeTitle, s), choices, func(value, _ string) Intent {
		n, _ := strconv.ParseInt(value, 10, 64) // written by until
		return Command{wire.Snooze{Conversation: s.ID, Until: wire.Millis(n)}}
	})
	p.typed = func(typed string, v *look) (choice, bool) {
		minutes, err := strconv.Atoi(typed)
		if err != nil || minutes < 1 || minutes > 60*24*30 {
			return choice{}, false
		}
		at := v.now.Add(time.Duration(minutes) * time.Minute)
		return choice{strconv.FormatInt(int64(wire.At(at)), 10), text.Clean(v.words.Count(words.SnoozeMinutes, minutes)),
			text.Clean(v.locale.Moment(v.now, at))}, true
	}
	return p
}

// flipSheet asks what becomes of a text when the other kind is to be written.
// Keeping it as what it is comes first; turning a note into a reply is never the
// choice that a hasty enter takes.
func flipSheet(key DraftKey, v *look) Sheet {
	keep, move := words.FlipKeepReply, words.FlipMoveToNote
	if key.Kind == NoteKind {
		keep, move = words.FlipKeepNote, words.FlipMoveToReply
	}
	choices := []choice{{value: "keep", line: v.say(keep)}, {value: "move", line: v.say(move)}}
	return newPicker(v.say(words.FlipTitle), choices, func(value, _ string) Intent {
		if value == "move" {
			return Move{key}
		}
		return Write{key.Kind.Other()}
	})
}

// leaveSheet asks before the program ends when something is not sent: it would be
// lost, or wait on this machine until the next start.
func leaveSheet(v *look) Sheet {
	var kept []string
	if n := v.outbox.unsent(); n > 0 {
		kept = append(kept, v.words.Count(words.LeaveUnsent, n))
	}
	if n := v.drafts.count(); n > 0 {
		kept = append(kept, v.words.Count(words.LeaveDrafts, n))
	}
	leave := words.LeaveAnyway
	if v.drafts.keeper != nil {
		leave = words.LeaveKept
	}
	choices := []choice{
		{value: "stay", line: v.say(words.LeaveStay)},
		{value: "leave", line: v.say(leave), note: text.Clean(strings.Join(kept, ", "))},
	}
	return newPicker(v.say(words.LeaveTitle), choices, func(value, _ string) Intent {
		if value == "leave" {
			return Leave{Sure: true}
		}
		return nil
	})
}

// helpSheet lists what can be pressed where the focus was; it searches, and it
// does what it lists.
func helpSheet(scope keymap.Scope, v *look) Sheet {
	var choices []choice
	for _, b := range v.keys.Help(scope) {
		if !allowed(v, b.Action) {
			continue
		}
		choices = append(choices, choice{string(b.Action), v.of(words.Action, string(b.Action)), text.Clean(strings.Join(b.Keys, "   "))})
	}
	p := newPicker(v.with(words.HelpTitle, words.Args{"Scope": v.of(words.ScopeName, string(scope)).String()}), choices,
		func(value, _ string) Intent { return Press{keymap.Action(value)} })
	p.tall, p.legend = true, v.say(words.ViewersLegend)
	return p
}
