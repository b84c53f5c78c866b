// Package wire defines every value that crosses the socket between the desk
// and its staff clients (agents, leads, supervisors, admins). It imports only
// the standard library, so either end can use the protocol without the other.
// What a customer's page says and hears is another, narrower protocol: chatwire.
//
// A connection is a websocket with the subprotocol [Subprotocol], text frames
// only, one JSON object a frame with one member that names what the frame is:
// [FromClient] and [FromDesk] list them. Unknown members and unknown events
// are skipped, so that clients and desks of different ages understand each other.
package wire

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

const (
	// Subprotocol is what both ends name when the socket is opened.
	Subprotocol = "ventanilla.v1"
	// Version is the protocol version a client states in [Hello].
	Version = 1
	// Path is where the desk serves staff connections.
	Path = "/v1/desk"
)

// Limits on what either end may send. A frame above the limit closes its socket.
const (
	MaxClientFrame = 64 << 10 // bytes in one frame from a staff client
	MaxDeskFrame   = 1 << 20  // bytes in one frame from the desk
	MaxText        = 8000     // characters in one message or note
	MaxReason      = 500      // characters in a reason
	MaxTags        = 20       // tags on one conversation
	MaxTag         = 40       // characters in one tag
	MaxInFlight    = 32       // commands of a lane sent and not yet answered
	MaxWatched     = 64       // conversations one connection may watch
	MaxPage        = 200      // records in one page of a conversation
	MaxHits        = 100      // hits in one page of a search
)

// Identifiers are distinct types, so that passing an agent where a
// conversation is expected does not compile. They are opaque; being hard to
// guess is not what protects them.
type (
	ConversationID string
	AgentID        string
	QueueID        string
	CustomerID     string
)

// idAlphabet is Crockford's base 32 in lower case: ids sort by age as text and
// hold no letters that are misread aloud.
var idAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// idBirth is the second from which ids count, so that 30 bits last to 2059.
const idBirth = 1735689600 // 2025-01-01T00:00:00Z

// NewID returns ten characters: the second it was made in, then 20 random bits.
// Whoever stores it checks that it is new.
func NewID(now time.Time) string {
	var b [8]byte
	_, _ = rand.Read(b[4:7]) // never fails: it ends the program instead
	chance := uint64(b[4])<<16 | uint64(b[5])<<8 | uint64(b[6])
	binary.BigEndian.PutUint64(b[:], (uint64(now.Unix()-idBirth)<<20|chance&(1<<20-1))<<14)
	return idAlphabet.EncodeToString(b[:])[:10]
}

// NewToken returns 26 random characters (130 bits), for devices, lanes and epochs.
func NewToken() string { return strings.ToLower(rand.Text()) }

// ValidName reports whether a device or a lane may be called so: 8 to 64 bytes.
func ValidName(s string) bool { return len(s) >= 8 && len(s) <= 64 }

// Position names a point in a workspace's log. Epoch changes when the log
// itself was replaced (a restore, a new database), which tells a returning
// client that its Seq means nothing any more.
type Position struct {
	Epoch string `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// Millis is an instant in milliseconds since 1970 UTC by the desk's clock. Zero
// means "none".
type Millis int64

// At converts an instant; the zero time becomes 0.
func At(t time.Time) Millis {
	if t.IsZero() {
		return 0
	}
	return Millis(t.UnixMilli())
}

// Time converts back; 0 becomes the zero time.
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// Role decides what a person may see and do. The desk enforces it.
type Role string

// The roles, from least to most about other people's work.
const (
	RoleAgent      Role = "agent"      // serves customers
	RoleLead       Role = "lead"       // serves, and moves what colleagues have
	RoleSupervisor Role = "supervisor" // sees, writes nothing
	RoleAdmin      Role = "admin"      // users, queues, counts; no conversations
	RoleAuditor    Role = "auditor"    // the audit trail only
)

// Roles lists every role.
func Roles() []Role { return []Role{RoleAgent, RoleLead, RoleSupervisor, RoleAdmin, RoleAuditor} }

// Status is where a conversation is in its life.
type Status string

// The states of a conversation.
const (
	Open     Status = "open"     // somebody has to do something
	Snoozed  Status = "snoozed"  // put aside until an instant, or until the customer writes
	Resolved Status = "resolved" // done, with a wrap-up code
)

// Priority orders conversations that wait equally long.
type Priority int8

// The priorities. Normal is the zero value and is left out of frames.
const (
	Low    Priority = -1
	Normal Priority = 0
	High   Priority = 1
	Urgent Priority = 2
)

// State is an agent's presence.
type State string

// The states of presence.
const (
	Offline State = "offline" // no link, or said so
	Online  State = "online"  // at work
	Away    State = "away"    // not at the desk for a moment
	OnBreak State = "break"   // with a reason
)

// Author says on whose behalf a message was written.
type Author string

// The authors of messages.
const (
	ByCustomer Author = "customer"
	ByAgent    Author = "agent"
	BySystem   Author = "system" // the desk itself
)

// Agent is a member of the staff as colleagues see them.
type Agent struct {
	ID     AgentID   `json:"id"`
	Name   string    `json:"name"`
	Role   Role      `json:"role"`
	Queues []QueueID `json:"queues,omitempty"`
	State  State     `json:"state,omitempty"`
	Reason string    `json:"reason,omitempty"` // why on break
	Since  Millis    `json:"since,omitempty"`  // in State since
}

// Queue is a group of conversations that a group of agents serves.
type Queue struct {
	ID   QueueID `json:"id"`
	Name string  `json:"name"`
}
