package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
	"ventanilla/internal/signin"
	"ventanilla/tui"
)

// outboxOf says where an account's outbox is and under which key. Without a
// keyring its error wraps [signin.ErrNoKeyring].
func outboxOf(a signin.Account) (outbox.Config, error) {
	cfg := outbox.Config{Dir: signin.OutboxDir(), Account: a.ID()}
	var err error
	cfg.Key, err = signin.OutboxKey(a)
	return cfg, err
}

// sealedByPassword says where the outbox is of who signs in for one run only. It is
// another file than the keyring's.
func sealedByPassword(a signin.Account, password string) outbox.Config {
	a.Login = strings.ToLower(strings.TrimSpace(a.Login)) // as the desk takes it
	return outbox.Config{Dir: signin.OutboxDir(), Account: a.ID() + " by password", Password: password}
}

// openOutbox opens an outbox and says how to go on without it when it cannot be read.
func openOutbox(ctx context.Context, cfg outbox.Config, a signin.Account) (*outbox.Outbox, error) {
	b, err := outbox.Open(ctx, cfg)
	switch {
	case errors.Is(err, outbox.ErrKey) && cfg.Password != "":
		return nil, fmt.Errorf("what was typed here was sealed with an earlier password and cannot be read with this one; "+
			"to start without it: ventanilla logout --server %s --login %s --force", a.Server, a.Login)
	case errors.Is(err, outbox.ErrKey):
		return nil, fmt.Errorf("%w: to start without what waits in it, ventanilla logout --force", err)
	case errors.Is(err, client.ErrOutboxFull):
		return nil, fmt.Errorf("make room on the disk of %s and start again, what waits there is kept: %w", cfg.Dir, err)
	case errors.Is(err, client.ErrOutboxReadOnly):
		return nil, fmt.Errorf("what is typed could not be kept: %s must be writable: %w", cfg.Dir, err)
	}
	return b, err
}

// wipeOutbox removes the outbox of who signs out, and its key. Without force it
// refuses to lose anything.
func wipeOutbox(ctx context.Context, a signin.Account, force bool) error {
	cfg, noKey := outboxOf(a)
	if err := wipe(ctx, cfg, force, noKey); err != nil || errors.Is(noKey, signin.ErrNoKeyring) {
		return err // or there is no key to forget
	}
	return signin.ForgetOutboxKey(a)
}

func wipe(ctx context.Context, cfg outbox.Config, force bool, noKey error) error {
	err := outbox.Wipe(ctx, cfg, force)
	switch _, left := errors.AsType[*outbox.LeftError](err); {
	case left:
		return fmt.Errorf("%w; start ventanilla to send it, or drop it with --force", err)
	case errors.Is(err, outbox.ErrOpen):
		return fmt.Errorf("%w: leave it first", err)
	case err != nil && !force:
		return fmt.Errorf("what waits to be sent cannot be read (--force drops it): %w", errors.Join(err, noKey))
	}
	return err
}

// revoked removes all that is kept for somebody whose access an administrator took
// away, and says what that was.
func revoked(ctx context.Context, s seat) error {
	said := errors.New("an administrator ended your access to this desk; nothing typed here was waiting")
	err := outbox.Wipe(ctx, s.kept, false)
	if left, is := errors.AsType[*outbox.LeftError](err); is {
		said = fmt.Errorf("an administrator ended your access to this desk; what was typed here is removed: %w", left)
	}
	if err != nil {
		err = outbox.Wipe(ctx, s.kept, true)
	}
	if errors.Is(err, outbox.ErrOpen) { // it will be told the same, and the last one to leave wipes
		return errors.New("an administrator ended your access to this desk; what was typed here is removed when your other workstation ends")
	}
	if s.remembered {
		err = errors.Join(err, signin.ForgetOutboxKey(s.Account), signin.Forget(s.Session))
	}
	return errors.Join(said, err)
}

// keptDrafts lets the workstation keep its drafts in the outbox.
type keptDrafts struct{ box *outbox.Outbox }

// draftKinds are the commands that drafts become.
var draftKinds = [...]string{tui.ReplyKind: wire.CommandName(wire.Reply{}), tui.NoteKind: wire.CommandName(wire.Note{})}

// Load implements [tui.Drafts].
func (d keptDrafts) Load() map[tui.DraftKey]string {
	all := make(map[tui.DraftKey]string)
	for _, draft := range d.box.Drafts() {
		for kind, name := range draftKinds {
			if name == draft.Kind {
				all[tui.DraftKey{Conversation: draft.Conversation, Kind: tui.Kind(kind)}] = draft.Text
			}
		}
	}
	return all
}

// Save implements [tui.Drafts].
func (d keptDrafts) Save(k tui.DraftKey, text string) error {
	return d.box.SaveDraft(k.Conversation, draftKinds[k.Kind], text)
}
