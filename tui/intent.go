package tui

import (
	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/words"
)

// Intent is something only the root may carry out: moving the focus, talking to
// the desk, leaving the program. Panes and sheets return intents and never act.
// The set is closed.
type Intent interface{ intent() }

type (
	// Show puts a conversation in front of the agent, at a line when At is not 0.
	Show struct {
		Conversation wire.ConversationID
		At           uint64
	}
	// Focus moves the focus to a part of the screen.
	Focus struct{ Part Part }
	// Command asks the desk for something.
	Command struct{ Wire wire.Command }
	// Send lets a draft leave as what it is: its kind is part of its key.
	Send struct{ Draft DraftKey }
	// Write puts the cursor into the draft of a kind.
	Write struct{ Kind Kind }
	// Move turns the text of a draft into a draft of the other kind.
	Move struct{ From DraftKey }
	// Older asks for the lines before a seq.
	Older struct {
		Conversation wire.ConversationID
		Before       uint64
	}
	// Find searches at the desk.
	Find struct{ Text string }
	// Typed says that the agent is writing, so that the customer may be told.
	Typed struct{ Draft DraftKey }
	// Tell shows a notice to the agent.
	Tell struct{ Notice Notice }
	// Ask opens a sheet. Only an action of the agent leads to it.
	Ask struct{ Sheet Sheet }
	// Close ends the sheet or the help that is open, then does what Then says.
	Close struct{ Then Intent }
	// Press carries out an action as if its key had been pressed in the panes.
	Press struct{ Action keymap.Action }
	// Clip copies text to the clipboard of the agent's machine.
	Clip struct{ Text string }
	// Refresh asks for the customer's context again.
	Refresh struct{}
	// Reload asks for everything again: the customer's context, and the feed from
	// a snapshot.
	Reload struct{}
	// SendAnyway lets a text leave that the desk held back because of newer lines.
	SendAnyway struct{}
	// Reconsider goes back to a text that was held back; what was shown is seen.
	Reconsider struct{}
	// EditEntry opens a text that waits in the composer; LeaveEntry leaves it there.
	EditEntry  struct{ ID client.EntryID }
	LeaveEntry struct{}
	// TakeBack drops what waits and has not left. Its text becomes the draft.
	TakeBack struct{ ID client.EntryID }
	// Recover decides about commands that the desk lost when it came back from a
	// copy: they are sent again, or let go.
	Recover struct {
		IDs   []client.EntryID
		Again bool
	}
	// Leave ends the program. Unless Sure, it asks when something would be lost.
	Leave struct{ Sure bool }
)

func (Show) intent()    {}
func (Focus) intent()   {}
func (Command) intent() {}
func (Send) intent()    {}
func (Write) intent()   {}
func (Move) intent()    {}
func (Older) intent()   {}
func (Find) intent()    {}
func (Typed) intent()   {}
func (Tell) intent()    {}
func (Ask) intent()     {}
func (Close) intent()   {}
func (Press) intent()   {}
func (Clip) intent()    {}
func (Refresh) intent() {}
func (Reload) intent()  {}
func (Leave) intent()   {}

func (SendAnyway) intent() {}
func (Reconsider) intent() {}
func (EditEntry) intent()  {}
func (LeaveEntry) intent() {}
func (TakeBack) intent()   {}
func (Recover) intent()    {}

// Notice is a sentence at the foot of the screen. One that is Grave waits to be
// read; the others go away by themselves.
type Notice struct {
	Text  string // of the catalogue, or from the desk; cleaned when it is drawn
	Grave bool
}

// tell is short for a passing notice of the catalogue.
func tell(v *look, id words.ID) Intent { return Tell{Notice{Text: v.words.Say(id)}} }
