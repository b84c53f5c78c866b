package chat

import (
	"time"

	"ventanilla/client/wire/chatwire"
)

// Event is something that happened to the customer: [Line], [Outcome], [Lost],
// [Typing], [Marks], [Service] or [Link].
type Event interface{ event() }

// Line is a message of the conversation, the customer's own included.
type Line struct {
	chatwire.Line
	// Mine is the number [Client.Say] returned, when this client said it; else 0.
	Mine uint64
}

// Outcome answers what was said, with the number Say returned.
type Outcome struct{ chatwire.Outcome }

// Lost says that the desk came back from a backup without a message it had
// accepted in the last 24 hours. Nothing is said again unless the program does.
type Lost struct {
	N    uint64 // as Say returned it
	Text string
}

// Typing says that the staff is writing, for wire.TypingLasts.
type Typing struct{}

// Marks says how far the staff has received and read.
type Marks struct{ chatwire.Marks }

// Service says who serves the customer.
type Service struct{ chatwire.Service }

// Link says that the link came up or went down.
type Link struct {
	Up bool
	// Resume is worth keeping for another run; set when the link is up.
	Resume string
	// Name and Known are what the desk calls the customer and whether a signed
	// token named them; set when the link is up.
	Name  string
	Known bool
	// Anew says that the desk's log is another one (it came back from a backup):
	// lines come again from the first, and [Lost] follows for what is gone.
	Anew bool

	// Err is why the link is down and Retry when it is tried again.
	Err   error
	Retry time.Duration
}

func (Line) event()    {}
func (Outcome) event() {}
func (Lost) event()    {}
func (Typing) event()  {}
func (Marks) event()   {}
func (Service) event() {}
func (Link) event()    {}
