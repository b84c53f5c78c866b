package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// Deed is a record that somebody's command caused. A command may cause several:
// a reply to a conversation that nobody has takes it first.
type Deed struct {
	Owner  string // as in [desk.LaneKey]; empty when two owners use a lane of this name
	Device string // likewise
	Lane   string
	N      uint64
	Seq    uint64
	Event  wire.Event
	Text   string // what was typed; empty for moves
}

// Deeds reads what commands did to the workspace in dir, in the log's order,
// beside a desk that may be running. After an error there is nothing more.
func Deeds(ctx context.Context, dir string) iter.Seq2[Deed, error] {
	return func(yield func(Deed, error) bool) {
		enough := false
		err := examine(ctx, dir, func(x *examination) error {
			owners, err := x.owners()
			if err != nil {
				return err
			}
			for e, err := range x.all() {
				if err != nil {
					return err
				}
				if e.Lane == "" {
					continue
				}
				by := owners[e.Lane]
				deed := Deed{Owner: by.Owner, Device: by.Device, Lane: e.Lane, N: e.N, Seq: e.Seq, Event: e.Event, Text: searched(e.Event)}
				if enough = !yield(deed, nil); enough {
					return nil
				}
			}
			return nil
		})
		if err != nil && !enough {
			yield(Deed{}, err)
		}
	}
}

// owners maps each lane's name to its key, and to none when two share the name.
func (x *examination) owners() (map[string]desk.LaneKey, error) {
	owners := make(map[string]desk.LaneKey)
	err := x.rows("select owner, device, lane from lanes", nil, func(scan scan) error {
		var key desk.LaneKey
		if err := scan(&key.Owner, &key.Device, &key.Lane); err != nil {
			return err
		}
		if _, shared := owners[key.Lane]; shared {
			key = desk.LaneKey{Lane: key.Lane}
		}
		owners[key.Lane] = key
		return nil
	})
	return owners, wrap("reading the lanes", err)
}

// commands looks for a command with two records of the same kind, and for one
// that its lane does not know of.
func (k *checker) commands() error {
	const twice = `select max(seq), conv, lane, n, count(*) from log where lane <> ''
		group by lane, n, customer, conv, name having count(*) > 1 order by 1`
	err := k.rows(twice, nil, func(scan scan) error {
		f := Finding{Fault: Twice}
		var n, count int64
		err := scan(&f.Seq, (*string)(&f.Conversation), &f.Lane, &n, &count)
		f.N, f.Detail = uint64(n), fmt.Sprintf("it has %d records of the same kind", count)
		k.found(f)
		return err
	})
	if err != nil {
		return err
	}
	const behind = `select g.lane, g.n, coalesce(l.last, 0) from
		(select lane, max(n) as n from log where lane <> '' group by lane) g
		left join (select lane, max(last) as last from lanes group by lane) l on l.lane = g.lane
		where g.n > coalesce(l.last, 0)`
	return k.rows(behind, nil, func(scan scan) error {
		f := Finding{Fault: LaneBehind}
		var n, last int64
		err := scan(&f.Lane, &n, &last)
		f.N, f.Detail = uint64(n), fmt.Sprintf("the lane ends at %d", last)
		k.found(f)
		return err
	})
}

// lanes compares the outcomes that are kept with the log.
func (k *checker) lanes() error {
	return k.rows("select lane, last, outcomes from lanes", nil, func(scan scan) error {
		var lane string
		var last int64
		var raw []byte
		if err := scan(&lane, &last, &raw); err != nil {
			return err
		}
		var outcomes []wire.Outcome
		if err := json.Unmarshal(raw, &outcomes); err != nil {
			k.found(Finding{Fault: Unreadable, Lane: lane, Detail: "its outcomes"})
			return nil
		}
		seen := make(map[uint64]bool)
		for _, o := range outcomes {
			f := Finding{Lane: lane, N: o.N, Seq: o.Seq}
			switch {
			case seen[o.N]:
				f.Fault, f.Detail = Twice, "it has two outcomes"
			case o.N > uint64(last):
				f.Fault, f.Detail = LaneBehind, fmt.Sprintf("it has an outcome, and the lane ends at %d", last)
			case o.Seq > k.report.At.Seq:
				f.Fault, f.Detail = NoRecord, fmt.Sprintf("the log ends at %d", k.report.At.Seq)
			}
			seen[o.N] = true
			if f.Fault != "" {
				k.found(f)
			}
		}
		return nil
	})
}

// hasToken reports whether there is a word in a text that the index keeps.
func hasToken(text string) bool { return strings.IndexFunc(text, isToken) >= 0 }
