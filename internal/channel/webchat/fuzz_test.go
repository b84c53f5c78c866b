package webchat

import (
	"encoding/json"
	"testing"
	"time"

	"ventanilla/client/wire/chatwire"

	"github.com/gorilla/websocket"
)

// FuzzDecode holds that a frame is either garbage or says exactly one thing, and
// that what it says survives being written again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"hello":{"version":1,"ticket":"t","device":"device-1","lane":"lane-001","after":3}}`,
		`{"say":{"n":1,"settled":0,"text":"hola \ud83d\ude00"}}`, `{"typing":{}}`, `{"marks":{"delivered":4,"read":2}}`,
		`{"older":{"before":9}}`, `{"ping":{"sent":1}}`, `{}`, `{"say":{},"ping":{}}`, `{"say":{"n":-1}}`, `[`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := decode(websocket.TextMessage, data)
		if err != nil {
			return
		}
		again, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decode(websocket.TextMessage, again); err != nil {
			t.Fatalf("%s was read, %s was not", data, again)
		}
	})
}

// FuzzToken holds that no change to a signed token is taken.
func FuzzToken(f *testing.F) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	now := time.Unix(1_800_000_000, 0)
	good, err := MintToken(secret, Claims{DefaultAudience, "c", "Vera", "1", now, now.Add(time.Minute)})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, good + "=", good[:len(good)-1], "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		c, err := readToken(secret, DefaultAudience, token, now)
		if (err == nil) != (token == good) {
			t.Fatalf("%q was read as %+v, %v", token, c, err)
		}
	})
}

// FuzzName holds that a name is one short line.
func FuzzName(f *testing.F) {
	f.Add("Vera\nÑandú \xff")
	f.Fuzz(func(t *testing.T, s string) {
		name := cutName(s)
		if n := len([]rune(name)); n > chatwire.MaxName || cutName(name) != name {
			t.Fatalf("%q became %q, of %d characters", s, name, n)
		}
	})
}
