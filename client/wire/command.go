package wire

import (
	"encoding/json"
	"fmt"
)

// Command is something a client wants done. The set is closed: a command is
// added by declaring its type here and one row in commandDecoders; the desk
// declares who may send it.
type Command interface{ command() string }

// Take puts the sender in charge. It is refused when a colleague was faster; a
// lead takes over. Taking what one has changes nothing.
type Take struct {
	Conversation ConversationID `json:"c"`
}

// Release puts a conversation back in its queue. Whoever is in charge may do it,
// and leads.
type Release struct {
	Conversation ConversationID `json:"c"`
}

// Assign puts a named agent in charge, who must serve the conversation's queue; a
// lead's move.
type Assign struct {
	Conversation ConversationID `json:"c"`
	Agent        AgentID        `json:"agent"`
}

// Transfer hands a conversation to an agent or to a queue (exactly one of the
// two), with a reason for whoever gets it. Whoever is in charge may do it, and
// leads.
type Transfer struct {
	Conversation ConversationID `json:"c"`
	Agent        AgentID        `json:"agent,omitempty"`
	Queue        QueueID        `json:"queue,omitempty"`
	Reason       string         `json:"reason"`
}

// Reply says something to the customer. In a conversation that nobody has, it
// also takes it; in a resolved or snoozed one, it also reopens it. It is refused
// when a colleague is in charge.
type Reply struct {
	Conversation ConversationID `json:"c"`
	Text         string         `json:"text"`
	// Seen is the seq of the newest line the sender had seen while writing. When the
	// customer or a colleague has written since, the desk refuses with [CodeStale]
	// instead of sending. 0 asks for no such care.
	Seen uint64 `json:"seen,omitempty"`
	// Anyway says that the sender was refused so, has seen the lines up to Seen, and
	// sends the text as it was. It is recorded with the message.
	Anyway bool `json:"anyway,omitempty"`
}

// Note writes an internal note. The customer never sees it. Whoever is in charge
// may write one, leads, and anybody who sees the conversation while nobody is.
type Note struct {
	Conversation ConversationID `json:"c"`
	Text         string         `json:"text"`
}

// Resolve closes a conversation with a wrap-up code, one of
// [Welcome.Dispositions]. Whoever is in charge may do it, and leads.
type Resolve struct {
	Conversation ConversationID `json:"c"`
	Disposition  string         `json:"disposition"`
	Seen         uint64         `json:"seen,omitempty"` // as in [Reply]
}

// Reopen opens a resolved or snoozed conversation. Who had it has it again.
type Reopen struct {
	Conversation ConversationID `json:"c"`
}

// Snooze puts a conversation aside until an instant, or until the customer writes.
// The instant is between a minute and a year from now.
type Snooze struct {
	Conversation ConversationID `json:"c"`
	Until        Millis         `json:"until"`
}

// Prioritise changes the priority. Who may write a [Note] may do it.
type Prioritise struct {
	Conversation ConversationID `json:"c"`
	Priority     Priority       `json:"priority"`
}

// Tag drops tags, then adds tags (at most [MaxTags] at once), without spaces around
// them and in lower case. Who may write a [Note] may do it.
type Tag struct {
	Conversation ConversationID `json:"c"`
	Add          []string       `json:"add,omitempty"`
	Drop         []string       `json:"drop,omitempty"`
}

// MarkSeen says that the sender has read up to a seq. It changes nothing unless
// the sender is in charge and nobody in charge had read as far.
type MarkSeen struct {
	Conversation ConversationID `json:"c"`
	UpTo         uint64         `json:"upto"`
}

// SetPresence changes the sender's own presence. A break needs a reason; with
// another state the reason is dropped. The desk itself makes somebody offline 45 s
// after the last link went, and online when a link comes after that.
type SetPresence struct {
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
}

func (Take) command() string        { return "take" }
func (Release) command() string     { return "release" }
func (Assign) command() string      { return "assign" }
func (Transfer) command() string    { return "transfer" }
func (Reply) command() string       { return "reply" }
func (Note) command() string        { return "note" }
func (Resolve) command() string     { return "resolve" }
func (Reopen) command() string      { return "reopen" }
func (Snooze) command() string      { return "snooze" }
func (Prioritise) command() string  { return "prioritise" }
func (Tag) command() string         { return "tag" }
func (MarkSeen) command() string    { return "seen" }
func (SetPresence) command() string { return "presence" }

// CommandAbout returns the conversation a command is about; false when it is about
// none.
func CommandAbout(c Command) (ConversationID, bool) {
	switch c := c.(type) {
	case Take:
		return c.Conversation, true
	case Release:
		return c.Conversation, true
	case Assign:
		return c.Conversation, true
	case Transfer:
		return c.Conversation, true
	case Reply:
		return c.Conversation, true
	case Note:
		return c.Conversation, true
	case Resolve:
		return c.Conversation, true
	case Reopen:
		return c.Conversation, true
	case Snooze:
		return c.Conversation, true
	case Prioritise:
		return c.Conversation, true
	case Tag:
		return c.Conversation, true
	case MarkSeen:
		return c.Conversation, true
	}
	return "", false
}

// CommandName is the name of a command's type on the wire.
func CommandName(c Command) string { return c.command() }

var commandDecoders = map[string]func([]byte) (Command, error){
	Take{}.command():        decodeCommand[Take],
	Release{}.command():     decodeCommand[Release],
	Assign{}.command():      decodeCommand[Assign],
	Transfer{}.command():    decodeCommand[Transfer],
	Reply{}.command():       decodeCommand[Reply],
	Note{}.command():        decodeCommand[Note],
	Resolve{}.command():     decodeCommand[Resolve],
	Reopen{}.command():      decodeCommand[Reopen],
	Snooze{}.command():      decodeCommand[Snooze],
	Prioritise{}.command():  decodeCommand[Prioritise],
	Tag{}.command():         decodeCommand[Tag],
	MarkSeen{}.command():    decodeCommand[MarkSeen],
	SetPresence{}.command(): decodeCommand[SetPresence],
}

func decodeCommand[C Command](b []byte) (Command, error) {
	var c C
	err := json.Unmarshal(b, &c)
	return c, err
}

// CommandNames lists every command, in no order.
func CommandNames() []string {
	names := make([]string, 0, len(commandDecoders))
	for name := range commandDecoders {
		names = append(names, name)
	}
	return names
}

// NewCommandFrame wraps a command for sending as number n of its lane.
func NewCommandFrame(n, settled uint64, c Command) (CommandFrame, error) {
	args, err := json.Marshal(c)
	if err != nil {
		return CommandFrame{}, fmt.Errorf("encoding command %s: %w", c.command(), err)
	}
	return CommandFrame{N: n, Settled: settled, Name: c.command(), Args: args}, nil
}

// Decode returns the command in the frame; false when this build does not know
// its name.
func (f CommandFrame) Decode() (Command, bool, error) {
	decode, known := commandDecoders[f.Name]
	if !known {
		return nil, false, nil
	}
	c, err := decode(f.Args)
	if err != nil {
		return nil, true, fmt.Errorf("command %q: %w", f.Name, err)
	}
	return c, true, nil
}
