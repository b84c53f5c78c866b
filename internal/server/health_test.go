package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ventanilla/internal/bus/local"
	"ventanilla/internal/channel/webchat"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// fullStore is a store without room.
type fullStore struct{ desk.Store }

func (fullStore) Update(context.Context, func(desk.Tx) error) error { return desk.ErrFull }

// Whoever supervises a desk learns that it cannot save, and why, in words.
func TestHealthSaysWhatKeepsTheDeskFromWriting(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	user, err := desk.AddUser(t.Context(), store, time.Now(), desk.NewUser{Login: "ana", Name: "Ana", Role: "agent", Password: "una contraseña larga"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(t.Context(), desk.Config{Store: fullStore{store}, Bus: new(local.Bus)})
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{desk: d}
	ask := func() (int, string) {
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Header.Set("Accept-Language", "en")
		w := httptest.NewRecorder()
		s.health(w, r)
		return w.Code, w.Body.String()
	}
	if status, body := ask(); status != http.StatusOK || body != "ok\n" {
		t.Fatalf("before: %d %q", status, body)
	}
	if _, err := d.SignIn(t.Context(), user.Login, "una contraseña larga"); err == nil {
		t.Fatal("a session was saved on a full disk")
	}
	if status, body := ask(); status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "disk_full: The desk cannot save") {
		t.Errorf("without room: %d %q", status, body)
	}
}

// A desk that cannot save asks customers to come back. Its log has said why: it does
// not say so again for each of them.
func TestADeskInTroubleAsksCustomersToComeBack(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	d, err := desk.Open(t.Context(), desk.Config{Store: fullStore{store}, Bus: new(local.Bus)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	if _, err := (customers{d}).Enter(t.Context(), webchat.Entry{Name: "Rosa"}); !errors.Is(err, webchat.ErrCrowded) {
		t.Errorf("entering: %v", err)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
