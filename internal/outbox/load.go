package outbox

import (
	"context"

	"ventanilla/client/wire"
)

// row is a row as it lies in the file.
type row struct {
	id     int64
	slot   int
	n      uint64
	held   bool
	kind   string
	sealed []byte
}

func (t tx) rows(query string, args ...any) (all []row, err error) {
	rs, err := t.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }() // rs.Err says what went wrong
	for rs.Next() {
		var r row
		if err := rs.Scan(&r.id, &r.slot, &r.n, &r.held, &r.kind, &r.sealed); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rs.Err()
}

const (
	selectEntries = "select id, slot, n, held, kind, sealed from entry"
	selectDone    = "select id, slot, 0, 0, kind, sealed from done"
	selectDrafts  = "select id, slot, 0, 0, kind, sealed from draft"
)

// load reads what is left in our slot. A lane in which nothing is left is not
// used again.
func (b *Outbox) load(ctx context.Context) error {
	return transact(ctx, b.db, b.seal, func(t tx) error {
		rows, err := t.rows(selectEntries+" where slot = ? order by n = 0, n, id", b.slot)
		if err != nil {
			return err
		}
		if err := t.QueryRow("select coalesce((select last from lane where slot = ?), 0)", b.slot).Scan(&b.last); err != nil {
			return err
		}
		if b.entries, err = t.read(rows, b.last); err != nil {
			return err
		}
		if len(b.entries) == 0 {
			b.lane, b.last = wire.NewToken(), 0
			err = t.exec("insert or replace into lane(slot, name, last) values(?, ?, 0)", b.slot, b.lane)
		} else {
			err = t.QueryRow("select name, epoch from lane where slot = ?", b.slot).Scan(&b.lane, &b.epoch)
		}
		if err != nil {
			return err
		}
		return t.QueryRow("select count(*) from aside").Scan(&b.damaged)
	})
}

// read opens entries and sets aside those that cannot be read, and those whose
// number cannot be: no two have the same and none is above the lane's last.
func (t tx) read(rows []row, last uint64) (all []kept, err error) {
	var before uint64
	for _, r := range rows {
		e, bad := t.seal.entry(r)
		if bad != nil || r.n > last || r.n != 0 && r.n == before {
			if err := t.setAside(r, "entry"); err != nil {
				return nil, err
			}
			continue
		}
		before = r.n
		all = append(all, e)
	}
	return all, nil
}

func (t tx) setAside(r row, table string) error {
	if err := t.exec("insert into aside values(?, ?, ?, ?, ?)", r.id, r.slot, r.n, r.kind, r.sealed); err != nil {
		return err
	}
	return t.exec("delete from "+table+" where id = ?", r.id)
}
