package chat

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// lane keeps what was said, in order, until the desk has answered it. On the wire
// a lane's messages are numbered without gaps; base turns these numbers into
// those the caller knows, which do not start again when the lane is replaced.
type lane struct {
	id      string
	base    uint64
	next    uint64 // number of the next message on the wire
	waiting []message
	sent    int // how many of waiting are on the wire
	// ending is set when the desk's log was replaced: the numbers up to limit still
	// have their outcomes there, the later ones must not be used in it.
	ending bool
	limit  uint64
}

type message struct {
	n        uint64
	text     string
	answered bool
}

func (l *lane) add(text string) uint64 {
	n := l.next
	l.next++
	l.waiting = append(l.waiting, message{n: n, text: text})
	return l.base + n
}

// settled is the number up to which every message has its answer.
func (l *lane) settled() uint64 { return l.next - 1 - uint64(len(l.waiting)) }

// take returns the next message to be sent, unless as many as allowed are on
// their way.
func (l *lane) take() (chatwire.Say, bool) {
	if l.sent >= len(l.waiting) || l.sent >= chatwire.MaxInFlight {
		return chatwire.Say{}, false
	}
	m := l.waiting[l.sent]
	if l.ending && m.n > l.limit {
		return chatwire.Say{}, false
	}
	l.sent++
	return chatwire.Say{N: m.n, Settled: l.settled(), Text: m.text}, true
}

// answer notes the outcome of message n; false when it had one before.
func (l *lane) answer(n uint64) bool {
	i := int(n - l.settled() - 1)
	if n <= l.settled() || i >= len(l.waiting) || l.waiting[i].answered {
		return false
	}
	l.waiting[i].answered = true
	done := 0
	for done < len(l.waiting) && l.waiting[done].answered {
		done++
	}
	l.waiting = append(l.waiting[:0], l.waiting[done:]...)
	l.sent = max(0, l.sent-done)
	return true
}

// text returns what message n says, while it waits.
func (l *lane) text(n uint64) string {
	for _, m := range l.waiting {
		if m.n == n {
			return m.text
		}
	}
	return ""
}

// again makes take start over at message n.
func (l *lane) again(n uint64) {
	l.sent = int(min(max(n, l.settled()+1)-l.settled()-1, uint64(len(l.waiting))))
}

// inFlight reports whether an answer is owed.
func (l *lane) inFlight() bool { return l.sent > 0 }

// end lets nothing be sent in this lane but what the desk has already.
func (l *lane) end(last uint64) { l.ending, l.limit = l.next > 1, last }

// ended reports whether it is time to replace the lane.
func (l *lane) ended() bool { return l.ending && l.settled() >= min(l.limit, l.next-1) }

// replace gives what waits new numbers in a lane the desk has never seen.
func (l *lane) replace() {
	l.base += l.settled()
	l.id, l.next, l.sent, l.ending = wire.NewToken(), 1, 0, false
	for i := range l.waiting {
		l.waiting[i] = message{n: l.next, text: l.waiting[i].text}
		l.next++
	}
}

func checkText(text string) error {
	if strings.TrimSpace(text) == "" {
		return ErrEmpty
	}
	if utf8.RuneCountInString(text) > chatwire.MaxText {
		return ErrTooLong
	}
	return nil
}

// encode is json.Marshal without the escapes for HTML, which would make a frame
// of 4,000 characters too big.
func encode(f chatwire.FromCustomer) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(f); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
