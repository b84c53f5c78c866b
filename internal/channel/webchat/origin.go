package webchat

import (
	"net/http"
	"slices"
	"strings"

	"ventanilla/internal/caller"
)

// ownOrigin lets in our own page and programs, which send no Origin; no page of
// somebody else's, nor one without an origin ("null").
func (c *Channel) ownOrigin(r *http.Request) bool {
	given := r.Header.Values("Origin")
	if len(given) == 0 {
		return true
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if c.cfg.BehindProxy {
		if proto := caller.Last(r.Header.Values("X-Forwarded-Proto")); proto != "" {
			scheme = proto
		}
	}
	own := scheme + "://" + r.Host
	return len(given) == 1 && (strings.EqualFold(given[0], own) || slices.Contains(c.cfg.Origins, given[0]))
}
