package webchat

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/caller"
)

const (
	maxTicketBody = 16 << 10
	maxLocale     = 35
	crowdedFor    = 20 * time.Second // until somebody new may try again
)

// serveTicket lets a customer in: who are you, and may you come in now?
func (c *Channel) serveTicket(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !c.ownOrigin(r) {
		refuse(w, http.StatusForbidden, refusal(wire.Denied, "origin", ""))
		return
	}
	if media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(media) != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, refusal(wire.Invalid, "bad_frame", ""))
		return
	}
	var req chatwire.TicketRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxTicketBody)).Decode(&req); err != nil {
		refuse(w, http.StatusBadRequest, refusal(wire.Invalid, "bad_frame", ""))
		return
	}
	if len(req.Locale) > maxLocale {
		req.Locale = ""
	}
	if network, counted := caller.Network(r, c.cfg.BehindProxy); counted {
		if wait := c.networks.Take(network, 0, c.cfg.Now()); wait > 0 {
			busy(w, http.StatusTooManyRequests, wait, req.Locale)
			return
		}
	}
	c.admit(w, r, req)
}

func (c *Channel) admit(w http.ResponseWriter, r *http.Request, req chatwire.TicketRequest) {
	now := c.cfg.Now()
	fresh := wire.NewToken()
	e := Entry{Name: cutName(req.Name), Locale: req.Locale, Fresh: hash(fresh), Expires: now.Add(resumeLife)}
	if req.Resume != "" {
		e.Resume = hash(req.Resume)
	}
	var id string
	if req.Token != "" {
		claims, err := readToken(c.cfg.Secret, c.cfg.Audience, req.Token, now)
		if err != nil {
			c.cfg.Log.Info("a signed token was refused", "reason", err)
			refuse(w, http.StatusUnauthorized, refusal(wire.Denied, "bad_token", req.Locale))
			return
		}
		first, err := c.spent.add(claims.ID, struct{}{}, now, claims.Expires.Add(skew))
		switch {
		case err != nil:
			busy(w, http.StatusServiceUnavailable, 10*time.Second, req.Locale)
			return
		case !first:
			refuse(w, http.StatusUnauthorized, refusal(wire.Denied, "spent_token", req.Locale))
			return
		}
		id, e.Ref, e.Name = claims.ID, claims.Subject, claims.Name
	}
	visitor, err := c.cfg.Desk.Enter(r.Context(), e)
	if err != nil {
		if id != "" {
			c.spent.take(id, now) // it brought nobody in: it may be tried again
		}
		if errors.Is(err, ErrCrowded) {
			busy(w, http.StatusServiceUnavailable, crowdedFor, req.Locale)
			return
		}
		if r.Context().Err() == nil { // otherwise nobody asks any more
			c.cfg.Log.Warn("a customer could not be let in", "error", err)
		}
		busy(w, http.StatusServiceUnavailable, 5*time.Second, req.Locale)
		return
	}
	if req.Locale != "" {
		visitor.Locale = req.Locale
	}
	ticket, err := c.tickets.issue(visitor, now)
	if err != nil {
		busy(w, http.StatusServiceUnavailable, 10*time.Second, req.Locale)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(chatwire.TicketResponse{Ticket: ticket, Resume: fresh})
}

// cutName makes one line of at most [chatwire.MaxName] characters of a name.
func cutName(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "\uFFFD")), " ")
	if utf8.RuneCountInString(name) > chatwire.MaxName {
		name = strings.TrimSpace(string([]rune(name)[:chatwire.MaxName]))
	}
	return name
}

// busy asks to come back, not all at the same moment.
func busy(w http.ResponseWriter, status int, wait time.Duration, locale string) {
	seconds := int(wait/time.Second) + 1
	w.Header().Set("Retry-After", strconv.Itoa(seconds+rand.N(seconds+1)))
	refuse(w, status, refusal(wire.Busy, "busy", locale))
}

func refuse(w http.ResponseWriter, status int, r *wire.Refusal) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r)
}

// sentences says each refusal of the door in Spanish and English.
var sentences = map[string][2]string{
	"origin":      {"Esta página no puede abrir el chat.", "This page may not open the chat."},
	"bad_frame":   {"El mensaje no se entiende.", "The message could not be understood."},
	"bad_token":   {"El acceso venció o no es válido. Vuelve a abrir el chat desde tu cuenta.", "The access has expired or is not valid. Open the chat from your account again."},
	"spent_token": {"Ese acceso ya se usó. Vuelve a abrir el chat desde tu cuenta.", "That access was used already. Open the chat from your account again."},
	"bad_ticket":  {"El permiso de entrada venció. Se pide otro solo.", "The ticket has expired. Another is asked for."},
	"busy":        {"Hay mucha gente ahora. Se reintenta solo.", "It is very busy now. It will be tried again."},
}

// refusal words a "no" in the language of a locale; anything but English is
// answered in Spanish.
func refusal(kind wire.Kind, code, locale string) *wire.Refusal {
	language := 0
	if strings.HasPrefix(strings.ToLower(locale), "en") {
		language = 1
	}
	return &wire.Refusal{Kind: kind, Code: code, Text: sentences[code][language]}
}
