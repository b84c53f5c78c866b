package sqlite

import (
	"encoding/json"
	"fmt"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

const (
	selectConversations = "select customer, resolved, summary, lines from conversations "
	selectConversation  = selectConversations + "where id = ?"
	selectLatest        = selectConversations + "where customer = ? order by created desc, id desc limit 1"
	selectUnresolved    = selectConversations + "where status <> 'resolved' order by id"
	selectDue           = "select id from conversations where status = 'snoozed' and until <= ? order by until, id"
)

func scanConversation(scan scan) (desk.Conversation, error) {
	var c desk.Conversation
	var summary, lines []byte
	if err := scan((*string)(&c.Customer), (*int64)(&c.Resolved), &summary, &lines); err != nil {
		return desk.Conversation{}, err
	}
	if err := json.Unmarshal(summary, &c.Summary); err != nil {
		return desk.Conversation{}, fmt.Errorf("summary: %w", err)
	}
	if err := json.Unmarshal(lines, &c.Lines); err != nil {
		return desk.Conversation{}, fmt.Errorf("lines: %w", err)
	}
	return c, nil
}

func (r *reader) conversations(q string, args ...any) ([]desk.Conversation, error) {
	var all []desk.Conversation
	err := r.rows(q, args, func(scan scan) error {
		c, err := scanConversation(scan)
		all = append(all, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading conversations: %w", err)
	}
	return all, nil
}

func (r *reader) conversation(q, id string) (desk.Conversation, bool, error) {
	found, err := r.conversations(q, id)
	if err != nil || len(found) == 0 {
		return desk.Conversation{}, false, err
	}
	return found[0], true, nil
}

// Conversation implements [desk.Reader].
func (r *reader) Conversation(id wire.ConversationID) (desk.Conversation, bool, error) {
	return r.conversation(selectConversation, string(id))
}

// LatestOf implements [desk.Reader].
func (r *reader) LatestOf(id wire.CustomerID) (desk.Conversation, bool, error) {
	return r.conversation(selectLatest, string(id))
}

// Unresolved implements [desk.Reader].
func (r *reader) Unresolved() ([]desk.Conversation, error) {
	return r.conversations(selectUnresolved)
}

// Due implements [desk.Reader].
func (r *reader) Due(at wire.Millis) ([]wire.ConversationID, error) {
	var ids []wire.ConversationID
	err := r.rows(selectDue, []any{int64(at)}, func(scan scan) error {
		var id wire.ConversationID
		err := scan((*string)(&id))
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for snoozes that ended: %w", err)
	}
	return ids, nil
}

// SaveConversation implements [desk.Tx].
func (t *tx) SaveConversation(c desk.Conversation) error {
	s := &c.Summary
	summary, err := encoded(s)
	if err != nil {
		return fmt.Errorf("saving conversation %s: %w", s.ID, err)
	}
	lines, err := encoded(c.Lines)
	if err != nil {
		return fmt.Errorf("saving conversation %s: %w", s.ID, err)
	}
	const q = `insert into conversations
		(id, customer, queue, agent, status, until, waiting, created, resolved, summary, lines)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (id) do update set customer = excluded.customer, queue = excluded.queue,
		agent = excluded.agent, status = excluded.status, until = excluded.until,
		waiting = excluded.waiting, created = excluded.created, resolved = excluded.resolved,
		summary = excluded.summary, lines = excluded.lines`
	err = t.exec(q, string(s.ID), string(c.Customer), string(s.Queue), string(s.Agent), string(s.Status),
		int64(s.Until), int64(s.Waiting), int64(s.Created), int64(c.Resolved), summary, lines)
	if err != nil {
		return fmt.Errorf("saving conversation %s: %w", s.ID, err)
	}
	return nil
}
