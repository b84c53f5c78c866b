package wire

import "encoding/json"

// FromClient is one frame from a client: exactly one member is set.
type FromClient struct {
	Hello   *Hello        `json:"hello,omitempty"`
	Command *CommandFrame `json:"command,omitempty"`
	Ask     *AskFrame     `json:"ask,omitempty"`
	Typing  *ClientTyping `json:"typing,omitempty"`
	Looking *Looking      `json:"looking,omitempty"`
	Ping    *Ping         `json:"ping,omitempty"`
}

// FromDesk is one frame from the desk: exactly one member is set. A frame with
// none that the client knows is from a newer desk and is skipped.
type FromDesk struct {
	Welcome  *Welcome  `json:"welcome,omitempty"`
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	Feed     *Feed     `json:"feed,omitempty"`
	Outcome  *Outcome  `json:"outcome,omitempty"`
	Resend   *Resend   `json:"resend,omitempty"`
	Answer   *Answer   `json:"answer,omitempty"`
	Typing   *Typing   `json:"typing,omitempty"`
	Viewing  *Viewing  `json:"viewing,omitempty"`
	Pong     *Pong     `json:"pong,omitempty"`
	Refused  *Refusal  `json:"refused,omitempty"` // of a frame that is neither command nor ask
}

// Hello is the first frame of a client and nothing else may come before it.
type Hello struct {
	Version int    `json:"version"` // [Version]
	Device  string `json:"device"`  // random per installation, 8 to 64 bytes
	Lane    string `json:"lane"`    // random per running client, 8 to 64 bytes; numbers its commands
	Locale  string `json:"locale"`  // such as "es-AR"; the language of refusals
	// At is where the client's feed stopped; without it comes a snapshot.
	At *Position `json:"at,omitempty"`
	// Rights repeats [Welcome.Rights] of the feed that stopped at At. When it is no
	// longer true the desk answers with a snapshot, so that nothing stays on the
	// screen that the person may not see any more.
	Rights string `json:"rights,omitempty"`
	// Watch lists the conversations whose records the client wants in full, at most
	// [MaxWatched]. Those that are unknown or not to be seen are dropped.
	Watch []ConversationID `json:"watch,omitempty"`
	// Lean asks for less over a thin link: signs of typing and viewing only for
	// watched conversations.
	Lean bool `json:"lean,omitempty"`
}

// Welcome answers [Hello]. After it comes a [Snapshot] unless Resumed is true,
// then the [Feed].
type Welcome struct {
	You   Agent    `json:"you"`
	Can   []string `json:"can"`   // names of the commands this role may send at all
	Epoch string   `json:"epoch"` // of the log
	// Past says, for each epoch that this log had before a backup was restored, up
	// to which seq it still is that epoch's log. What was accepted later than that,
	// or in an epoch that is not listed, this desk does not have.
	Past []Position `json:"past,omitempty"`
	// Rights names the rights that decided what this feed holds; opaque.
	Rights string `json:"rights"`
	Head   uint64 `json:"head"`  // last seq of the log
	Clock  Millis `json:"clock"` // the desk's now: the only clock
	// Resumed says that the feed goes on after Hello.At and there is no snapshot.
	Resumed bool `json:"resumed"`
	// LaneLast is the last command of this lane the desk has an outcome for.
	LaneLast uint64 `json:"lane_last"`
	Beat     Millis `json:"beat"` // ping at least this often when idle, in ms
	Name     string `json:"name"` // of the workspace
	// Dispositions are the wrap-up codes that [Resolve] accepts.
	Dispositions []string `json:"dispositions"`
}

// Snapshot is the state at Seq, in parts of a few kB, what is needed first first: the
// reader's own conversations, those whose customers wait longest, the others, each
// with or after whoever has it, then the rest of the staff. A client shows it as live
// only when Last came.
type Snapshot struct {
	Seq           uint64    `json:"seq"`  // the same in every part
	Part          int       `json:"part"` // 1, 2, 3…
	Agents        []Agent   `json:"agents,omitempty"`
	Queues        []Queue   `json:"queues,omitempty"` // in the first parts
	Conversations []Summary `json:"conversations,omitempty"`
	Last          bool      `json:"last,omitempty"`
}

// Feed carries the records that this connection may see, in order. After it the
// client knows everything it may see up to and including UpTo.
type Feed struct {
	Records []Record `json:"records,omitempty"`
	UpTo    uint64   `json:"upto"`
	// Prev stands in a frame without records for that of the first one: the seq of
	// the last record of this feed.
	Prev uint64 `json:"prev,omitempty"`
}

// CommandFrame asks the desk to do something. N numbers the commands of a lane
// 1, 2, 3… without gaps; the same N again returns the same outcome and changes
// nothing.
type CommandFrame struct {
	N uint64 `json:"n"`
	// Settled is the highest N up to which the client has kept every outcome, so
	// that the desk may forget them.
	Settled uint64          `json:"settled,omitempty"`
	Name    string          `json:"name"` // of the command
	Args    json.RawMessage `json:"args"` // its members
}

// Outcome answers a command: accepted at Seq (0 when there was nothing to
// change), refused, or settled before (the client has said it knows).
type Outcome struct {
	N       uint64   `json:"n"`
	Seq     uint64   `json:"seq,omitempty"`
	Refused *Refusal `json:"refused,omitempty"`
	Settled bool     `json:"settled,omitempty"`
	// Newest goes with the refusal [CodeStale]: the seq of the newest line that the
	// sender had not seen. The lines themselves come in the feed, or on opening.
	Newest uint64 `json:"newest,omitempty"`
}

// CodeStale is the code of the refusal of a command whose sender had not seen the
// newest lines of the conversation.
const CodeStale = "stale"

// Resend tells the client that commands were skipped or could not be taken now:
// it sends again from From on, after Wait.
type Resend struct {
	From uint64 `json:"from"`
	Wait Millis `json:"wait,omitempty"` // how long, in ms
	// Why says what keeps the desk from taking commands, such as a full disk. Without
	// it some were only skipped.
	Why *Refusal `json:"why,omitempty"`
}

// AskFrame is a question; ID is the client's and comes back in the [Answer].
type AskFrame struct {
	ID   uint64          `json:"id"`
	Name string          `json:"name"` // of the ask
	Args json.RawMessage `json:"args"` // its members; {} when it has none
}

// Answer answers the ask with the same ID: Result or Refused.
type Answer struct {
	ID      uint64          `json:"id"`
	Result  json.RawMessage `json:"result,omitempty"` // as each ask says
	Refused *Refusal        `json:"refused,omitempty"`
}

// Kind says what a program can do about a refusal. Values are never renamed.
type Kind string

// The kinds of refusals.
const (
	Internal Kind = "internal" // nothing; it is the desk's fault
	Invalid  Kind = "invalid"  // change the request
	Denied   Kind = "denied"   // ask somebody with the right
	Missing  Kind = "missing"  // it is gone, or was never to be seen
	Conflict Kind = "conflict" // look again, then decide
	Busy     Kind = "busy"     // later
	Unknown  Kind = "unknown"  // this desk has no such command
)

// Refusal is a "no": a kind for programs, a code that never changes for tests
// and translations, a sentence in the language of [Hello.Locale] for people.
type Refusal struct {
	Kind Kind   `json:"kind"`
	Code string `json:"code"`
	Text string `json:"text"`
}

// ClientTyping says that the agent is writing to the customer. It expires on
// its own after [TypingLasts].
type ClientTyping struct {
	Conversation ConversationID `json:"c"`
}

// Typing says that somebody writes in a conversation; it lasts [TypingLasts] and
// is in no log.
type Typing struct {
	Conversation ConversationID `json:"c"`
	By           Author         `json:"by"`
	Agent        AgentID        `json:"agent,omitempty"`
}

// TypingLasts is how long a typing sign holds without another, in ms.
const TypingLasts Millis = 6000

// Doing is what somebody does in a conversation, as colleagues are told.
type Doing string

// What somebody does, from least to most.
const (
	LooksAt Doing = "looking" // has it on the screen
	Edits   Doing = "editing" // has begun to write there
	Types   Doing = "typing"  // presses keys there now
)

// Looking says which conversation this client's user has in front of them, and
// takes back the one before; an empty Conversation is none. It lasts [LookingLasts]
// without another and ends with the link. Who only monitors sends none.
type Looking struct {
	Conversation ConversationID `json:"c,omitempty"`
	Doing        Doing          `json:"doing,omitempty"` // empty: [LooksAt]
}

// LookingLasts is how long [Looking] holds without another, in ms. Clients repeat
// it every [LookingEvery].
const (
	LookingLasts Millis = 50_000
	LookingEvery Millis = 20_000
)

// Viewing says which colleagues are in conversations: on a change, and whole when a
// feed begins. It is in no log; a client forgets it when its link goes.
type Viewing struct {
	// Whole says that nobody is anywhere else.
	Whole         bool      `json:"whole,omitempty"`
	Conversations []Viewers `json:"conversations,omitempty"`
}

// Viewers are all the colleagues who are in a conversation now; none when empty.
type Viewers struct {
	Conversation ConversationID `json:"c"`
	Agents       []Viewer       `json:"agents,omitempty"`
}

// Viewer is a colleague in a conversation, with the most they do on any link.
type Viewer struct {
	Agent AgentID `json:"agent"`
	Doing Doing   `json:"doing"`
}

// Ping keeps a link alive and measured; Sent comes back in the [Pong].
type Ping struct {
	Sent Millis `json:"sent"` // by any clock of the client's
}

// Pong answers [Ping]. UpTo below Head for long means that the feed is stuck.
type Pong struct {
	Sent  Millis `json:"sent"`
	Clock Millis `json:"clock"`
	Head  uint64 `json:"head"` // last seq of the log
	UpTo  uint64 `json:"upto"` // what this feed is complete through
}

// Close codes of the websocket tell the client what to do. 4000 to 4099: come
// back, after a wait with jitter. 4100 to 4199: do not, a person has to act. Garbage
// is for coming back: more often than a bad client it is a bad line.
const (
	CloseRestart   = 4000 // the desk stops or restarts
	CloseSlow      = 4001 // the client fell behind; resume from its position
	CloseRights    = 4002 // its role or queues changed; come back for a snapshot
	CloseNoGreet   = 4003 // no hello in time; from customers also a ticket that is not good
	CloseTrouble   = 4004 // the desk could not go on
	CloseGarbage   = 4005 // frames that are not of this protocol, twice; something else than a good hello first
	CloseSignedOut = 4100 // the session ended: sign in again, everything is kept
	CloseVersion   = 4101 // the protocol version is not spoken here
	CloseTooMany   = 4103 // too many connections of one person, or another one of the same lane
	CloseRevoked   = 4104 // an administrator ended the session or the account: wipe what is kept for it
)

// ComeBack reports whether a close code invites the client to return.
func ComeBack(code int) bool { return code < 4100 || code >= 4200 }

const (
	// LoginPath takes a POST of [Login] and answers [LoggedIn], or a [Refusal].
	LoginPath = "/v1/login"
	// LogoutPath takes a POST with the token as bearer and ends its session.
	LogoutPath = "/v1/logout"
)

// Login is how somebody signs in.
type Login struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// LoggedIn answers [Login]. Token goes into the header "Authorization: Bearer …" of
// the websocket's upgrade.
type LoggedIn struct {
	Token     string `json:"token"`
	You       Agent  `json:"you"`
	Expires   Millis `json:"expires"`
	Workspace string `json:"workspace"` // its name
}
