package desk

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ventanilla/client/wire"
)

// act carries out a command of a user whose role may send it. Each rule checks
// everything before it records anything.
func (d *Desk) act(w *work, by User, c wire.Command) (uint64, error) {
	switch c := c.(type) {
	case wire.SetPresence:
		return setPresence(w, by, c)
	case wire.Take:
		return onConversation(w, by, c.Conversation, d.take)
	case wire.Release:
		return onConversation(w, by, c.Conversation, release)
	case wire.Assign:
		return onConversation(w, by, c.Conversation, with(c, assign))
	case wire.Transfer:
		return onConversation(w, by, c.Conversation, with(c, transfer))
	case wire.Reply:
		return onConversation(w, by, c.Conversation, with(c, d.reply))
	case wire.Note:
		return onConversation(w, by, c.Conversation, with(c, note))
	case wire.Resolve:
		return onConversation(w, by, c.Conversation, with(c, d.resolve))
	case wire.Reopen:
		return onConversation(w, by, c.Conversation, reopen)
	case wire.Snooze:
		return onConversation(w, by, c.Conversation, with(c, snooze))
	case wire.Prioritise:
		return onConversation(w, by, c.Conversation, with(c, prioritise))
	case wire.Tag:
		return onConversation(w, by, c.Conversation, with(c, tag))
	case wire.MarkSeen:
		return onConversation(w, by, c.Conversation, with(c, markSeen))
	}
	return 0, refuse(wire.Unknown, "unknown_command")
}

// rule changes one conversation for a user and returns the seq of what it recorded,
// 0 when there was nothing to change.
type rule = func(w *work, by User, on *Conversation) (uint64, error)

// with makes a rule of one that needs its command.
func with[C any](c C, apply func(*work, User, *Conversation, C) (uint64, error)) rule {
	return func(w *work, by User, on *Conversation) (uint64, error) { return apply(w, by, on, c) }
}

// onConversation loads a conversation the user may see, applies a rule and saves
// it. What the user may not see does not exist.
func onConversation(w *work, by User, id wire.ConversationID, apply rule) (uint64, error) {
	c, found, err := w.Conversation(id)
	if err != nil {
		return 0, err
	}
	if !found || !by.sees(c.Place()) {
		return 0, refuse(wire.Missing, "no_conversation")
	}
	seq, err := apply(w, by, &c)
	if err != nil || seq == 0 {
		return seq, err
	}
	return seq, w.SaveConversation(c)
}

// reply says something to the customer. Nobody's conversation is taken with it, a
// resolved one reopened: in one transaction, so that a reply is never half done.
// That it was sent although more had been written goes to the audit trail too.
func (d *Desk) reply(w *work, by User, on *Conversation, c wire.Reply) (uint64, error) {
	if err := checkText(c.Text, wire.MaxText); err != nil {
		return 0, err
	}
	if on.Summary.Agent != "" && on.Summary.Agent != by.ID {
		return 0, refuse(wire.Conflict, "taken", d.staff.name(on.Summary.Agent))
	}
	if err := d.fresh(w, by, on, c.Seen); err != nil {
		return 0, err
	}
	if on.Summary.Status != wire.Open {
		if _, err := reopen(w, by, on); err != nil {
			return 0, err
		}
	}
	if on.Summary.Agent == "" {
		if _, err := w.route(on, wire.Took, by, by.ID, on.Summary.Queue, ""); err != nil {
			return 0, err
		}
	}
	if c.Anyway {
		if err := w.Audit(AuditRow{At: w.at, Actor: string(by.ID), Action: "anyway", Object: string(on.Summary.ID)}); err != nil {
			return 0, err
		}
	}
	return w.record(on, wire.Said{Conversation: on.Summary.ID, By: wire.ByAgent, Agent: by.ID, Text: c.Text, Anyway: c.Anyway})
}

func note(w *work, by User, on *Conversation, c wire.Note) (uint64, error) {
	if err := checkText(c.Text, wire.MaxText); err != nil {
		return 0, err
	}
	if err := free(by, on); err != nil {
		return 0, err
	}
	return w.record(on, wire.Noted{Conversation: on.Summary.ID, Agent: by.ID, Text: c.Text})
}

func (d *Desk) resolve(w *work, by User, on *Conversation, c wire.Resolve) (uint64, error) {
	switch {
	case on.Summary.Status == wire.Resolved:
		return 0, refuse(wire.Conflict, "is_resolved")
	case !slices.Contains(d.cfg.Dispositions, c.Disposition):
		return 0, refuse(wire.Invalid, "bad_disposition")
	}
	if err := mine(by, on); err != nil {
		return 0, err
	}
	if err := d.fresh(w, by, on, c.Seen); err != nil {
		return 0, err
	}
	on.Resolved = w.at
	return w.record(on, wire.StatusChanged{
		Conversation: on.Summary.ID, Status: wire.Resolved, By: by.ID, Disposition: c.Disposition,
	})
}

func reopen(w *work, by User, on *Conversation) (uint64, error) {
	if on.Summary.Status == wire.Open {
		return 0, refuse(wire.Conflict, "not_resolved")
	}
	if err := free(by, on); err != nil {
		return 0, err
	}
	on.Resolved = 0
	return w.record(on, wire.StatusChanged{Conversation: on.Summary.ID, Status: wire.Open, By: by.ID})
}

func snooze(w *work, by User, on *Conversation, c wire.Snooze) (uint64, error) {
	until := c.Until.Time()
	switch {
	case on.Summary.Status == wire.Resolved:
		return 0, refuse(wire.Conflict, "is_resolved")
	case until.Before(w.now.Add(time.Minute)) || until.After(w.now.AddDate(1, 0, 0)):
		return 0, refuse(wire.Invalid, "bad_until")
	}
	if err := mine(by, on); err != nil {
		return 0, err
	}
	return w.record(on, wire.StatusChanged{
		Conversation: on.Summary.ID, Status: wire.Snoozed, By: by.ID, Until: c.Until,
	})
}

func prioritise(w *work, by User, on *Conversation, c wire.Prioritise) (uint64, error) {
	switch {
	case c.Priority < wire.Low || c.Priority > wire.Urgent:
		return 0, refuse(wire.Invalid, "bad_priority")
	case on.Summary.Priority == c.Priority:
		return 0, nil
	}
	if err := free(by, on); err != nil {
		return 0, err
	}
	return w.record(on, wire.Prioritised{Conversation: on.Summary.ID, Priority: c.Priority, By: by.ID})
}

func tag(w *work, by User, on *Conversation, c wire.Tag) (uint64, error) {
	tags := slices.Clone(on.Summary.Tags)
	for _, t := range c.Drop {
		tags = slices.DeleteFunc(tags, func(have string) bool { return have == t })
	}
	if len(c.Add) > wire.MaxTags { // a frame has room for thousands, and others wait for the writer
		return 0, refuse(wire.Invalid, "bad_tag", wire.MaxTag, wire.MaxTags)
	}
	for _, t := range c.Add {
		t = strings.ToLower(strings.TrimSpace(t))
		if n := utf8.RuneCountInString(t); n == 0 || n > wire.MaxTag || !utf8.ValidString(t) {
			return 0, refuse(wire.Invalid, "bad_tag", wire.MaxTag, wire.MaxTags)
		}
		if !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	switch {
	case len(tags) > wire.MaxTags:
		return 0, refuse(wire.Invalid, "bad_tag", wire.MaxTag, wire.MaxTags)
	case slices.Equal(tags, on.Summary.Tags):
		return 0, nil
	}
	if err := free(by, on); err != nil {
		return 0, err
	}
	return w.record(on, wire.Tagged{Conversation: on.Summary.ID, Tags: tags, By: by.ID})
}

// markSeen records what the agent in charge has read; what others look at leaves
// no trace here.
func markSeen(w *work, by User, on *Conversation, c wire.MarkSeen) (uint64, error) {
	upTo := min(c.UpTo, on.Summary.Last.Seq)
	if on.Summary.Agent != by.ID || upTo <= on.Summary.Seen {
		return 0, nil
	}
	return w.record(on, wire.Seen{Conversation: on.Summary.ID, Agent: by.ID, UpTo: upTo})
}

func setPresence(w *work, by User, c wire.SetPresence) (uint64, error) {
	reason := strings.TrimSpace(c.Reason)
	switch c.State {
	case wire.Online, wire.Away, wire.Offline:
		reason = ""
	case wire.OnBreak:
		if reason == "" || utf8.RuneCountInString(reason) > wire.MaxReason {
			return 0, refuse(wire.Invalid, "bad_state")
		}
	default:
		return 0, refuse(wire.Invalid, "bad_state")
	}
	return w.present(by, c.State, reason)
}

// present records a presence, if it is another one.
func (w *work) present(u User, state wire.State, reason string) (uint64, error) {
	if u.State == state && u.Reason == reason {
		return 0, nil
	}
	u.State, u.Reason, u.Since = state, reason, w.at
	if err := w.SaveUser(u); err != nil {
		return 0, err
	}
	return w.append(Entry{}, wire.PresenceChanged{Agent: u.ID, State: state, Reason: reason})
}

func checkText(text string, most int) error {
	switch {
	case !utf8.ValidString(text):
		return refuse(wire.Invalid, "bad_text")
	case strings.TrimSpace(text) == "":
		return refuse(wire.Invalid, "empty_text")
	case len(text) > most && utf8.RuneCountInString(text) > most:
		return refuse(wire.Invalid, "long_text", most)
	}
	return nil
}

func cleanReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !utf8.ValidString(reason) {
		return "", refuse(wire.Invalid, "no_reason")
	}
	if utf8.RuneCountInString(reason) > wire.MaxReason {
		return "", refuse(wire.Invalid, "long_text", wire.MaxReason)
	}
	return reason, nil
}
