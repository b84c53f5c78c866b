package sqlite

import (
	"encoding/json"

	"ventanilla/internal/desk"
)

// Lane implements [desk.Reader].
func (r *reader) Lane(k desk.LaneKey) (desk.Lane, bool, error) {
	const q = "select last, outcomes from lanes where owner = ? and device = ? and lane = ?"
	var last int64
	var outcomes []byte
	found, err := r.row(q, []any{k.Owner, k.Device, k.Lane}, []any{&last, &outcomes})
	if err != nil || !found {
		return desk.Lane{}, false, wrap("reading a lane", err)
	}
	l := desk.Lane{Last: uint64(last)}
	if err := json.Unmarshal(outcomes, &l.Outcomes); err != nil {
		return desk.Lane{}, false, wrap("reading a lane", err)
	}
	return l, true, nil
}

// SaveLane implements [desk.Tx].
func (t *tx) SaveLane(k desk.LaneKey, l desk.Lane) error {
	outcomes, err := encoded(l.Outcomes)
	if err != nil {
		return wrap("saving a lane", err)
	}
	const q = `insert into lanes (owner, device, lane, last, outcomes) values (?, ?, ?, ?, ?)
		on conflict (owner, device, lane) do update set last = excluded.last, outcomes = excluded.outcomes`
	return wrap("saving a lane", t.exec(q, k.Owner, k.Device, k.Lane, int64(l.Last), outcomes))
}

// Audit implements [desk.Tx].
func (t *tx) Audit(a desk.AuditRow) error {
	const q = "insert into audit (at, actor, action, object, detail) values (?, ?, ?, ?, ?)"
	return wrap("writing to the audit trail", t.exec(q, int64(a.At), a.Actor, a.Action, a.Object, a.Detail))
}
