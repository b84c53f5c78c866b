package outbox_test

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"ventanilla/internal/outbox"
)

func TestAPasswordSealsTheFile(t *testing.T) {
	cfg := outbox.Config{Dir: t.TempDir(), Account: "ana https://desk.example.com", Password: "una contraseña larga"}
	b := open(t, cfg)
	add(t, b, "texto-secreto")
	must(t, b.SaveDraft("c1", "note", "otro-secreto"))
	shut(t, b)
	raw, err := os.ReadFile(database(t, cfg))
	must(t, err)
	if bytes.Contains(raw, []byte("secreto")) || bytes.Contains(raw, []byte(cfg.Password)) {
		t.Error("the file shows what was written, or the password")
	}
	again := open(t, cfg)
	expect(t, again, "texto-secreto 0")
	expectDrafts(t, again, outbox.Draft{Conversation: "c1", Kind: "note", Text: "otro-secreto"})
	shut(t, again)

	changed, keyed := cfg, cfg
	changed.Password = "otra contraseña larga"
	keyed.Password, keyed.Key = "", make([]byte, outbox.KeySize)
	for what, other := range map[string]outbox.Config{"another password": changed, "a key": keyed} {
		if _, err := outbox.Open(t.Context(), other); !errors.Is(err, outbox.ErrKey) {
			t.Errorf("%s answers %v", what, err)
		}
		if err := outbox.Wipe(t.Context(), other, false); !errors.Is(err, outbox.ErrKey) {
			t.Errorf("wiping with %s answers %v", what, err)
		}
	}
	expect(t, open(t, cfg), "texto-secreto 0") // trying destroyed nothing
}

func TestTwoFilesOfOnePasswordHaveTwoKeys(t *testing.T) {
	one := outbox.Config{Dir: t.TempDir(), Account: "ana", Password: "una contraseña larga"}
	two := outbox.Config{Dir: t.TempDir(), Account: "ana", Password: one.Password}
	shut(t, open(t, one))
	shut(t, open(t, two))
	read := func(cfg outbox.Config) (salt []byte) {
		query(t, cfg, "select salt from salt", &salt)
		return salt
	}
	if a, b := read(one), read(two); len(a) < 16 || bytes.Equal(a, b) {
		t.Errorf("salts %x and %x", a, b)
	}
}
