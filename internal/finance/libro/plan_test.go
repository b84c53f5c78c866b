package libro

import (
	"context"
	"database/sql"
)

// recorder answers queries and asks SQLite how it goes about each.
type recorder struct {
	db      *Book
	queries int
	plans   []string
}

func (r *recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.queries++
	err := each(ctx, r.db.db.Read, func(rows *sql.Rows) error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		r.plans = append(r.plans, detail)
		return err
	}, "explain query plan "+query, args...)
	if err != nil {
		return nil, err
	}
	return r.db.db.Read.QueryContext(ctx, query, args...)
}
