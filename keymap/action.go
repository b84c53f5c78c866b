package keymap

// Action is something an agent can ask for with a key. Its text is what
// configuration files and message ids use, so it never changes once released.
type Action string

// Moving about. They work in every scope where no text is being typed.
const (
	Quit     Action = "quit"
	Help     Action = "help"
	Back     Action = "back"
	Up       Action = "up"
	Down     Action = "down"
	PageUp   Action = "page-up"
	PageDown Action = "page-down"
	Top      Action = "top"
	Bottom   Action = "bottom"
	Refresh  Action = "refresh"
	Command  Action = "command"
)

// Panes and what they show.
const (
	PaneNext      Action = "pane-next"
	PanePrevious  Action = "pane-previous"
	PaneQueue     Action = "pane-queue"
	PaneTalk      Action = "pane-conversation"
	PaneContext   Action = "pane-context"
	ToggleContext Action = "toggle-context"
	Widen         Action = "widen"
	Narrow        Action = "narrow"
	TabNext       Action = "tab-next"
	TabPrevious   Action = "tab-previous"
	CycleSort     Action = "cycle-sort"
	CyclePresence Action = "cycle-presence"
	Search        Action = "search"
)

// Going from one conversation to another, and within one.
const (
	Open         Action = "open"
	NextPriority Action = "next-priority"
	NextOpen     Action = "next-open"
	PreviousOpen Action = "previous-open"
	GoUnread     Action = "go-unread"
	Copy         Action = "copy"
)

// Work on the conversation that is selected or open.
const (
	Reply    Action = "reply"
	Note     Action = "note"
	Flip     Action = "flip"
	Take     Action = "take"
	Assign   Action = "assign"
	Release  Action = "release"
	Transfer Action = "transfer"
	Resolve  Action = "resolve"
	Reopen   Action = "reopen"
	Snooze   Action = "snooze"
	Priority Action = "priority"
	Tags     Action = "tags"
)

// Typing, and answering a dialog.
const (
	Send          Action = "send"
	NewLine       Action = "new-line"
	Leave         Action = "leave"
	Accept        Action = "accept"
	FieldNext     Action = "field-next"
	FieldPrevious Action = "field-previous"
)

// What is written and has not reached the desk, or was held back there.
const (
	EditLast     Action = "edit-last"    // in an empty composer
	EditWaiting  Action = "edit-waiting" // the one selected
	TakeBack     Action = "take-back"
	SendAnyway   Action = "send-anyway"
	Outbox       Action = "outbox"
	SendAgain    Action = "send-again"
	SendAllAgain Action = "send-all-again"
	LetGo        Action = "let-go"
	LetAllGo     Action = "let-all-go"
)
