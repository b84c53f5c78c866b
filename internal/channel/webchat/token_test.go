package webchat_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/channel/webchat"
)

func mint(t *testing.T, change func(*webchat.Claims)) string {
	t.Helper()
	now := time.Now()
	c := webchat.Claims{
		Audience: webchat.DefaultAudience, Subject: "cliente-7", Name: "Vera Ñandú",
		ID: wire.NewToken(), Issued: now, Expires: now.Add(webchat.TokenLife),
	}
	change(&c)
	token, err := webchat.MintToken(secret, c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestOnlyATokenThatIsRightInEveryPartIsTaken(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	good := func(*webchat.Claims) {}
	parts := strings.Split(mint(t, good), ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	other, err := webchat.MintToken([]byte(strings.Repeat("x", 32)), webchat.Claims{
		Audience: webchat.DefaultAudience, Subject: "cliente-7", ID: "1", Issued: time.Now(), Expires: time.Now().Add(time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		token string
		want  int
	}{
		"good":           {mint(t, good), 200},
		"without a name": {mint(t, func(c *webchat.Claims) { c.Name = "" }), 200},
		"for another":    {mint(t, func(c *webchat.Claims) { c.Audience = "libredesk" }), 401},
		"nobody":         {mint(t, func(c *webchat.Claims) { c.Subject = "" }), 401},
		"without id":     {mint(t, func(c *webchat.Claims) { c.ID = "" }), 401},
		"expired": {mint(t, func(c *webchat.Claims) {
			c.Issued, c.Expires = time.Now().Add(-6*time.Minute), time.Now().Add(-time.Minute)
		}), 401},
		"from the future":    {mint(t, func(c *webchat.Claims) { c.Issued = time.Now().Add(2 * time.Minute) }), 401},
		"good for too long":  {mint(t, func(c *webchat.Claims) { c.Expires = time.Now().Add(time.Hour) }), 401},
		"another secret":     {other, 401},
		"not signed":         {none + "." + parts[1] + ".", 401},
		"header swapped":     {none + "." + parts[1] + "." + parts[2], 401},
		"cut":                {parts[0] + "." + parts[1], 401},
		"a padded signature": {parts[0] + "." + parts[1] + "." + parts[2] + "=", 401},
		"longer than any":    {strings.Repeat("a", 8000), 401},
		"not a token":        {"hola", 401},
	} {
		t.Run(name, func(t *testing.T) {
			if resp, _ := post(t, url, chatwire.TicketRequest{Token: tc.token}); resp.StatusCode != tc.want {
				t.Errorf("answered %s, want %d", resp.Status, tc.want)
			}
		})
	}
}

func TestADeskWithoutASecretTakesNoToken(t *testing.T) {
	_, _, url := open(t, webchat.Config{Secret: []byte{}})
	empty := mint(t, func(*webchat.Claims) {})
	if resp, _ := post(t, url, chatwire.TicketRequest{Token: empty}); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("answered %s, want 401", resp.Status)
	}
	if _, err := webchat.MintToken(nil, webchat.Claims{}); err == nil {
		t.Error("a token was minted without a secret")
	}
}
