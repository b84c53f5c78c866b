package signin

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/adrg/xdg"
	"github.com/zalando/go-keyring"
)

// outboxKeySize is the length of a key for AES-256.
const outboxKeySize = 32

// ID names an account among others on this machine.
func (a Account) ID() string { return a.key() }

func (a Account) outboxKey() string { return "outbox " + a.key() }

// OutboxKey returns the key of an account's outbox from the keyring, where it is
// put at the first use. Without a keyring it returns an error that wraps
// [ErrNoKeyring]; a key is never kept anywhere else.
func OutboxKey(a Account) ([]byte, error) {
	kept, err := keyring.Get(service, a.outboxKey())
	if errors.Is(err, keyring.ErrNotFound) {
		key := make([]byte, outboxKeySize)
		_, _ = rand.Read(key) // never fails
		if err := keyring.Set(service, a.outboxKey(), base64.StdEncoding.EncodeToString(key)); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoKeyring, err)
		}
		return key, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	key, err := base64.StdEncoding.DecodeString(kept)
	if err != nil || len(key) != outboxKeySize {
		return nil, errors.New("the keyring's key of the outbox is not one of ours")
	}
	return key, nil
}

// ForgetOutboxKey removes the key of an account's outbox. What it sealed cannot be
// read any more.
func ForgetOutboxKey(a Account) error {
	if err := keyring.Delete(service, a.outboxKey()); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("removing the outbox's key from the keyring: %w", err)
	}
	return nil
}

// OutboxDir is where outboxes are kept.
func OutboxDir() string { return filepath.Join(xdg.StateHome, "ventanilla") }
