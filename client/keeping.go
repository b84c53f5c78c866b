package client

import (
	"errors"
	"time"

	"ventanilla/client/wire"
)

// What keeps an [Outbox] from keeping anything. An outbox wraps them where it
// knows; each has its code in the refusal that [Client.Do] answers with, and in
// [Withheld] for what is in the outbox already.
var (
	// ErrOutboxFull: there is no room left on this machine's disk.
	ErrOutboxFull = errors.New("the outbox's disk is full")
	// ErrOutboxReadOnly: this machine's disk, or the outbox's folder, takes no writes.
	ErrOutboxReadOnly = errors.New("the outbox cannot be written to")
	// ErrOutboxDamaged: the outbox's file is not what was written there.
	ErrOutboxDamaged = errors.New("the outbox's file is damaged")
)

// boxRetry is how long an outbox that failed is left alone. Only sending waits for
// it: what the desk says is shown meanwhile.
const boxRetry = 5 * time.Second

// notKept says of an outbox's error what people are told.
func notKept(err error) *wire.Refusal {
	for code, cause := range map[string]error{
		"outbox_full": ErrOutboxFull, "outbox_readonly": ErrOutboxReadOnly, "outbox_damaged": ErrOutboxDamaged,
	} {
		if errors.Is(err, cause) {
			return &wire.Refusal{Kind: wire.Internal, Code: code, Text: cause.Error()}
		}
	}
	return &wire.Refusal{Kind: wire.Internal, Code: "outbox", Text: "the outbox cannot keep this"}
}

// stall leaves the outbox alone for a while and says why.
func (c *Client) stall(err error, now time.Time) {
	if until := now.Add(boxRetry); until.After(c.lane.hold) {
		c.lane.hold = until
	}
	c.withhold(notKept(err))
}
