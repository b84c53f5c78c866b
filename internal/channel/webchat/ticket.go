package webchat

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"ventanilla/client/wire"
)

const (
	ticketLife = 30 * time.Second
	resumeLife = 30 * 24 * time.Hour
	// maxTickets bounds what is outstanding: a desk that gives more in half a
	// minute is being flooded.
	maxTickets = 20_000
	maxSpent   = 100_000
)

var errFull = errors.New("too many at once")

// expiring is a bounded set of secrets, each of which is good once and not for
// long. It lives in memory: a page whose ticket dies with the desk asks again.
type expiring[V any] struct {
	mu    sync.Mutex
	max   int
	sweep time.Time // when expired entries are next thrown out
	m     map[string]entry[V]
}

type entry[V any] struct {
	value   V
	expires time.Time
}

// add keeps a value; false when the key is there already.
func (e *expiring[V]) add(key string, v V, now, expires time.Time) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if old, there := e.m[key]; there && now.Before(old.expires) {
		return false, nil
	}
	if len(e.m) >= e.max || now.After(e.sweep) {
		for k, old := range e.m {
			if !now.Before(old.expires) {
				delete(e.m, k)
			}
		}
		e.sweep = now.Add(time.Minute)
	}
	if len(e.m) >= e.max {
		return false, errFull
	}
	e.m[key] = entry[V]{v, expires}
	return true, nil
}

// take returns a value and forgets it.
func (e *expiring[V]) take(key string, now time.Time) (V, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, there := e.m[key]
	delete(e.m, key)
	return found.value, there && now.Before(found.expires)
}

// tickets are what customers were let in with and have not used yet.
type tickets struct{ expiring[Visitor] }

func newTickets() *tickets {
	return &tickets{expiring[Visitor]{max: maxTickets, m: make(map[string]entry[Visitor])}}
}

func (t *tickets) issue(v Visitor, now time.Time) (string, error) {
	ticket := wire.NewToken()
	_, err := t.add(ticket, v, now, now.Add(ticketLife))
	return ticket, err
}

// spent are the ids of the signed tokens that were used and could be again. When
// it is full, tokens are refused: forgetting one would make it good twice.
type spent struct{ expiring[struct{}] }

func newSpent() *spent {
	return &spent{expiring[struct{}]{max: maxSpent, m: make(map[string]entry[struct{}])}}
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
