package main

import (
	"bytes"
	"errors"
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
	cfg, err := outboxOf(s.Account)
	if err != nil {
		t.Fatal(err)
	}
	return opened(t, cfg, s.Account)
}

func opened(t *testing.T, cfg outbox.Config, a signin.Account) *outbox.Outbox {
	t.Helper()
	b, err := openOutbox(t.Context(), cfg, a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// say runs a command line with an input and returns all it printed.
func say(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(strings.NewReader(in))
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
	if _, err := say(t, "", "logout", "--force"); err == nil || !strings.Contains(err.Error(), "leave it first") {
		t.Errorf("while a workstation is open: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := say(t, "", "logout")
	if err == nil || !strings.Contains(err.Error(), "reply in c12") || strings.Contains(err.Error(), "secreto") {
		t.Errorf("logout says %v", err)
	}
	if _, err := signin.Load(); err != nil {
		t.Errorf("a refused logout ended the session: %v", err)
	}
	if out, err := say(t, "", "logout", "--force"); err != nil || !strings.Contains(out, "signed out") {
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
	if out, err := say(t, "", "logout"); err != nil || !strings.Contains(out, "signed out") {
		t.Fatalf("logout: %s, %v", out, err)
	}
	if found := files(t); len(found) > 1 {
		t.Errorf("left: %q", found)
	}
}

func TestWithoutAKeyringThereIsNoKeyToSealWith(t *testing.T) {
	s := signedIn(t)
	keyring.MockInitWithError(keyring.ErrUnsupportedPlatform)
	if _, err := outboxOf(s.Account); !errors.Is(err, signin.ErrNoKeyring) {
		t.Errorf("the key comes from nowhere: %v", err)
	}
	if found := files(t); len(found) > 0 {
		t.Errorf("written: %q", found)
	}
}

const secret = "una contraseña larga"

func TestAPasswordKeepsWhatIsTypedForTheNextSignIn(t *testing.T) {
	s := signedIn(t)
	typed := s.Account
	typed.Login = " Ana" // the desk takes it for the same
	b := opened(t, sealedByPassword(s.Account, secret), s.Account)
	if err := b.Add("e", wire.Reply{Conversation: "c12", Text: "hola"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := opened(t, sealedByPassword(typed, secret), typed)
	for e := range again.Entries() {
		if e.Command != (wire.Reply{Conversation: "c12", Text: "hola"}) {
			t.Errorf("kept %+v", e)
		}
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := openOutbox(t.Context(), sealedByPassword(s.Account, "otra contraseña"), s.Account)
	if err == nil || !strings.Contains(err.Error(), "earlier password") || !strings.Contains(err.Error(), "logout --server "+s.Server+" --login ana --force") {
		t.Errorf("with a new password: %v", err)
	}
	if len(box(t, s).Drafts()) > 0 { // the keyring's is another file
		t.Error("two outboxes are one")
	}
}

func TestLogoutForgetsWhatAPasswordSeals(t *testing.T) {
	s := signedIn(t)
	b := opened(t, sealedByPassword(s.Account, secret), s.Account)
	if err := b.SaveDraft("c9", "note", "texto-secreto"); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	args := []string{"logout", "--server", s.Server, "--login", "ana"}
	if _, err := say(t, secret+"\n", append(args, "--password-stdin")...); err == nil || !strings.Contains(err.Error(), "note draft in c9") {
		t.Errorf("logout says %v", err)
	}
	if out, err := say(t, "", append(args, "--force")...); err != nil || !strings.Contains(out, "nothing of ana") {
		t.Fatalf("forced: %s, %v", out, err)
	}
	for _, f := range files(t) {
		if !strings.HasSuffix(f, ".db.lock") {
			t.Errorf("%s is left", f)
		}
	}
	if _, err := signin.Load(); err != nil {
		t.Errorf("the keyring's session is gone too: %v", err)
	}
	if _, err := say(t, "", "logout", "--server", s.Server); err == nil {
		t.Error("a server without a login is taken")
	}
}

func TestRevokedAccessLeavesNothingAndSaysWhatWent(t *testing.T) {
	s := signedIn(t)
	kept, err := outboxOf(s.Account)
	if err != nil {
		t.Fatal(err)
	}
	b := box(t, s)
	if err := b.Add("e", wire.Reply{Conversation: "c12", Text: "texto-secreto"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	at := seat{Session: s, remembered: true, kept: kept}
	if err := revoked(t.Context(), at); err == nil || !strings.Contains(err.Error(), "other workstation") || len(files(t)) < 2 {
		t.Errorf("while another is open: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	err = revoked(t.Context(), at)
	if err == nil || !strings.Contains(err.Error(), "an administrator ended your access") || !strings.Contains(err.Error(), "reply in c12") || strings.Contains(err.Error(), "secreto") {
		t.Errorf("it says %v", err)
	}
	if found := files(t); len(found) > 1 {
		t.Errorf("left: %q", found)
	}
	if _, err := signin.Load(); !errors.Is(err, signin.ErrNone) {
		t.Errorf("the session is still here: %v", err)
	}
	if again, err := outboxOf(s.Account); err != nil || bytes.Equal(again.Key, kept.Key) {
		t.Errorf("the key is still here: %v", err)
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
	if _, err := say(t, "", "logout"); err == nil || !strings.Contains(err.Error(), "draft in c1") {
		t.Errorf("logout with drafts says %v", err)
	}
}

func TestTheWorkstationSaysWhatOnlyAnotherStartSends(t *testing.T) {
	s := signedIn(t)
	others := []*outbox.Outbox{box(t, s), box(t, s)}
	for _, b := range others {
		if err := b.Add("e", wire.Reply{Conversation: "c1", Text: "hola"}, time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Number("e"); err != nil {
			t.Fatal(err)
		}
	}
	start := func(said bool) {
		t.Helper()
		// There is no such locale, so no screen opens, wherever the test runs.
		out, err := say(t, "", "--locale", "xx")
		notice := "1 of what another workstation left to be sent waits; start ventanilla once more to send it\n"
		if err == nil || strings.Contains(out, notice) != said {
			t.Errorf("it says %q, %v", out, err)
		}
	}
	start(false) // both run
	for _, b := range others {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	start(true)
}
