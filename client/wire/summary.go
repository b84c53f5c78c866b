package wire

// PreviewLength is how many characters of the last public message a summary shows.
const PreviewLength = 80

// Summary is a conversation as the queue shows it: all there is to know without
// opening it.
type Summary struct {
	ID       ConversationID `json:"id"`
	Customer string         `json:"customer"`        // display name; hostile text
	Known    bool           `json:"known,omitempty"` // the lender's page vouched for the customer
	Channel  string         `json:"channel"`         // "web"
	Lang     string         `json:"lang,omitempty"`  // the customer's locale
	Queue    QueueID        `json:"queue"`
	Agent    AgentID        `json:"agent,omitempty"` // in charge; empty: nobody
	Status   Status         `json:"status"`
	Priority Priority       `json:"priority,omitempty"`
	Tags     []string       `json:"tags,omitempty"`
	Unread   int            `json:"unread,omitempty"`  // customer's messages the agent in charge has not seen
	Waiting  Millis         `json:"waiting,omitempty"` // the customer waits for an answer since
	Until    Millis         `json:"until,omitempty"`   // snoozed until
	Created  Millis         `json:"created"`
	Last     Preview        `json:"last"`
	// Disposition is the wrap-up code of a resolved conversation.
	Disposition string `json:"disposition,omitempty"`
	// Delivered and Read say how far the customer's page has received and shown
	// the staff's messages, as seqs.
	Delivered uint64 `json:"delivered,omitempty"`
	Read      uint64 `json:"read,omitempty"`
	// Seen says how far the agent in charge has read, as a seq.
	Seen uint64 `json:"seen,omitempty"`
}

// Preview is the start of the last public message.
type Preview struct {
	By   Author `json:"by,omitempty"`
	Text string `json:"text,omitempty"`
	At   Millis `json:"at,omitempty"`
	Seq  uint64 `json:"seq,omitempty"`
}

// Fold changes s as the event at seq says. Desk and clients share it, so that
// what the desk stores and what a screen shows cannot drift apart. Folding the
// records of a conversation in order onto the summary of Opened gives the
// summary at any point. An event about another conversation must not be folded.
func (s *Summary) Fold(seq uint64, at Millis, e Event) {
	switch e := e.(type) {
	case Opened:
		*s = e.Summary
	case Appeared:
		*s = e.Summary
	case Said:
		s.foldSaid(seq, at, e)
	case Routed:
		s.Agent, s.Queue = e.Agent, e.Queue
	case StatusChanged:
		s.Status, s.Disposition, s.Until = e.Status, e.Disposition, e.Until
		if e.Status == Resolved {
			s.Waiting, s.Unread = 0, 0
		}
	case Prioritised:
		s.Priority = e.Priority
	case Tagged:
		s.Tags = e.Tags
	case Receipt:
		s.Delivered, s.Read = max(s.Delivered, e.Delivered), max(s.Read, e.Read)
	case Seen:
		s.Seen = max(s.Seen, e.UpTo)
		if e.UpTo >= s.Last.Seq {
			s.Unread = 0
		}
	}
}

func (s *Summary) foldSaid(seq uint64, at Millis, e Said) {
	s.Last = Preview{By: e.By, Text: Cut(e.Text), At: at, Seq: seq}
	switch e.By {
	case ByCustomer:
		s.Unread++
		if s.Waiting == 0 {
			s.Waiting = at
		}
	case ByAgent:
		s.Unread, s.Waiting, s.Seen = 0, 0, seq // who answers has read
	}
}

// Cut returns the first [PreviewLength] characters of a text.
func Cut(text string) string {
	n := 0
	for i := range text {
		if n == PreviewLength {
			return text[:i]
		}
		n++
	}
	return text
}
