package webchat_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/channel/webchat"
)

// waitingDesk is busy for longer than anybody asks.
type waitingDesk struct{ *memDesk }

func (waitingDesk) Enter(ctx context.Context, _ webchat.Entry) (webchat.Visitor, error) {
	<-ctx.Done()
	return webchat.Visitor{}, ctx.Err()
}

// Who hangs up while the desk looks for them is no trouble of the desk's.
func TestWhoHangsUpLeavesNoWarning(t *testing.T) {
	var log bytes.Buffer
	ch, err := webchat.New(webchat.Config{Desk: waitingDesk{newMemDesk()}, Secret: secret, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer ch.Close()
	mux := http.NewServeMux()
	for _, r := range ch.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, chatwire.TicketPath, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	mux.ServeHTTP(httptest.NewRecorder(), r)
	if log.Len() > 0 {
		t.Errorf("the log says %s", &log)
	}
}
