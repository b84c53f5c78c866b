package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ventanilla/client/wire"
)

// Left is something that is on this machine only. It does not say the text.
type Left struct {
	Kind         string              // the name of the command
	Conversation wire.ConversationID // empty for what belongs to none
	Draft        bool                // not sent at all
}

// LeftError says what wiping would lose.
type LeftError struct{ Left []Left }

func (e *LeftError) Error() string {
	var b strings.Builder
	b.WriteString("not on the desk yet: ")
	for i, l := range e.Left {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(l.Kind)
		if l.Draft {
			b.WriteString(" draft")
		}
		if l.Conversation != "" {
			fmt.Fprintf(&b, " in %s", l.Conversation)
		}
	}
	return b.String()
}

// ErrOpen says that a workstation works with the outbox.
var ErrOpen = errors.New("a workstation of this account is open")

// Wipe removes an account's outbox. It does not while a workstation is open
// ([ErrOpen]) and, unless forced, while something would be lost (a [*LeftError]).
// Forced, it needs no key.
func Wipe(ctx context.Context, cfg Config, force bool) error {
	if _, err := os.Stat(cfg.path()); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	free, err := begin(ctx, cfg)
	if err != nil {
		return err
	}
	defer free()
	for slot := range slots {
		lock, err := trySlot(cfg.path(), slot)
		if err != nil {
			return err
		}
		if lock == nil {
			return ErrOpen
		}
		defer func() { _ = lock.Close() }()
	}
	if !force {
		if err := refuseLoss(ctx, cfg); err != nil {
			return err
		}
	}
	return remove(cfg.path())
}

// remove takes away everything but the lock that is held while it works.
func remove(path string) error {
	files, err := filepath.Glob(path + "*")
	if err != nil {
		return fmt.Errorf("wiping the outbox: %w", err)
	}
	for _, f := range files {
		if f == path+".lock" {
			continue
		}
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("wiping the outbox: %w", err)
		}
	}
	return nil
}

func refuseLoss(ctx context.Context, cfg Config) error {
	db, s, err := unlock(ctx, cfg)
	if err != nil {
		return err
	}
	var left LeftError
	err = transact(ctx, db, s, func(t tx) error { return t.left(&left) })
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if len(left.Left) > 0 {
		return &left
	}
	return nil
}

// left lists what is kept, also what was set aside and what the desk lost. What
// cannot be read is listed by its kind.
func (t tx) left(all *LeftError) error {
	entries, err := t.rows(selectEntries + " union all select id, slot, n, 0, kind, sealed from aside union all " +
		selectDone + " where lost order by id")
	if err != nil {
		return err
	}
	for _, r := range entries {
		all.Left = append(all.Left, Left{Kind: r.kind, Conversation: t.seal.about(r)})
	}
	drafts, err := t.rows(selectDrafts + " order by id")
	if err != nil {
		return err
	}
	for _, r := range drafts {
		all.Left = append(all.Left, Left{Kind: r.kind, Conversation: t.seal.about(r), Draft: true})
	}
	return nil
}

// about is the conversation a row is about, empty when it says none.
func (s sealer) about(r row) wire.ConversationID {
	text, err := s.open(r.id, r.kind, r.sealed)
	if err != nil {
		return ""
	}
	var it struct {
		Conversation wire.ConversationID `json:"c"` // a draft's
		Args         struct {
			Conversation wire.ConversationID `json:"c"` // every command's that is about one
		} `json:"args"`
	}
	if json.Unmarshal(text, &it) != nil {
		return ""
	}
	return cmp.Or(it.Conversation, it.Args.Conversation)
}
