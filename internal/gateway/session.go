package gateway

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// recheck closes the links whose session has ended or whose user's rights have changed:
// when somebody's account changes, and every so often. A link's own feed would notice
// too, but who reads slowly decides how soon.
func (g *Gateway) recheck() {
	tick := time.NewTicker(recheckEvery)
	defer tick.Stop()
	changed := g.desk.StaffChanged()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-tick.C:
		case <-changed:
		}
		changed = g.desk.StaffChanged() // before looking: what changes meanwhile is looked at again
		for _, l := range g.open() {
			_, err := l.authenticate(g.ctx)
			l.expel(g.ctx, err)
		}
	}
}

// authenticate returns whose link it is, as they are now, while their session lasts and
// they have the rights they came with.
func (l *link) authenticate(ctx context.Context) (desk.User, error) {
	user, err := l.gate.desk.Authenticate(ctx, l.token)
	if err == nil && user.Rights() != l.came.Rights() {
		err = desk.ErrRightsChanged
	}
	return user, err
}

// expel ends the link and reports true when an error of authenticate says that it may
// not go on, rather than that this could not be found out.
func (l *link) expel(ctx context.Context, err error) bool {
	if !ended(err) && !errors.Is(err, desk.ErrRightsChanged) {
		return false
	}
	l.end(codeOf(ctx, err))
	return true
}

// ended reports whether an error says that a session is over.
func ended(err error) bool {
	e, refused := errors.AsType[*desk.Error](err)
	return refused && e.Kind == wire.Denied
}

func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}
