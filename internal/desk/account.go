package desk

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"ventanilla/client/wire"
)

// argon2id parameters: OWASP's floor of 19 MiB and two passes, about 50 ms here.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLength = 32
	saltLength = 16
)

// hashesAtOnce bounds the memory that a flood of logins can take, hashesWaiting how
// long the last of them waits.
var hashesAtOnce = max(1, runtime.NumCPU())

const hashesWaiting = 64

// Limits on what an account may hold.
const (
	MinPassword = 12
	MaxPassword = 128
	// SessionFor is how long a session lasts, whatever is done in it.
	SessionFor = 12 * time.Hour
)

// NewUser describes an account to make.
type NewUser struct {
	Login    string
	Name     string
	Role     wire.Role
	Queues   []wire.QueueID // empty: the default queue
	Password string
}

// AddUser makes an account and records it in the log. It writes straight to the
// store: it serves the operator's commands, beside a desk that may be running.
func AddUser(ctx context.Context, s Store, now time.Time, n NewUser) (User, error) {
	n.Login = strings.ToLower(strings.TrimSpace(n.Login))
	if err := n.check(); err != nil {
		return User{}, err
	}
	if len(n.Queues) == 0 {
		n.Queues = []wire.QueueID{DefaultQueue}
	}
	u := User{
		Agent: wire.Agent{
			ID: wire.AgentID(wire.NewID(now)), Name: strings.TrimSpace(n.Name), Role: n.Role, Queues: n.Queues, State: wire.Offline,
		},
		Login: n.Login, Password: hashPassword(n.Password),
	}
	err := s.Update(ctx, func(tx Tx) error {
		if err := u.fits(tx); err != nil {
			return err
		}
		return saveStaff(tx, now, u)
	})
	return u, err
}

func (n *NewUser) check() error {
	switch length := utf8.RuneCountInString(n.Password); {
	case n.Login == "" || strings.ContainsFunc(n.Login, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_@", r)
	}):
		return fmt.Errorf("the login %q: use letters, digits and . - _ @", n.Login)
	case strings.TrimSpace(n.Name) == "" || utf8.RuneCountInString(n.Name) > wire.MaxTag:
		return fmt.Errorf("the name must have 1 to %d characters", wire.MaxTag)
	case !slices.Contains(wire.Roles(), n.Role):
		return fmt.Errorf("the role %q: use one of %v", n.Role, wire.Roles())
	case length < MinPassword || length > MaxPassword:
		return fmt.Errorf("the password must have %d to %d characters", MinPassword, MaxPassword)
	}
	return nil
}

func (u *User) fits(r Reader) error {
	_, taken, err := r.UserByLogin(u.Login)
	if err != nil {
		return err
	}
	if taken {
		return fmt.Errorf("there is a user %q already", u.Login)
	}
	queues, err := r.Queues()
	if err != nil {
		return err
	}
	for _, q := range u.Queues {
		if !slices.ContainsFunc(queues, func(have wire.Queue) bool { return have.ID == q }) {
			return fmt.Errorf("there is no queue %q", q)
		}
	}
	return nil
}

// saveStaff writes a user and the record that tells every reader of it.
func saveStaff(tx Tx, now time.Time, u User) error {
	if err := tx.SaveUser(u); err != nil {
		return err
	}
	w := &work{Tx: tx, now: now, at: wire.At(now)}
	_, err := w.append(Entry{}, wire.StaffChanged{Agent: u.Agent, Gone: u.Disabled})
	return err
}

// DisableUser ends an account: nobody signs in with it, its sessions end and its
// links are closed. What the person did stays.
func DisableUser(ctx context.Context, s Store, now time.Time, login string) error {
	return s.Update(ctx, func(tx Tx) error {
		u, err := userToEnd(tx, login)
		if err != nil {
			return err
		}
		u.Disabled, u.State = true, wire.Offline
		return revoke(tx, now, u)
	})
}

// SignOutUser ends every session of an account and closes its links. Whoever holds
// one of its tokens is told that it was taken back; the person can sign in again.
func SignOutUser(ctx context.Context, s Store, now time.Time, login string) error {
	return s.Update(ctx, func(tx Tx) error {
		u, err := userToEnd(tx, login)
		if err != nil {
			return err
		}
		return revoke(tx, now, u)
	})
}

func userToEnd(tx Tx, login string) (User, error) {
	u, found, err := tx.UserByLogin(strings.ToLower(login))
	if err == nil && !found {
		err = fmt.Errorf("there is no user %q", login)
	}
	return u, err
}

// revoke saves a user whose sessions end. The record makes every link of theirs
// look at its session.
func revoke(tx Tx, now time.Time, u User) error {
	if err := tx.RevokeSessionsOf(u.ID); err != nil {
		return err
	}
	return saveStaff(tx, now, u)
}

// SignedIn is what a login gives: the token is shown to the client only.
type SignedIn struct {
	Token   string
	Agent   wire.Agent
	Expires time.Time
}

// SignIn checks a password and starts a session. Whether the user exists does not
// show, neither in the answer nor in the time it takes.
func (d *Desk) SignIn(ctx context.Context, login, password string) (SignedIn, error) {
	u, found, err := d.userByLogin(ctx, login)
	if err != nil {
		return SignedIn{}, err
	}
	if !found {
		u.Password = decoyHash
	}
	right, err := d.checkPassword(ctx, u.Password, password)
	if err != nil {
		return SignedIn{}, err
	}
	if !right || !found || u.Disabled {
		return SignedIn{}, refuse(wire.Denied, "bad_login")
	}
	in, err := StartSession(ctx, d.cfg.Store, d.cfg.Now(), u)
	if err != nil && ctx.Err() == nil {
		return SignedIn{}, d.trouble.note(err)
	}
	return in, err
}

// StartSession gives a user a session without a password: for the operator's own
// machine, where whoever can read the data is whoever he says.
func StartSession(ctx context.Context, s Store, now time.Time, u User) (SignedIn, error) {
	in := SignedIn{Token: wire.NewToken() + wire.NewToken(), Agent: u.Agent, Expires: now.Add(SessionFor)}
	err := s.Update(ctx, func(tx Tx) error {
		return tx.SaveSession(Session{Hash: Digest(in.Token), User: u.ID, Created: now, Expires: in.Expires})
	})
	return in, err
}

// SignOut ends a session.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	return d.change(ctx, func(w *work) error { return w.DeleteSession(Digest(token)) })
}

// Authenticate returns whose session a token is. A token that an administrator took
// back is refused as revoked for as long as it is remembered, one that ran out or is
// unknown as signed out.
func (d *Desk) Authenticate(ctx context.Context, token string) (User, error) {
	var u User
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		s, found, err := r.Session(Digest(token))
		if err != nil {
			return err
		}
		if !found {
			return refuse(wire.Denied, "signed_out")
		}
		u, found, err = r.User(s.User)
		switch {
		case err != nil:
			return err
		case s.Revoked || !found || u.Disabled:
			return refuse(wire.Denied, "revoked")
		case !d.cfg.Now().Before(s.Expires):
			return refuse(wire.Denied, "signed_out")
		}
		return nil
	})
	return u, err
}

func (d *Desk) userByLogin(ctx context.Context, login string) (u User, found bool, err error) {
	err = d.cfg.Store.View(ctx, func(r Reader) error {
		u, found, err = r.UserByLogin(strings.ToLower(strings.TrimSpace(login)))
		return err
	})
	return u, found, err
}

// checkPassword waits for one of the few slots, so that a flood of logins takes
// time from itself and not memory from everybody.
func (d *Desk) checkPassword(ctx context.Context, hash, password string) (bool, error) {
	if d.waiting.Add(1) > hashesWaiting {
		d.waiting.Add(-1)
		return false, refuse(wire.Busy, "busy")
	}
	defer d.waiting.Add(-1)
	select {
	case d.hash <- struct{}{}:
		defer func() { <-d.hash }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if len(password) > 4*MaxPassword {
		return false, nil
	}
	return verify(hash, password)
}

// decoyHash is verified when there is no such user. No password has it.
const decoyHash = "argon2id$19456$2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func hashPassword(password string) string {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails: it ends the program instead
	sum := argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, 1, hashLength)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("argon2id$%d$%d$%s$%s", hashMemory, hashPasses, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

func verify(hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 5 || parts[0] != "argon2id" {
		return false, errors.New("a stored password is damaged")
	}
	var memory, passes uint32
	if _, err := fmt.Sscan(parts[1], &memory); err != nil {
		return false, fmt.Errorf("a stored password is damaged: %w", err)
	}
	if _, err := fmt.Sscan(parts[2], &passes); err != nil {
		return false, fmt.Errorf("a stored password is damaged: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[3])
	if err != nil {
		return false, fmt.Errorf("a stored password is damaged: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("a stored password is damaged: %w", err)
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, 1, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// AddQueue makes a queue, or gives one another name, and records it in the log.
// Its name defaults to its id.
func AddQueue(ctx context.Context, s Store, now time.Time, q wire.Queue) error {
	q.ID = wire.QueueID(strings.ToLower(strings.TrimSpace(string(q.ID))))
	if q.ID == "" || len(q.ID) > wire.MaxTag || strings.ContainsFunc(string(q.ID), func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-_", r)
	}) {
		return fmt.Errorf("the queue %q: use letters, digits, - and _", q.ID)
	}
	if q.Name = strings.TrimSpace(q.Name); q.Name == "" {
		q.Name = string(q.ID)
	}
	if utf8.RuneCountInString(q.Name) > wire.MaxTag {
		return fmt.Errorf("the name must have at most %d characters", wire.MaxTag)
	}
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.SaveQueue(q); err != nil {
			return err
		}
		w := &work{Tx: tx, now: now, at: wire.At(now)}
		_, err := w.append(Entry{}, wire.QueueChanged{Queue: q})
		return err
	})
}
