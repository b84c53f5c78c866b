// Package signin keeps, on the agent's machine, where the desk is and who signed
// in, and the session's token in the system's keyring. A token is never written
// to a file: without a keyring it lives as long as the program does.
package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
	"github.com/zalando/go-keyring"

	"ventanilla/client/wire"
)

// service is the name under which the keyring holds our tokens.
const service = "ventanilla"

// ErrNone says that nobody is signed in on this machine.
var ErrNone = errors.New("nobody is signed in here")

// ErrNoKeyring says that this system has no place to keep a token safe.
var ErrNoKeyring = errors.New("this system has no keyring")

// Account is who is signed in where. It holds no secret.
type Account struct {
	Server string    `json:"server"`
	Login  string    `json:"login"`
	Name   string    `json:"name"`
	Until  time.Time `json:"until"`
}

// Session is an account with its token.
type Session struct {
	Account
	Token string
}

func (a Account) key() string { return a.Login + " " + a.Server }

// Desk returns the address of a desk in the form all parts use: scheme and host.
// A bare host means https.
func Desk(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		u, err = url.Parse("https://" + address)
	}
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("%q is not the address of a desk: give https://host", address)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("%s would send the password in the clear: use https", address)
	}
	return u.Scheme + "://" + u.Host, nil
}

// In signs in at a desk.
func In(ctx context.Context, client *http.Client, server, login, password string) (Session, error) {
	body, err := json.Marshal(wire.Login{Login: login, Password: password})
	if err != nil {
		return Session{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server+wire.LoginPath, bytes.NewReader(body))
	if err != nil {
		return Session{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", os.Getenv("LANG"))
	stays := *client // a password goes nowhere but where it was meant to
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := stays.Do(r)
	if err != nil {
		return Session{}, fmt.Errorf("signing in at %s: %w", server, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err != nil {
		return Session{}, fmt.Errorf("signing in at %s: %w", server, err)
	}
	if res.StatusCode != http.StatusOK {
		var no wire.Refusal
		if json.Unmarshal(b, &no) != nil || no.Text == "" {
			return Session{}, fmt.Errorf("signing in at %s: it answered %s", server, res.Status)
		}
		return Session{}, errors.New(no.Text)
	}
	var yes wire.LoggedIn
	if err := json.Unmarshal(b, &yes); err != nil || yes.Token == "" {
		return Session{}, fmt.Errorf("signing in at %s: the answer is not a desk's", server)
	}
	return Session{Account{server, login, yes.You.Name, yes.Expires.Time()}, yes.Token}, nil
}

// Out ends a session at its desk.
func Out(ctx context.Context, client *http.Client, s Session) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Server+wire.LogoutPath, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.Token)
	res, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("signing out at %s: %w", s.Server, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("signing out at %s: it answered %s", s.Server, res.Status)
	}
	return nil
}

// Save remembers a session. Without a keyring it remembers nothing and returns an
// error that wraps [ErrNoKeyring].
func Save(s Session) error {
	if err := keyring.Set(service, s.key(), s.Token); err != nil {
		return fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	// Made here, by one, and not by two workstations that start at once.
	if _, err := OutboxKey(s.Account); err != nil {
		return err
	}
	path, err := accountFile()
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(s.Account, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("remembering the account: %w", err)
	}
	return nil
}

// Load returns the session that was saved last, or an error that wraps [ErrNone].
func Load() (Session, error) {
	path, err := accountFile()
	if err != nil {
		return Session{}, err
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Session{}, ErrNone
	}
	if err != nil {
		return Session{}, fmt.Errorf("reading the account: %w", err)
	}
	var s Session
	if err := json.Unmarshal(b, &s.Account); err != nil {
		return Session{}, fmt.Errorf("%s is damaged; remove it and sign in again: %w", path, err)
	}
	s.Token, err = keyring.Get(service, s.key())
	if err != nil {
		return Session{Account: s.Account}, fmt.Errorf("%w: the keyring does not give the token: %w", ErrNone, err)
	}
	return s, nil
}

// Forget removes what was saved.
func Forget(s Session) error {
	path, err := accountFile()
	if err != nil {
		return err
	}
	if err := keyring.Delete(service, s.key()); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("removing the token from the keyring: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forgetting the account: %w", err)
	}
	return nil
}

func accountFile() (string, error) {
	path, err := xdg.StateFile(filepath.Join("ventanilla", "account.json"))
	if err != nil {
		return "", fmt.Errorf("finding a place for the account: %w", err)
	}
	return path, nil
}

// Device returns the random name of this installation, made at the first use.
func Device() (string, error) {
	path, err := xdg.StateFile(filepath.Join("ventanilla", "device"))
	if err != nil {
		return "", fmt.Errorf("finding a place for this device's name: %w", err)
	}
	if b, err := os.ReadFile(path); err == nil && len(bytes.TrimSpace(b)) >= 8 {
		return string(bytes.TrimSpace(b)), nil
	}
	name := wire.NewToken()
	if err := os.WriteFile(path, []byte(name+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("naming this device: %w", err)
	}
	return name, nil
}
