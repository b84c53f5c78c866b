package signin

import (
	"bytes"
	"errors"
	"testing"

	"github.com/zalando/go-keyring"
)

func TestAnOutboxHasOneKeyPerAccountUntilItIsForgotten(t *testing.T) {
	keyring.MockInit()
	ana, leo := Account{Server: "https://desk", Login: "ana"}, Account{Server: "https://desk", Login: "leo"}
	key := func(a Account) []byte {
		t.Helper()
		k, err := OutboxKey(a)
		if err != nil || len(k) != outboxKeySize {
			t.Fatalf("a key of %d bytes, %v", len(k), err)
		}
		return k
	}
	first := key(ana)
	if !bytes.Equal(first, key(ana)) {
		t.Error("the key changed: what it sealed is lost")
	}
	if bytes.Equal(first, key(leo)) {
		t.Error("two accounts share a key")
	}
	if err := ForgetOutboxKey(ana); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first, key(ana)) {
		t.Error("a forgotten key came back")
	}
	if err := keyring.Set(service, ana.outboxKey(), "corto"); err != nil {
		t.Fatal(err)
	}
	if _, err := OutboxKey(ana); err == nil || errors.Is(err, ErrNoKeyring) {
		t.Errorf("a damaged key answers %v", err)
	}
}

func TestWithoutAKeyringThereIsNoKey(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	if k, err := OutboxKey(Account{Login: "ana"}); !errors.Is(err, ErrNoKeyring) || k != nil {
		t.Errorf("key %x, %v", k, err)
	}
}
