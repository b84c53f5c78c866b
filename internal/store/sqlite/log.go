package sqlite

import (
	"encoding/json"
	"fmt"
	"slices"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

const entryColumns = `log.seq, log.at, log.conv, log.customer, log.before_queue, log.before_agent,
	log.after_queue, log.after_agent, log.lane, log.n, log.summary, log.body`

// scanEntry reads entryColumns and, after them, what else was asked for.
func scanEntry(scan scan, more ...any) (desk.Entry, error) {
	var e desk.Entry
	var summary []byte
	var n int64
	err := scan(append([]any{
		&e.Seq, (*int64)(&e.At), (*string)(&e.Conversation), (*string)(&e.Customer),
		(*string)(&e.Before.Queue), (*string)(&e.Before.Agent), (*string)(&e.After.Queue), (*string)(&e.After.Agent),
		&e.Lane, &n, &summary, &e.Body,
	}, more...)...)
	if err != nil {
		return desk.Entry{}, err
	}
	e.N = uint64(n)
	if summary != nil {
		e.Summary = new(wire.Summary)
		if err := json.Unmarshal(summary, e.Summary); err != nil {
			return desk.Entry{}, fmt.Errorf("summary of entry %d: %w", e.Seq, err)
		}
	}
	if _, e.Event, err = wire.DecodeEvent(e.Body); err != nil {
		return desk.Entry{}, fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	return e, nil
}

func (r *reader) entries(q string, args ...any) ([]desk.Entry, error) {
	var entries []desk.Entry
	err := r.rows(q, args, func(scan scan) error {
		e, err := scanEntry(scan)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the log: %w", err)
	}
	return entries, nil
}

// newest is entries for queries that find the newest first.
func (r *reader) newest(q string, args ...any) ([]desk.Entry, error) {
	entries, err := r.entries(q, args...)
	slices.Reverse(entries)
	return entries, err
}

const (
	selectEntries  = "select " + entryColumns + " from log where seq > ? order by seq limit ?"
	selectTimeline = "select " + entryColumns + ` from log
		where conv = ? and timeline and seq < ? order by seq desc limit ?`
	selectLines = "select " + entryColumns + ` from log
		where customer = ? and name = 'said' and seq > ? and seq < ? order by seq desc limit ?`
)

// Entries implements [desk.Reader].
func (r *reader) Entries(after uint64, limit int) ([]desk.Entry, error) {
	return r.entries(selectEntries, above(after), max(limit, 0))
}

// Timeline implements [desk.Reader].
func (r *reader) Timeline(id wire.ConversationID, before uint64, limit int) ([]desk.Entry, error) {
	return r.newest(selectTimeline, string(id), below(before), max(limit, 0))
}

// Lines implements [desk.Reader].
func (r *reader) Lines(id wire.CustomerID, after, before uint64, limit int) ([]desk.Entry, error) {
	return r.newest(selectLines, string(id), above(after), below(before), max(limit, 0))
}

// Append implements [desk.Tx].
func (t *tx) Append(e desk.Entry) (uint64, error) {
	seq, err := t.next()
	if err != nil {
		return 0, fmt.Errorf("appending: %w", err)
	}
	var summary any
	if e.Summary != nil {
		if summary, err = encoded(e.Summary); err != nil {
			return 0, fmt.Errorf("appending: %w", err)
		}
	}
	const q = "insert into log values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	err = t.exec(q, seq, int64(e.At), wire.EventName(e.Event), wire.InTimeline(e.Event),
		string(e.Conversation), string(e.Customer), string(e.Before.Queue), string(e.Before.Agent),
		string(e.After.Queue), string(e.After.Agent), e.Lane, int64(e.N), summary, e.Body)
	if err == nil && e.Text != "" {
		err = t.exec("insert into words (rowid, text) values (?, ?)", seq, e.Text)
	}
	if err != nil {
		return 0, fmt.Errorf("appending: %w", err)
	}
	t.head++
	return t.head, nil
}

// next is the seq of the next entry.
func (t *tx) next() (int64, error) {
	if !t.counts {
		p, err := t.Position()
		if err != nil {
			return 0, err
		}
		t.head, t.counts = p.Seq, true
	}
	return int64(t.head) + 1, nil
}

// StartEpoch implements [desk.Tx].
func (t *tx) StartEpoch(epoch string) error {
	const keep = "insert into past (epoch, seq) select epoch, (select coalesce(max(seq), 0) from log) from workspace"
	err := t.exec(keep)
	if err == nil {
		err = t.exec("update workspace set epoch = ?", epoch)
	}
	if err == nil {
		err = t.exec("delete from sessions where not revoked") // who was told so stays told
	}
	return wrap("starting an epoch", err)
}
