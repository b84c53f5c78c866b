package wire

import "encoding/json"

// Event is a fact the desk has recorded. The set is closed: an event is added by
// declaring its type here, one row in decoders and one case in [Summary.Fold].
// Every event but those about people names its conversation.
type Event interface{ event() string }

// Opened reports a new conversation. It is a line of its timeline; feeds have
// [Appeared] in its place.
type Opened struct {
	Summary Summary `json:"s"`
}

// Said reports a message that customer and staff both see.
type Said struct {
	Conversation ConversationID `json:"c"`
	By           Author         `json:"by"`
	Agent        AgentID        `json:"agent,omitempty"`
	Text         string         `json:"text"`
	// Cut says that Text holds only the first [PreviewLength] characters, because
	// the connection does not watch the conversation.
	Cut bool `json:"cut,omitempty"`
	// Anyway says that the agent sent it knowing that it was written before the
	// lines that came last ([Reply.Anyway]).
	Anyway bool `json:"anyway,omitempty"`
}

// Noted reports an internal note. Customers' connections have no form of it. In
// the feed of somebody who does not watch the conversation Text is empty.
type Noted struct {
	Conversation ConversationID `json:"c"`
	Agent        AgentID        `json:"agent"`
	Text         string         `json:"text,omitempty"`
}

// How says by which move a conversation changed hands.
type How string

// The moves of a conversation.
const (
	Took        How = "take"     // an agent took it
	Released    How = "release"  // it went back to its queue
	AssignedTo  How = "assign"   // a lead gave it to somebody
	Transferred How = "transfer" // to an agent or a queue, with a reason
)

// Routed reports a conversation's new agent (nobody when empty) and queue.
type Routed struct {
	Conversation ConversationID `json:"c"`
	How          How            `json:"how"`
	By           AgentID        `json:"by"`              // who moved it
	Agent        AgentID        `json:"agent,omitempty"` // who has it now
	Queue        QueueID        `json:"queue"`
	Reason       string         `json:"reason,omitempty"`
}

// StatusChanged reports that a conversation was resolved, snoozed, or opened
// again. By is empty when the desk did it (a snooze that ended, a customer who wrote).
type StatusChanged struct {
	Conversation ConversationID `json:"c"`
	Status       Status         `json:"status"`
	By           AgentID        `json:"by,omitempty"`
	Disposition  string         `json:"disposition,omitempty"` // when resolved
	Until        Millis         `json:"until,omitempty"`       // when snoozed
}

// Prioritised reports a new priority.
type Prioritised struct {
	Conversation ConversationID `json:"c"`
	Priority     Priority       `json:"priority"`
	By           AgentID        `json:"by"`
}

// Tagged reports the whole new set of tags.
type Tagged struct {
	Conversation ConversationID `json:"c"`
	Tags         []string       `json:"tags"`
	By           AgentID        `json:"by"`
}

// Receipt reports how far the customer's page has received and shown what the
// staff said: both are seqs of messages.
type Receipt struct {
	Conversation ConversationID `json:"c"`
	Delivered    uint64         `json:"delivered"`
	Read         uint64         `json:"read,omitempty"`
}

// Seen reports that the agent in charge has read up to the message at UpTo.
type Seen struct {
	Conversation ConversationID `json:"c"`
	Agent        AgentID        `json:"agent"`
	UpTo         uint64         `json:"upto"`
}

// PresenceChanged reports an agent's new state.
type PresenceChanged struct {
	Agent  AgentID `json:"agent"`
	State  State   `json:"state"`
	Reason string  `json:"reason,omitempty"`
}

// StaffChanged reports a new or changed member of the staff.
type StaffChanged struct {
	Agent Agent `json:"agent"`
	Gone  bool  `json:"gone,omitempty"` // disabled
}

// QueueChanged reports a new queue, or a new name of one.
type QueueChanged struct {
	Queue Queue `json:"queue"`
}

// Appeared stands in a feed in place of the record that brought a conversation
// into view; the summary includes that record. It is never in the log.
type Appeared struct {
	Summary Summary `json:"s"`
}

// Gone stands in a feed in place of the record that took a conversation out of
// view. It says nothing of why. It is never in the log.
type Gone struct {
	Conversation ConversationID `json:"c"`
}

// Unrecognised stands in for an event this build has no type for, so that an
// older client still advances its position instead of stalling.
type Unrecognised struct{ Name string }

func (Opened) event() string          { return "opened" }
func (Said) event() string            { return "said" }
func (Noted) event() string           { return "noted" }
func (Routed) event() string          { return "routed" }
func (StatusChanged) event() string   { return "status" }
func (Prioritised) event() string     { return "priority" }
func (Tagged) event() string          { return "tagged" }
func (Receipt) event() string         { return "receipt" }
func (Seen) event() string            { return "seen" }
func (PresenceChanged) event() string { return "presence" }
func (StaffChanged) event() string    { return "staff" }
func (QueueChanged) event() string    { return "queue" }
func (Appeared) event() string        { return "appeared" }
func (Gone) event() string            { return "gone" }
func (u Unrecognised) event() string  { return u.Name }

// EventName is the name of an event's type on the wire.
func EventName(e Event) string { return e.event() }

var eventDecoders = map[string]func([]byte) (Event, error){
	Opened{}.event():          decodeEvent[Opened],
	Said{}.event():            decodeEvent[Said],
	Noted{}.event():           decodeEvent[Noted],
	Routed{}.event():          decodeEvent[Routed],
	StatusChanged{}.event():   decodeEvent[StatusChanged],
	Prioritised{}.event():     decodeEvent[Prioritised],
	Tagged{}.event():          decodeEvent[Tagged],
	Receipt{}.event():         decodeEvent[Receipt],
	Seen{}.event():            decodeEvent[Seen],
	PresenceChanged{}.event(): decodeEvent[PresenceChanged],
	StaffChanged{}.event():    decodeEvent[StaffChanged],
	QueueChanged{}.event():    decodeEvent[QueueChanged],
	Appeared{}.event():        decodeEvent[Appeared],
	Gone{}.event():            decodeEvent[Gone],
}

func decodeEvent[E Event](b []byte) (Event, error) {
	var e E
	err := json.Unmarshal(b, &e)
	return e, err
}

// About returns the conversation an event is about; false for events about people.
func About(e Event) (ConversationID, bool) {
	switch e := e.(type) {
	case Opened:
		return e.Summary.ID, true
	case Said:
		return e.Conversation, true
	case Noted:
		return e.Conversation, true
	case Routed:
		return e.Conversation, true
	case StatusChanged:
		return e.Conversation, true
	case Prioritised:
		return e.Conversation, true
	case Tagged:
		return e.Conversation, true
	case Receipt:
		return e.Conversation, true
	case Seen:
		return e.Conversation, true
	case Appeared:
		return e.Summary.ID, true
	case Gone:
		return e.Conversation, true
	}
	return "", false
}

// InTimeline reports whether an event is a line of its conversation's timeline:
// what opening and reading older messages return.
func InTimeline(e Event) bool {
	switch e.(type) {
	case Opened, Said, Noted, Routed, StatusChanged:
		return true
	}
	return false
}
