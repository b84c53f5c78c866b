package webchat

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// DefaultAudience is what aud is when nothing else is configured.
	DefaultAudience = "ventanilla"
	// TokenLife is the longest a signed token may be good for.
	TokenLife = 5 * time.Minute

	minSecret = 32
	maxToken  = 4 << 10
	maxClaim  = 128
	// skew is how far the lender's clock may be from the desk's.
	skew = 30 * time.Second
)

// Claims are what a signed token says.
type Claims struct {
	Audience string
	Subject  string // the lender's reference of the customer
	Name     string // what to call them; may be empty
	ID       string // makes the token good once
	Issued   time.Time
	Expires  time.Time
}

// ErrToken is wrapped by every reason for which a token is refused.
var ErrToken = errors.New("the signed token is refused")

// jwt is the payload as RFC 7519 has it.
type jwt struct {
	Audience audience `json:"aud"`
	Subject  string   `json:"sub"`
	Name     string   `json:"name,omitempty"`
	ID       string   `json:"jti"`
	Issued   int64    `json:"iat"`
	Expires  int64    `json:"exp"`
}

// audience is one string or several.
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("[")) {
		return json.Unmarshal(b, (*[]string)(a))
	}
	*a = make(audience, 1)
	return json.Unmarshal(b, &(*a)[0])
}

func (a audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

var b64 = base64.RawURLEncoding.Strict()

// MintToken signs claims the way the lender's server does (JWT, HS256).
func MintToken(secret []byte, c Claims) (string, error) {
	if len(secret) < minSecret {
		return "", fmt.Errorf("minting a token: the secret has %d bytes, at least %d are needed", len(secret), minSecret)
	}
	payload, err := json.Marshal(jwt{audience{c.Audience}, c.Subject, c.Name, c.ID, c.Issued.Unix(), c.Expires.Unix()})
	if err != nil {
		return "", fmt.Errorf("minting a token: %w", err)
	}
	signed := b64.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + b64.EncodeToString(payload)
	return signed + "." + b64.EncodeToString(sign(secret, signed)), nil
}

func sign(secret []byte, text string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// readToken returns what a token says when it is signed with secret, meant for
// aud and good now. That it is used once is for the caller to see to.
func readToken(secret []byte, aud, token string, now time.Time) (Claims, error) {
	bad := func(why string) (Claims, error) { return Claims{}, fmt.Errorf("%w: %s", ErrToken, why) }
	if len(secret) < minSecret {
		return bad("this desk has no secret")
	}
	head, rest, _ := strings.Cut(token, ".")
	body, mac, found := strings.Cut(rest, ".")
	if len(token) > maxToken || !found {
		return bad("it is no token")
	}
	// The signature comes first: nothing unsigned is looked into.
	given, err := b64.DecodeString(mac)
	if err != nil || !hmac.Equal(given, sign(secret, head+"."+body)) {
		return bad("the signature is wrong")
	}
	var header struct {
		Alg  string          `json:"alg"`
		Crit json.RawMessage `json:"crit"`
	}
	if !decodePart(head, &header) || header.Alg != "HS256" || header.Crit != nil {
		return bad("it is not HS256")
	}
	var p jwt
	if !decodePart(body, &p) {
		return bad("it cannot be read")
	}
	c := Claims{aud, p.Subject, cutName(p.Name), p.ID, time.Unix(p.Issued, 0), time.Unix(p.Expires, 0)}
	return c, p.check(c, now)
}

func decodePart(part string, into any) bool {
	data, err := b64.DecodeString(part)
	return err == nil && json.Unmarshal(data, into) == nil
}

func (p jwt) check(c Claims, now time.Time) error {
	forUs := false
	for _, a := range p.Audience {
		forUs = forUs || a == c.Audience
	}
	why := ""
	switch {
	case !forUs:
		why = "it is meant for somebody else"
	case p.Subject == "" || len(p.Subject) > maxClaim:
		why = "sub is missing or too long"
	case p.ID == "" || len(p.ID) > maxClaim:
		why = "jti is missing or too long"
	case p.Issued <= 0 || c.Issued.After(now.Add(skew)):
		why = "iat is missing or in the future"
	case !c.Expires.After(c.Issued) || c.Expires.Sub(c.Issued) > TokenLife:
		why = "exp is missing or more than five minutes after iat"
	case !now.Before(c.Expires.Add(skew)):
		why = "it has expired"
	default:
		return nil
	}
	return fmt.Errorf("%w: %s", ErrToken, why)
}
