package keymap

import "slices"

// Scope is where a binding applies: the part of the screen that has the focus.
type Scope string

// The scopes. Everywhere stands for every scope in which no text is typed, so
// no binding can take a letter from someone who is writing; a row that should
// also work there names Composer or Input as well.
const (
	Everywhere   Scope = "everywhere"
	Queue        Scope = "queue"
	Conversation Scope = "conversation"
	Context      Scope = "context"
	Composer     Scope = "composer"
	Input        Scope = "input" // a one-line field: the search, a reason in a sheet
	Sheet        Scope = "sheet" // a dialog while none of its text fields has the focus
	Overlay      Scope = "help"
)

// Scopes lists the scopes that can have the focus, in the order of the manual.
func Scopes() []Scope {
	return []Scope{Queue, Conversation, Context, Composer, Input, Sheet, Overlay}
}

// Typing reports whether printable keys are text in s and never commands.
func (s Scope) Typing() bool { return s == Composer || s == Input }

// Message is the id of the scope's name in the catalogue.
func (s Scope) Message() string { return "scope." + string(s) }

// Binding ties keys to an action in some scopes. A key is a name as Bubble
// Tea prints it; several names with spaces between are pressed one after the
// other. In a scope where text is typed only the bindings made of chords
// count: the rest are letters to write.
type Binding struct {
	Action Action
	Scopes []Scope
	Keys   []string
	Doc    string // English, for the manual; screens use Message
}

// Message is the id of the action's description in the catalogue.
func (b Binding) Message() string { return "action." + string(b.Action) }

// In reports whether the binding can be pressed with the focus in s.
func (b Binding) In(s Scope) bool {
	return slices.Contains(b.Scopes, s) || !s.Typing() && slices.Contains(b.Scopes, Everywhere)
}

// KeysIn lists the keys that count in s, the first being the one to show.
func (b Binding) KeysIn(s Scope) []string {
	if !b.In(s) {
		return nil
	}
	var keys []string
	for _, k := range b.Keys {
		if !s.Typing() || chords(split(k)) {
			keys = append(keys, k)
		}
	}
	return keys
}

func (b Binding) clone() Binding {
	b.Scopes, b.Keys = slices.Clone(b.Scopes), slices.Clone(b.Keys)
	return b
}

// table is every key there is, in the order of help and manual. The space bar
// leads the sequences; with a letter it is often the opposite of that letter.
func table() []Binding {
	var (
		everywhere = []Scope{Everywhere}
		andTyping  = []Scope{Everywhere, Composer, Input}
		typing     = []Scope{Composer, Input}
		panes      = []Scope{Queue, Conversation, Context}
		desk       = append(slices.Clone(panes), Composer) // the panes, also while writing in one
		queue      = []Scope{Queue}
		composer   = []Scope{Composer}
		fields     = []Scope{Sheet, Input}
		sheet      = []Scope{Sheet}
	)
	return []Binding{
		{Reply, panes, keys("r"), "write a reply to the customer"},
		{Note, panes, keys("n"), "write an internal note"},
		{Flip, desk, keys("i", "ctrl+r"), "turn the reply into a note or back; asks when there is text"},
		{Take, panes, keys("a"), "take the conversation"},
		{Assign, panes, keys("A"), "assign to someone"},
		{Release, panes, keys("space a"), "give the conversation back to the queue"},
		{Transfer, panes, keys("t"), "transfer with a reason"},
		{Resolve, panes, keys("e"), "resolve with a disposition"},
		{Reopen, panes, keys("space e"), "reopen a resolved conversation"},
		{Snooze, panes, keys("p"), "snooze until a moment"},
		{Priority, panes, keys("!"), "set the priority"},
		{Tags, panes, keys("l"), "change the tags"},

		{Send, composer, keys("enter"), "send what is written"},
		{NewLine, composer, keys("alt+enter", "shift+enter", "ctrl+j"), "start a new line"},
		{Leave, typing, keys("esc"), "leave the text; a draft stays"},
		{SendAnyway, composer, keys("ctrl+y"), "send what was held back because of newer lines"},
		{EditLast, composer, keys("up"), "in an empty text: edit the last one that waits"},
		{EditWaiting, []Scope{Conversation, Sheet}, keys("c"), "edit a text that waits to be sent"},
		{TakeBack, []Scope{Conversation, Composer, Sheet}, keys("z", "ctrl+z"), "take back what waits; a text becomes the draft"},
		{Outbox, panes, keys("o"), "list all that waits to be sent, and what the desk lost"},
		{SendAgain, sheet, keys("s"), "send again what the desk lost"},
		{SendAllAgain, sheet, keys("S"), "send again all that the desk lost"},
		{LetGo, sheet, keys("d"), "let go of what the desk lost"},
		{LetAllGo, sheet, keys("D"), "let go of all that the desk lost"},

		{Open, queue, keys("enter"), "open the conversation"},
		{NextPriority, panes, keys("."), "open the next conversation by priority"},
		{NextOpen, desk, keys("ctrl+down"), "go to the next open conversation"},
		{PreviousOpen, desk, keys("ctrl+up"), "go to the previous open conversation"},
		{GoUnread, panes, keys("u"), "go to the first unread message"},
		{Search, panes, keys("/"), "filter and search"},
		{Copy, panes, keys("y"), "copy the message, field or link"},

		{Up, []Scope{Everywhere, Input}, keys("k", "up"), "up"},
		{Down, []Scope{Everywhere, Input}, keys("j", "down"), "down"},
		{PageUp, andTyping, keys("pgup"), "a page up"},
		{PageDown, andTyping, keys("pgdown"), "a page down"},
		{Top, everywhere, keys("g g", "home"), "to the first one"},
		{Bottom, everywhere, keys("G", "end"), "to the last one"},

		{PaneNext, desk, keys("tab"), "go to the next pane"},
		{PanePrevious, desk, keys("shift+tab"), "go to the previous pane"},
		{PaneQueue, panes, keys("1"), "go to the queue"},
		{PaneTalk, panes, keys("2"), "go to the conversation"},
		{PaneContext, panes, keys("3"), "go to the customer's context"},
		{ToggleContext, panes, keys("space c"), "show or hide the customer's context"},
		{TabPrevious, panes, keys("["), "previous view of the queue"},
		{TabNext, panes, keys("]"), "next view of the queue"},
		{CycleSort, panes, keys("space s"), "sort the queue by waiting time or by priority"},
		{Widen, panes, keys("+"), "widen the pane"},
		{Narrow, panes, keys("=", "-"), "narrow the pane"},
		{CyclePresence, panes, keys("space p"), "change your presence"},

		{Accept, fields, keys("enter"), "accept"},
		{FieldNext, fields, keys("tab"), "next field"},
		{FieldPrevious, fields, keys("shift+tab"), "previous field"},

		{Back, everywhere, keys("esc"), "go back"},
		{Refresh, andTyping, keys("ctrl+l"), "draw and load everything again"},
		{Command, panes, keys(":"), "type a command"},
		{Help, andTyping, keys("?", "f1"), "help for where you are"},
		{Quit, andTyping, keys("ctrl+c ctrl+c", "Q"), "leave ventanilla"},
	}
}

func keys(k ...string) []string { return k }
