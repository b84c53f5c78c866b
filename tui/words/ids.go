package words

// Every message, in the order of the catalogue files.
const (
	// The queue.
	TabMine         ID = "tab-mine"
	TabUnassigned   ID = "tab-unassigned"
	TabTeam         ID = "tab-team"
	TabSnoozed      ID = "tab-snoozed"
	SortWaiting     ID = "sort-waiting"
	SortPriority    ID = "sort-priority"
	LoadingQueue    ID = "loading-queue"
	EmptyMine       ID = "empty-mine"
	EmptyUnassigned ID = "empty-unassigned"
	EmptyTeam       ID = "empty-team"
	EmptySnoozed    ID = "empty-snoozed"
	SearchHint      ID = "search-hint"
	SearchDesk      ID = "search-desk"
	Searching       ID = "searching"
	NothingMatches  ID = "nothing-matches"
	HitsFound       ID = "hits-found"
	NoteWord        ID = "note-word"
	QueueWord       ID = "queue-word"
	CountsTitle     ID = "counts-title"
	CountSnoozed    ID = "count-snoozed"
	CountUnassigned ID = "count-unassigned"
	CountAssigned   ID = "count-assigned"
	CountOldest     ID = "count-oldest"

	// The conversation.
	TalkTitle        ID = "talk-title"
	NothingShown     ID = "nothing-shown"
	NothingShownHint ID = "nothing-shown-hint"
	LoadingLines     ID = "loading-lines"
	Waits            ID = "waits"
	StatusResolved   ID = "status-resolved"
	StatusSnoozed    ID = "status-snoozed"
	Nobody           ID = "nobody"
	YouHaveIt        ID = "you-have-it"
	HasIt            ID = "has-it"
	You              ID = "you"
	System           ID = "system"
	IsTyping         ID = "is-typing"
	LinesBelow       ID = "lines-below"
	NewSince         ID = "new-since"
	ConversationGone ID = "conversation-gone"
	StaleSince       ID = "stale-since"
	NothingUnread    ID = "nothing-unread"
	NoteLabel        ID = "note-label"
	MoreText         ID = "more-text"
	Altered          ID = "altered"
	TickSent         ID = "tick-sent"
	TickDelivered    ID = "tick-delivered"
	TickRead         ID = "tick-read"
	Waiting          ID = "waiting"
	Sending          ID = "sending"
	ReadOnly         ID = "read-only"
	DidOpen          ID = "did-open"
	DidTake          ID = "did-take"
	DidRelease       ID = "did-release"
	DidAssign        ID = "did-assign"
	DidTransfer      ID = "did-transfer"
	DidTransferQueue ID = "did-transfer-queue"
	DidResolve       ID = "did-resolve"
	DidSnooze        ID = "did-snooze"
	DidWake          ID = "did-wake"
	DidReopen        ID = "did-reopen"
	DidSomething     ID = "did-something"

	// Writing.
	ReplyFrame      ID = "reply-frame"
	NoteFrame       ID = "note-frame"
	SendReply       ID = "send-reply"
	SendNote        ID = "send-note"
	WriteReply      ID = "write-reply"
	WriteNote       ID = "write-note"
	WriteTakes      ID = "write-takes"
	WriteReopens    ID = "write-reopens"
	WriteColleague  ID = "write-colleague"
	TextCut         ID = "text-cut"
	TextRefused     ID = "text-refused"
	CommandRefused  ID = "command-refused"
	DraftsNotKept   ID = "drafts-not-kept"
	FlipTitle       ID = "flip-title"
	FlipKeepReply   ID = "flip-keep-reply"
	FlipMoveToNote  ID = "flip-move-to-note"
	FlipKeepNote    ID = "flip-keep-note"
	FlipMoveToReply ID = "flip-move-to-reply"

	// The customer's context.
	ContextTitle    ID = "context-title"
	ContextNothing  ID = "context-nothing"
	ContextLoading  ID = "context-loading"
	ContextOffline  ID = "context-offline"
	ContextDenied   ID = "context-denied"
	ContextRetry    ID = "context-retry"
	ContextNotFresh ID = "context-not-fresh"
	NoData          ID = "no-data"
	WhoTitle        ID = "who-title"
	NowTitle        ID = "now-title"
	NowLate         ID = "now-late"
	NowDueIn        ID = "now-due-in"
	InstalmentOf    ID = "instalment-of"
	Instalment      ID = "instalment"
	LateInterest    ID = "late-interest"
	Payoff          ID = "payoff"
	PerDay          ID = "per-day"
	Today           ID = "today"
	LoanTitle       ID = "loan-title"
	OneOf           ID = "one-of"
	Original        ID = "original"
	Balance         ID = "balance"
	PromiseWord     ID = "promise-word"
	ExtensionLine   ID = "extension-line"
	PaymentsTitle   ID = "payments-title"
	OfferTitle      ID = "offer-title"
	OfferNo         ID = "offer-no"
	OfferUpTo       ID = "offer-up-to"
	OfferUntil      ID = "offer-until"

	// Sheets and help.
	TransferTitle  ID = "transfer-title"
	TransferReason ID = "transfer-reason"
	AssignTitle    ID = "assign-title"
	ResolveTitle   ID = "resolve-title"
	PriorityTitle  ID = "priority-title"
	TagsTitle      ID = "tags-title"
	AddTag         ID = "add-tag"
	DropTag        ID = "drop-tag"
	SnoozeTitle    ID = "snooze-title"
	SnoozeHour     ID = "snooze-hour"
	SnoozeThree    ID = "snooze-three"
	SnoozeTomorrow ID = "snooze-tomorrow"
	SnoozeMonday   ID = "snooze-monday"
	SnoozeMinutes  ID = "snooze-minutes"
	IsNow          ID = "is-now"
	TypeToFilter   ID = "type-to-filter"
	TypeReason     ID = "type-reason"
	ReasonNeeded   ID = "reason-needed"
	NoChoice       ID = "no-choice"
	SheetKeys      ID = "sheet-keys"
	HelpTitle      ID = "help-title"
	LeaveTitle     ID = "leave-title"
	LeaveStay      ID = "leave-stay"
	LeaveAnyway    ID = "leave-anyway"
	LeaveUnsent    ID = "leave-unsent"
	LeaveDrafts    ID = "leave-drafts"

	// Status and notices.
	LinkLive        ID = "link-live"
	LinkLiveLatency ID = "link-live-latency"
	LinkCatchingUp  ID = "link-catching-up"
	LinkConnecting  ID = "link-connecting"
	LinkDown        ID = "link-down"
	LinkRetry       ID = "link-retry"
	LinkEnded       ID = "link-ended"
	OpenCount       ID = "open-count"
	NothingChosen   ID = "nothing-chosen"
	NothingWaits    ID = "nothing-waits"
	RoleCannot      ID = "role-cannot"
	DoorStopped     ID = "door-stopped"
	Copied          ID = "copied"
	Reloading       ID = "reloading"
	AskFailed       ID = "ask-failed"
	TooSmall        ID = "too-small"
)

// Every family. A message of one is its name and a value from elsewhere.
const (
	Action       Family = "action."     // What an action of the keymap does.
	ShortAction  Family = "short."      // What an action does, in a word, for the foot of the screen.
	ScopeName    Family = "scope."      // Where the keys of a scope apply.
	WhoCan       Family = "who-can."    // Who may do what this role may not.
	Channel      Family = "channel."    // The channel a conversation came by.
	StateName    Family = "state."      // An agent's presence.
	RoleName     Family = "role."       // A role.
	PriorityName Family = "priority."   // A priority.
	NoContext    Family = "no-context." // Why there is no context.
	Source       Family = "source."     // Where figures come from.
	Evidence     Family = "evidence."   // How a customer was matched.
	StopSign     Family = "stop."       // A sign that limits what may be said or done.
	NowState     Family = "now."        // How a customer stands.
	BlockTrouble Family = "trouble."    // Why a block of the context is not there.
	PromiseState Family = "promise."    // What became of a promise.
	PaymentState Family = "payment."    // How far a payment got.
	Rail         Family = "rail."       // How money came in.
	OfferReason  Family = "offer."      // Why there is no offer, fit to tell.
)
