package main

import (
	"context"
	"errors"
	"fmt"

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

// openOutbox opens the outbox of who signed in with the keyring. It returns nil
// when the keyring is gone: what is typed then lives as long as the program.
func openOutbox(ctx context.Context, a signin.Account) (*outbox.Outbox, error) {
	cfg, err := outboxOf(a)
	if errors.Is(err, signin.ErrNoKeyring) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := outbox.Open(ctx, cfg)
	if errors.Is(err, outbox.ErrKey) {
		return nil, fmt.Errorf("%w: to start without what waits in it, ventanilla logout --force", err)
	}
	return b, err
}

// wipeOutbox removes the outbox of who signs out, and its key. Without force it
// refuses to lose anything.
func wipeOutbox(ctx context.Context, a signin.Account, force bool) error {
	cfg, noKey := outboxOf(a)
	err := outbox.Wipe(ctx, cfg, force)
	switch _, left := errors.AsType[*outbox.LeftError](err); {
	case left:
		return fmt.Errorf("%w; start ventanilla to send it, or drop it with --force", err)
	case errors.Is(err, outbox.ErrOpen):
		return fmt.Errorf("%w: leave it first", err)
	case err != nil && !force:
		return fmt.Errorf("what waits to be sent cannot be read (--force drops it): %w", errors.Join(err, noKey))
	case err != nil:
		return err
	case errors.Is(noKey, signin.ErrNoKeyring):
		return nil // there is none to forget
	}
	return signin.ForgetOutboxKey(a)
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
