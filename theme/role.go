package theme

import "slices"

// Role is what a piece of the screen is for. Panes ask for roles and never
// for colours, and tell every state by a word or a glyph as well.
type Role uint8

// The roles, grouped by where they are met.
const (
	Ink     Role = iota // ordinary text
	Quiet               // times, counters, hints
	Heading             // titles of panes and sheets
	Accent              // what the eye should find first
	Key                 // a key to press
	Link                // the real host of a link
	Good                // paid, delivered, resolved
	Warn                // due soon, waiting long
	Bad                 // overdue, failed
	Urgent              // priority, a legal or a human risk

	Selection     // the row under the cursor of the pane in focus
	SelectionIdle // the same row while another pane has the focus
	Marked        // rows chosen for an action on several
	Match         // what a search found
	Unread        // conversations with something new

	Border      // frames
	BorderFocus // the frame of the pane in focus

	Customer // the customer's name and gutter
	Agent    // one's own name
	Peer     // colleagues, and a supervisor who watches
	Bot      // the machine's turns
	System   // events between the messages
	Altered  // the badge on text that was cleaned

	ReplyFrame // the composer when the customer will read it
	NoteFrame  // the composer when only colleagues will
	Note       // the text of an internal note
	Draft      // unsent, being sent, held to be undone
	Hint       // the words of an empty field

	Money   // an amount of the core's
	Masked  // what may be revealed with a reason
	Stale   // figures that are old, with their age
	Says    // what the customer said, as opposed to what is so
	Live    // the link is up
	Offline // the link is down

	Status // the line at the top and the keys at the bottom
	Sheet  // text of palettes, dialogs and help
	Banner // news that concerns the whole screen
	Alarm  // the same, when something is wrong

	roleCount
)

// roleNames are the names in theme files, in the order of the constants.
var roleNames = [roleCount]string{
	"ink", "quiet", "heading", "accent", "key", "link", "good", "warn", "bad", "urgent",
	"selection", "selection_idle", "marked", "match", "unread",
	"border", "border_focus",
	"customer", "agent", "peer", "bot", "system", "altered",
	"reply_frame", "note_frame", "note", "draft", "hint",
	"money", "masked", "stale", "says", "live", "offline",
	"status", "sheet", "banner", "alarm",
}

// needsShape are the roles whose background carries their meaning. Without
// colour only an attribute is left of it.
var needsShape = [...]Role{Selection, SelectionIdle, Marked, Match, Banner, Alarm}

// String returns the role's name in theme files.
func (r Role) String() string { return roleNames[r] }

// Roles lists every role, in the order of the documentation.
func Roles() []Role {
	all := make([]Role, roleCount)
	for i := range all {
		all[i] = Role(i)
	}
	return all
}

func roleNamed(name string) (Role, bool) {
	i := slices.Index(roleNames[:], name)
	return Role(max(i, 0)), i >= 0
}
