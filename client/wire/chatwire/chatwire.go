// Package chatwire defines what crosses the socket between the desk and a
// customer's page or program. It is narrower than the staff's protocol on
// purpose: no form of a note, of another conversation or of the customer's money
// exists here, so none can leak. It imports the standard library and the nouns of
// package wire only.
//
// A customer first gets a ticket by POST to [TicketPath], then opens a websocket
// at [Path] with the subprotocol [Subprotocol] and sends the ticket in [Hello].
package chatwire

import "ventanilla/client/wire"

const (
	// Subprotocol is what both ends name when the socket is opened.
	Subprotocol = "ventanilla.chat.v1"
	// Version is the protocol version stated in [Hello].
	Version = 1
	// Path is where the desk serves customers' connections.
	Path = "/v1/chat"
	// TicketPath is where a ticket is had.
	TicketPath = "/v1/chat/ticket"
)

// Limits on what a customer may send.
const (
	MaxFrame    = 32 << 10 // bytes in one frame
	MaxText     = 4000     // characters in one message
	MaxName     = 80       // characters in a display name
	MaxInFlight = 32       // messages sent and not yet answered
)

// TicketRequest is the body of the POST. All members are optional: nothing at
// all makes an anonymous visitor.
type TicketRequest struct {
	// Token is signed by the lender's page and names the customer (HS256, at most
	// five minutes old).
	Token string `json:"token,omitempty"`
	// Resume is what an earlier ticket gave this browser. An unknown one makes a
	// fresh visitor.
	Resume string `json:"resume,omitempty"`
	// Name is what an anonymous visitor wants to be called, cut to [MaxName] characters.
	Name string `json:"name,omitempty"`
	// Locale is such as "es-AR". Refusals are in its language: English or, by default,
	// Spanish.
	Locale string `json:"locale,omitempty"`
}

// TicketResponse answers [TicketRequest].
type TicketResponse struct {
	Ticket string `json:"ticket"` // good once, for 30 seconds
	// Resume replaces what the browser held. It is good for 30 days; for a
	// known customer until 24 hours after the signed token.
	Resume string `json:"resume"`
}

// FromCustomer is one frame from a customer: exactly one member is set.
type FromCustomer struct {
	Hello  *Hello    `json:"hello,omitempty"`
	Say    *Say      `json:"say,omitempty"`
	Typing *struct{} `json:"typing,omitempty"`
	Marks  *Marks    `json:"marks,omitempty"`
	Older  *Older    `json:"older,omitempty"`
	Ping   *Ping     `json:"ping,omitempty"`
}

// FromDesk is one frame to a customer: exactly one member is set; one with none
// that the page knows is skipped.
type FromDesk struct {
	Welcome *Welcome      `json:"welcome,omitempty"`
	Lines   *Lines        `json:"lines,omitempty"`
	Older   *Lines        `json:"older,omitempty"` // answers [Older]
	Outcome *Outcome      `json:"outcome,omitempty"`
	Resend  *wire.Resend  `json:"resend,omitempty"`
	Typing  *struct{}     `json:"typing,omitempty"` // an agent is writing, for wire.TypingLasts
	Marks   *Marks        `json:"marks,omitempty"`  // how far the staff has read
	Service *Service      `json:"service,omitempty"`
	Pong    *Pong         `json:"pong,omitempty"`
	Refused *wire.Refusal `json:"refused,omitempty"`
}

// Hello is the first frame. Device is random per browser, Lane per tab; both name
// the numbers of [Say] so that a message sent again is not doubled.
type Hello struct {
	Version int    `json:"version"` // [Version]
	Ticket  string `json:"ticket"`  // of [TicketResponse]
	Device  string `json:"device"`  // 8 to 64 bytes
	Lane    string `json:"lane"`    // 8 to 64 bytes
	// After is the seq of the last line the page holds; older lines are not sent again.
	After uint64 `json:"after,omitempty"`
	// Epoch repeats [Welcome.Epoch] of the desk that After is from. When the desk's is
	// another, After means nothing and the newest lines come.
	Epoch string `json:"epoch,omitempty"`
}

// Welcome answers [Hello]. The lines after Hello.After follow. When Epoch is not the
// one the page knew, it drops the lines it holds: these take their place.
type Welcome struct {
	Epoch string `json:"epoch"` // of the desk's log
	// Past is as in wire.Welcome: it tells which accepted messages a desk that came
	// back from a backup does not have.
	Past     []wire.Position `json:"past,omitempty"`
	Name     string          `json:"name,omitempty"`  // what the desk calls the customer
	Known    bool            `json:"known,omitempty"` // a signed token named them
	Clock    wire.Millis     `json:"clock"`           // the desk's now
	Beat     wire.Millis     `json:"beat"`            // ping at least this often, in ms
	LaneLast uint64          `json:"lane_last"`       // last number of the lane that has an outcome
	Service  Service         `json:"service"`
	Marks    Marks           `json:"marks"`
}

// Has reports whether the desk has what was accepted at a position, of its log or of
// one that it was restored from.
func (w *Welcome) Has(at wire.Position) bool {
	if at.Epoch == w.Epoch {
		return true
	}
	for _, p := range w.Past {
		if p.Epoch == at.Epoch {
			return at.Seq <= p.Seq
		}
	}
	return false
}

// Service says who serves the customer; Agent is empty while nobody does.
type Service struct {
	Agent    string `json:"agent,omitempty"` // display name
	Resolved bool   `json:"resolved,omitempty"`
}

// Lines is a run of messages in order. More says that older ones exist before
// the first (in the first Lines after [Welcome] and in answers to [Older]).
type Lines struct {
	Lines []Line `json:"lines"`
	// Prev is the seq of the last line that this connection was sent before these; 0
	// for the first. One beyond what the page holds shows that lines are missing: it
	// comes back and gets them.
	Prev uint64 `json:"prev,omitempty"`
	More bool   `json:"more,omitempty"`
}

// Line is one message.
type Line struct {
	Seq  uint64      `json:"seq"`
	At   wire.Millis `json:"at"`
	By   wire.Author `json:"by"`
	Name string      `json:"name,omitempty"` // of the agent
	Text string      `json:"text"`
	// Lane and N name the customer's own message, so that the page that sent it
	// knows its own line when it comes back.
	Lane string `json:"lane,omitempty"`
	N    uint64 `json:"n,omitempty"`
}

// Older asks for the page of lines before a seq. An older frame of [FromDesk]
// answers it.
type Older struct {
	Before uint64 `json:"before"`
}

// Say is a message; N numbers the lane's messages 1, 2, 3… without gaps.
type Say struct {
	N       uint64 `json:"n"`
	Settled uint64 `json:"settled,omitempty"` // as in wire.CommandFrame
	Text    string `json:"text"`
}

// Outcome answers Say.
type Outcome = wire.Outcome

// Marks says how far one side has received and read what the other said, as seqs
// of lines. Going back has no effect.
type Marks struct {
	Delivered uint64 `json:"delivered,omitempty"`
	Read      uint64 `json:"read,omitempty"`
}

// Ping keeps the link alive.
type Ping struct {
	Sent wire.Millis `json:"sent"`
}

// Pong answers [Ping].
type Pong struct {
	Sent  wire.Millis `json:"sent"`
	Clock wire.Millis `json:"clock"`
}
