package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
	"ventanilla/internal/gateway"
	"ventanilla/internal/store/sqlite"
)

// failing is a store whose reads fail once it is told why.
type failing struct {
	desk.Store
	why error
}

func (s *failing) View(ctx context.Context, fn func(desk.Reader) error) error {
	if s.why != nil {
		return s.why
	}
	return s.Store.View(ctx, fn)
}

// The log says why a request failed. It says nothing of who hung up, nor of what the
// desk refuses by its rules.
func TestTheLogNamesTheDesksOwnFaultsOnly(t *testing.T) {
	inner, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	store := &failing{Store: inner}
	d, err := desk.Open(t.Context(), desk.Config{Store: store, Bus: new(local.Bus)})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	gate := gateway.New(t.Context(), gateway.Config{Desk: d, Log: slog.New(slog.NewTextHandler(&log, nil))})
	defer gate.Close()
	mux := http.NewServeMux()
	for _, r := range gate.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	ask := func(ctx context.Context) string {
		log.Reset()
		mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, wire.Path, nil))
		return log.String()
	}
	if said := ask(t.Context()); said != "" {
		t.Errorf("of a token that is not good: %s", said)
	}
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	store.why = errors.New("the cable is out")
	if said := ask(gone); said != "" {
		t.Errorf("of who hung up: %s", said)
	}
	if said := ask(t.Context()); !strings.Contains(said, "the cable is out") {
		t.Errorf("of a store that fails: %q", said)
	}
}
