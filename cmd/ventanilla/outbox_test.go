package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"
	"github.com/zalando/go-keyring"

	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
	"ventanilla/internal/signin"
	"ventanilla/tui"
)

// signedIn is a machine with a keyring on which somebody has signed in at a desk
// that lets go of everybody.
func signedIn(t *testing.T) signin.Session {
	t.Helper()
	keyring.MockInit()
	t.Cleanup(xdg.Reload) // after the variable is back: cleanups run last first
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	xdg.Reload()
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(desk.Close)
	s := signin.Session{Account: signin.Account{Server: desk.URL, Login: "ana"}, Token: "tok"}
	if err := signin.Save(s); err != nil {
		t.Fatal(err)
	}
	return s
}

func box(t *testing.T, s signin.Session) *outbox.Outbox {
	t.Helper()
	b, err := openOutbox(t.Context(), s.Account)
	if err != nil || b == nil {
		t.Fatalf("outbox %v, %v", b, err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// say runs a command line and returns all it printed.
func say(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func files(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.Getenv("XDG_STATE_HOME"), "ventanilla", "outbox-*.db*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestLogoutRefusesToLoseWhatWaits(t *testing.T) {
	s := signedIn(t)
	b := box(t, s)
	if err := b.Add("e", wire.Reply{Conversation: "c12", Text: "texto-secreto"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := say(t, "logout", "--force"); err == nil || !strings.Contains(err.Error(), "leave it first") {
		t.Errorf("while a workstation is open: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := say(t, "logout")
	if err == nil || !strings.Contains(err.Error(), "reply in c12") || strings.Contains(err.Error(), "secreto") {
		t.Errorf("logout says %v", err)
	}
	if _, err := signin.Load(); err != nil {
		t.Errorf("a refused logout ended the session: %v", err)
	}
	if out, err := say(t, "logout", "--force"); err != nil || !strings.Contains(out, "signed out") {
		t.Fatalf("forced: %s, %v", out, err)
	}
	for _, f := range files(t) {
		if !strings.HasSuffix(f, ".db.lock") {
			t.Errorf("%s is left", f)
		}
	}
}

func TestLogoutWithNothingWaitingWipesTheOutbox(t *testing.T) {
	s := signedIn(t)
	if err := box(t, s).Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := say(t, "logout"); err != nil || !strings.Contains(out, "signed out") {
		t.Fatalf("logout: %s, %v", out, err)
	}
	if found := files(t); len(found) > 1 {
		t.Errorf("left: %q", found)
	}
}

func TestWithoutAKeyringNothingIsWritten(t *testing.T) {
	s := signedIn(t)
	keyring.MockInitWithError(keyring.ErrUnsupportedPlatform)
	if b, err := openOutbox(t.Context(), s.Account); b != nil || err != nil {
		t.Errorf("outbox %v, %v", b, err)
	}
	if found := files(t); len(found) > 0 {
		t.Errorf("written: %q", found)
	}
}

func TestTheWorkstationsDraftsAreKeptAsWhatTheyAre(t *testing.T) {
	s := signedIn(t)
	b := box(t, s)
	d := keptDrafts{b}
	reply, note := tui.DraftKey{Conversation: "c1", Kind: tui.ReplyKind}, tui.DraftKey{Conversation: "c1", Kind: tui.NoteKind}
	for k, text := range map[tui.DraftKey]string{reply: "al cliente", note: "entre nosotros"} {
		if err := d.Save(k, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = box(t, s)
	got := keptDrafts{b}.Load()
	if len(got) != 2 || got[reply] != "al cliente" || got[note] != "entre nosotros" {
		t.Errorf("drafts = %v", got)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := say(t, "logout"); err == nil || !strings.Contains(err.Error(), "draft in c1") {
		t.Errorf("logout with drafts says %v", err)
	}
}
