package sqlite

import (
	"encoding/json"
	"fmt"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

const selectUsers = "select id, login, password, disabled, name, role, queues, state, reason, since from users "

func (r *reader) users(q string, args ...any) ([]desk.User, error) {
	var users []desk.User
	err := r.rows(q, args, func(scan scan) error {
		var u desk.User
		var queues []byte
		err := scan((*string)(&u.ID), &u.Login, &u.Password, &u.Disabled, &u.Name, (*string)(&u.Role),
			&queues, (*string)(&u.State), &u.Reason, (*int64)(&u.Since))
		if err == nil {
			err = json.Unmarshal(queues, &u.Queues)
		}
		users = append(users, u)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading users: %w", err)
	}
	return users, nil
}

func (r *reader) user(q, key string) (desk.User, bool, error) {
	found, err := r.users(q, key)
	if err != nil || len(found) == 0 {
		return desk.User{}, false, err
	}
	return found[0], true, nil
}

// Users implements [desk.Reader].
func (r *reader) Users() ([]desk.User, error) { return r.users(selectUsers + "order by id") }

// User implements [desk.Reader].
func (r *reader) User(id wire.AgentID) (desk.User, bool, error) {
	return r.user(selectUsers+"where id = ?", string(id))
}

// UserByLogin implements [desk.Reader].
func (r *reader) UserByLogin(login string) (desk.User, bool, error) {
	return r.user(selectUsers+"where login = ?", login)
}

// Session implements [desk.Reader].
func (r *reader) Session(hash string) (desk.Session, bool, error) {
	s := desk.Session{Hash: hash}
	var created, expires int64
	const q = "select user, created, expires, revoked from sessions where hash = ?"
	found, err := r.row(q, []any{hash}, []any{(*string)(&s.User), &created, &expires, &s.Revoked})
	if err != nil || !found {
		return desk.Session{}, false, wrap("reading a session", err)
	}
	s.Created, s.Expires = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC()
	return s, true, nil
}

const selectCustomer = "select id, name, ref, lang, created from customers "

func (r *reader) customer(q, key string) (desk.Customer, bool, error) {
	var c desk.Customer
	found, err := r.row(q, []any{key}, []any{(*string)(&c.ID), &c.Name, &c.Ref, &c.Lang, (*int64)(&c.Created)})
	return c, found, wrap("reading a customer", err)
}

// Customer implements [desk.Reader].
func (r *reader) Customer(id wire.CustomerID) (desk.Customer, bool, error) {
	return r.customer(selectCustomer+"where id = ?", string(id))
}

// CustomerByRef implements [desk.Reader]. Without a reference nobody is meant.
func (r *reader) CustomerByRef(ref string) (desk.Customer, bool, error) {
	return r.customer(selectCustomer+"where ref = ? and ref <> ''", ref)
}

// ResumeToken implements [desk.Reader].
func (r *reader) ResumeToken(hash string) (desk.ResumeToken, bool, error) {
	k := desk.ResumeToken{Hash: hash}
	var expires int64
	const q = "select customer, expires, replaces from resume_tokens where hash = ?"
	found, err := r.row(q, []any{hash}, []any{(*string)(&k.Customer), &expires, &k.Replaces})
	if err != nil || !found {
		return desk.ResumeToken{}, false, wrap("reading a resume token", err)
	}
	k.Expires = time.UnixMilli(expires).UTC()
	return k, true, nil
}

// SaveUser implements [desk.Tx].
func (t *tx) SaveUser(u desk.User) error {
	queues, err := encoded(u.Queues)
	if err != nil {
		return fmt.Errorf("saving user %s: %w", u.ID, err)
	}
	const q = `insert into users (id, login, password, disabled, name, role, queues, state, reason, since)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (id) do update set login = excluded.login, password = excluded.password,
		disabled = excluded.disabled, name = excluded.name, role = excluded.role, queues = excluded.queues,
		state = excluded.state, reason = excluded.reason, since = excluded.since`
	err = t.exec(q, string(u.ID), u.Login, u.Password, u.Disabled, u.Name, string(u.Role), queues,
		string(u.State), u.Reason, int64(u.Since))
	if err != nil {
		return fmt.Errorf("saving user %s: %w", u.ID, err)
	}
	return nil
}

// SaveQueue implements [desk.Tx].
func (t *tx) SaveQueue(queue wire.Queue) error {
	const q = "insert into queues (id, name) values (?, ?) on conflict (id) do update set name = excluded.name"
	return wrap("saving a queue", t.exec(q, string(queue.ID), queue.Name))
}

// SaveSession implements [desk.Tx]. It also drops the sessions that were over 90
// days ago. Until then a workstation that comes back can be told whether its session
// ran out or was taken back.
func (t *tx) SaveSession(s desk.Session) error {
	const q = `insert into sessions (hash, user, created, expires, revoked) values (?, ?, ?, ?, ?)
		on conflict (hash) do update set user = excluded.user, created = excluded.created,
		expires = excluded.expires, revoked = excluded.revoked`
	err := t.exec("delete from sessions where expires < (select at from log order by seq desc limit 1) - 90 * 86400000")
	if err == nil {
		err = t.exec(q, s.Hash, string(s.User), s.Created.UnixMilli(), s.Expires.UnixMilli(), s.Revoked)
	}
	return wrap("saving a session", err)
}

// over finds what expired before the newest entry was made. The log is the clock
// here: it is never ahead of the desk's, so nothing goes too early.
const over = " where expires < (select at from log order by seq desc limit 1)"

// DeleteSession implements [desk.Tx].
func (t *tx) DeleteSession(hash string) error {
	return wrap("deleting a session", t.exec("delete from sessions where hash = ?", hash))
}

// RevokeSessionsOf implements [desk.Tx].
func (t *tx) RevokeSessionsOf(id wire.AgentID) error {
	return wrap("taking sessions back", t.exec("update sessions set revoked = 1 where user = ?", string(id)))
}

// SaveCustomer implements [desk.Tx].
func (t *tx) SaveCustomer(c desk.Customer) error {
	const q = `insert into customers (id, name, ref, lang, created) values (?, ?, ?, ?, ?)
		on conflict (id) do update set name = excluded.name, ref = excluded.ref,
		lang = excluded.lang, created = excluded.created`
	return wrap("saving a customer", t.exec(q, string(c.ID), c.Name, c.Ref, c.Lang, int64(c.Created)))
}

// SaveResumeToken implements [desk.Tx]. It also drops the tokens that are over.
func (t *tx) SaveResumeToken(k desk.ResumeToken) error {
	const q = `insert into resume_tokens (hash, customer, expires, replaces) values (?, ?, ?, ?)
		on conflict (hash) do update set
			customer = excluded.customer, expires = excluded.expires, replaces = excluded.replaces`
	err := t.exec("delete from resume_tokens" + over)
	if err == nil {
		err = t.exec(q, k.Hash, string(k.Customer), k.Expires.UnixMilli(), k.Replaces)
	}
	return wrap("saving a resume token", err)
}

// DeleteResumeToken implements [desk.Tx].
func (t *tx) DeleteResumeToken(hash string) error {
	return wrap("deleting a resume token", t.exec("delete from resume_tokens where hash = ?", hash))
}

// wrap says what was being done when err happened, if it did.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
