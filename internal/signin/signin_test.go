package signin

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"ventanilla/client/wire"
)

func TestADesksAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://desk.example.com/":        "https://desk.example.com",
		"desk.example.com":                 "https://desk.example.com",
		"desk.example.com:8443":            "https://desk.example.com:8443",
		"http://127.0.0.1:8480":            "http://127.0.0.1:8480",
		"http://localhost:8480/x":          "http://localhost:8480",
		"http://desk.example.com":          "", // the password would travel in the clear
		"ftp://desk.example.com":           "",
		"":                                 "",
		"https://user:secret@desk.example": "https://desk.example",
	} {
		got, err := Desk(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("Desk(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestSigningIn(t *testing.T) {
	until := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in wire.Login
		if r.URL.Path != wire.LoginPath || json.NewDecoder(r.Body).Decode(&in) != nil || in.Password != "una contraseña larga" {
			w.WriteHeader(http.StatusUnauthorized)
			_ = json.NewEncoder(w).Encode(wire.Refusal{Kind: wire.Denied, Code: "bad_login", Text: "no es correcta"})
			return
		}
		_ = json.NewEncoder(w).Encode(wire.LoggedIn{Token: "tok", You: wire.Agent{Name: "Ana"}, Expires: wire.At(until)})
	}))
	defer desk.Close()
	s, err := In(t.Context(), desk.Client(), desk.URL, "ana", "una contraseña larga")
	if err != nil || s.Token != "tok" || s.Name != "Ana" || !s.Until.Equal(until) {
		t.Fatalf("signed in as %+v, %v", s.Account, err)
	}
	if _, err := In(t.Context(), desk.Client(), desk.URL, "ana", "otra"); err == nil || err.Error() != "no es correcta" {
		t.Fatalf("the desk's own words are not shown: %v", err)
	}
}

// A password goes to the address it was meant for, whatever that answers.
func TestAPasswordIsNotForwarded(t *testing.T) {
	asked := false
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer thief.Close()
	desk := httptest.NewServer(http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
	defer desk.Close()
	if _, err := In(t.Context(), desk.Client(), desk.URL, "ana", "secreta"); err == nil || asked {
		t.Fatalf("followed: %v, %v", asked, err)
	} else if strings.Contains(err.Error(), "secreta") {
		t.Fatalf("the error shows the password: %v", err)
	}
}

// Without a keyring nothing is kept, and it is said.
func TestWithoutAKeyringNothingIsKept(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	err := Save(Session{Account: Account{Server: "https://desk.example", Login: "ana"}, Token: "tok"})
	if !errors.Is(err, ErrNoKeyring) {
		t.Fatalf("Save: %v", err)
	}
}
