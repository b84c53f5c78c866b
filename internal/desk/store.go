package desk

import (
	"context"
	"errors"
	"time"

	"ventanilla/client/wire"
)

// Errors of a store wrap one of these where that is the cause.
var (
	// ErrFull is a disk without room. What was committed is safe, and writing works
	// again as soon as there is room.
	ErrFull = errors.New("there is no room left on the disk")
	// ErrReadOnly is data that this process may not write.
	ErrReadOnly = errors.New("the data cannot be written to")
	// ErrDamaged is a file, or the disk under it, that does not hold what was
	// written, or of which that is not known any more because a sync failed. What
	// can be read goes on being read. After the failed sync nothing is written before
	// a restart; beside a damaged page the rest is.
	ErrDamaged = errors.New("the data or its disk is damaged")
)

// Store keeps a workspace: its log and the state that follows from it.
// Implementations pass storetest.Run.
type Store interface {
	// View runs fn over one consistent state: everything fn reads belongs to the
	// position that [Reader.Position] returns in it.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn in a transaction and returns nil only when what it wrote is
	// on the disk for good. Any error, fn's included, leaves nothing behind.
	// Updates are serialised.
	Update(ctx context.Context, fn func(Tx) error) error
	Close() error
}

// Reader reads a workspace. Lookups of one thing answer false when there is none.
// What it returns belongs to the caller.
type Reader interface {
	// Position is the epoch and the last seq.
	Position() (wire.Position, error)
	// Past lists the epochs that ended when a backup was restored, each with the
	// last seq that is still of it, oldest first.
	Past() ([]wire.Position, error)
	// Entries returns up to limit entries after a seq, oldest first.
	Entries(after uint64, limit int) ([]Entry, error)
	// Timeline returns the newest limit timeline entries of a conversation below
	// a seq (0: no bound), oldest first.
	Timeline(id wire.ConversationID, before uint64, limit int) ([]Entry, error)
	// Lines returns a customer's "said" entries over all conversations: the newest
	// limit ones above after and below before (0: no bound), oldest first.
	Lines(id wire.CustomerID, after, before uint64, limit int) ([]Entry, error)
	Conversation(id wire.ConversationID) (Conversation, bool, error)
	// Unresolved returns every conversation that is open or snoozed, by id.
	Unresolved() ([]Conversation, error)
	// LatestOf returns the customer's newest conversation.
	LatestOf(id wire.CustomerID) (Conversation, bool, error)
	// Due returns the snoozed conversations whose Until is at or before an instant.
	Due(at wire.Millis) ([]wire.ConversationID, error)
	// Search returns what matches, newest first.
	Search(SearchQuery) ([]Found, error)
	// Counts counts each queue's unresolved conversations.
	Counts() ([]wire.QueueCount, error)

	Users() ([]User, error)
	User(id wire.AgentID) (User, bool, error)
	UserByLogin(login string) (User, bool, error)
	Queues() ([]wire.Queue, error)
	// Session returns the session stored under the hash of its token.
	Session(hash string) (Session, bool, error)

	Customer(id wire.CustomerID) (Customer, bool, error)
	// CustomerByRef returns the known customer with the lender's reference.
	CustomerByRef(ref string) (Customer, bool, error)
	// ResumeToken returns who a page's resume token (by its hash) belongs to.
	ResumeToken(hash string) (ResumeToken, bool, error)

	Lane(LaneKey) (Lane, bool, error)
}

// Tx reads its own writes and adds to the workspace. A Save replaces.
type Tx interface {
	Reader
	// Append adds an entry at the next seq, which it returns; Entry.Seq is ignored.
	// Seqs start at 1 and have no holes. Entry.Text goes to the search index.
	Append(Entry) (uint64, error)
	SaveConversation(Conversation) error
	SaveUser(User) error
	SaveQueue(wire.Queue) error
	SaveSession(Session) error
	DeleteSession(hash string) error
	// RevokeSessionsOf marks every session of a user, those that are over too.
	RevokeSessionsOf(id wire.AgentID) error
	SaveCustomer(Customer) error
	SaveResumeToken(ResumeToken) error
	DeleteResumeToken(hash string) error
	SaveLane(LaneKey, Lane) error
	// StartEpoch ends the epoch at the last seq, which goes to Past, and names the
	// next. It deletes every session that is not revoked: one that was ended after a
	// backup was made would be good again with it.
	StartEpoch(epoch string) error
	// Audit adds a row to the trail, which nothing can change or delete.
	Audit(AuditRow) error
}

// Entry is a record as the log keeps it.
type Entry struct {
	Seq   uint64
	At    wire.Millis
	Event wire.Event
	Body  []byte // Event encoded by [wire.EncodeEvent]: the full form
	// Customer and Conversation are empty for events about people.
	Customer     wire.CustomerID
	Conversation wire.ConversationID
	// Before and After say where the conversation was and is, which decides who
	// saw it and who sees it now, however long ago that was.
	Before, After Place
	// Summary is the state after the event, kept where the event may bring the
	// conversation into somebody's view: moves and reopenings.
	Summary *wire.Summary
	// Lane and N name the command that caused the entry; empty when the desk did.
	Lane string
	N    uint64
	// Text is what the search index holds of it; reads do not give it back.
	Text string
}

// Place is what decides who sees a conversation. The zero Place is nowhere: the
// conversation did not exist.
type Place struct {
	Queue wire.QueueID
	Agent wire.AgentID
}

// Conversation is a conversation's state.
type Conversation struct {
	Summary  wire.Summary
	Customer wire.CustomerID
	Resolved wire.Millis // when; 0 while it is not
	Lines    Lines
}

// Place returns where c is.
func (c *Conversation) Place() Place { return Place{c.Summary.Queue, c.Summary.Agent} }

// User is a member of the staff.
type User struct {
	wire.Agent
	Login    string // what they sign in with: unique, lower case
	Password string // encoded argon2id hash
	Disabled bool
}

// Session is a signed-in client.
type Session struct {
	Hash    string // SHA-256 of the token, hex
	User    wire.AgentID
	Created time.Time
	Expires time.Time
	// Revoked says that an administrator took it back.
	Revoked bool
}

// Customer is somebody who wrote.
type Customer struct {
	ID   wire.CustomerID
	Name string // display name: hostile text
	// Ref is the lender's reference, set when a signed token vouched for it.
	Ref     string
	Lang    string
	Created wire.Millis
}

// ResumeToken lets a browser come back as the same customer.
type ResumeToken struct {
	Hash     string
	Customer wire.CustomerID
	Expires  time.Time
	// Replaces is the hash of the token that was presented for this one. It stays
	// good until this one is presented: the answer that carried it may be lost.
	Replaces string
}

// LaneKey names a lane. Owner is part of it, so nobody can speak for the lane of
// somebody else.
type LaneKey struct {
	Owner  string // "a:" + agent or "c:" + customer
	Device string
	Lane   string
}

// Lane is what the desk remembers of a lane's commands.
type Lane struct {
	Last uint64 // every n up to it has an outcome
	// Outcomes are those the client has not settled, ascending.
	Outcomes []wire.Outcome
}

// AuditRow is one line of the trail. It names things, never their values.
type AuditRow struct {
	At     wire.Millis
	Actor  string
	Action string
	Object string
	Detail string
}

// SearchQuery says what to look for and where the asker may look.
type SearchQuery struct {
	Words  []string // all of them, the last one as a prefix
	Queues []wire.QueueID
	Agent  wire.AgentID // and conversations of this agent in any queue; empty: no others
	Before uint64       // 0: no bound
	Limit  int
}

// Found is one match of a search.
type Found struct {
	Entry    Entry
	Customer string
	Snippet  string // around the match
}

// Bus tells the nodes of a desk that there is something new. It never carries
// facts: a lost notice costs a moment, because every node also looks by itself.
// Implementations pass bustest.Run.
type Bus interface {
	// Publish sends a notice to every subscriber, the sender's included. It does
	// not wait for them.
	Publish(ctx context.Context, n Notice) error
	// Subscribe returns the notices from now on; the channel closes when ctx ends.
	// A subscriber that does not keep up loses notices, never blocks the others.
	Subscribe(ctx context.Context) (<-chan Notice, error)
}

// Notice is what a bus carries: a new head, a sign that somebody types, or where the
// users of a node's links are.
type Notice struct {
	Head   uint64       `json:"head,omitempty"`
	Typing *wire.Typing `json:"typing,omitempty"`
	// Customer is whose conversation Typing is about.
	Customer wire.CustomerID `json:"customer,omitempty"`
	// Place decides which of the staff may see Typing.
	Place Place `json:"place,omitzero"`
	// Looks are of links of the node called Node.
	Looks []Look `json:"looks,omitempty"`
	Node  string `json:"node,omitempty"`
}
