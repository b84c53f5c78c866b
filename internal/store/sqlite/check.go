package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
)

// Fault is what kind of thing is wrong with a workspace.
type Fault string

// The faults that [Check] finds.
const (
	BadPage      Fault = "page"       // a page, index or constraint of the file
	Hole         Fault = "hole"       // a seq without a record
	Twice        Fault = "twice"      // a command that was carried out, or answered, twice
	LaneBehind   Fault = "lane"       // a record of a command that its lane does not know of
	NoRecord     Fault = "no record"  // a command accepted at a seq that the log does not have
	WrongSummary Fault = "summary"    // a conversation that is not what its records make of it
	NotFound     Fault = "search"     // a text that the search does not find
	Unreadable   Fault = "unreadable" // a part that could not be read at all
)

// Finding is one thing that is wrong. It names places, never what stands there.
type Finding struct {
	Fault        Fault
	Seq          uint64 // 0: no record in particular
	Conversation wire.ConversationID
	Lane         string
	N            uint64 // of a command of Lane
	Detail       string
}

// String is the finding as a line.
func (f Finding) String() string {
	s := string(f.Fault)
	if f.Seq > 0 {
		s += fmt.Sprintf(", seq %d", f.Seq)
	}
	if f.Conversation != "" {
		s += ", conversation " + string(f.Conversation)
	}
	if f.Lane != "" {
		s += fmt.Sprintf(", lane %s command %d", f.Lane, f.N)
	}
	return s + ": " + f.Detail
}

// Report is what [Check] found. No findings means that all is as it should be.
type Report struct {
	Holds
	Findings []Finding
}

// Check reads the whole workspace in dir, beside a desk that may be running, and
// holds what it keeps against each other: log, lanes, conversations and search.
// The error is only for what kept it from looking.
func Check(ctx context.Context, dir string) (Report, error) {
	var report Report
	err := examine(ctx, dir, func(x *examination) error {
		k := &checker{examination: x, state: make(map[wire.ConversationID]*desk.Conversation)}
		k.run()
		report = k.report
		return ctx.Err()
	})
	return report, err
}

// checker holds what one pass over the log gathers for the comparisons after it.
type checker struct {
	*examination
	report Report
	state  map[wire.ConversationID]*desk.Conversation // folded from the log
	cut    bool                                       // the log could not be read to its end
}

func (k *checker) found(f Finding) { k.report.Findings = append(k.report.Findings, f) }

// run makes every comparison, whatever the others found.
func (k *checker) run() {
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"pages", k.pages}, {"position", k.position}, {"log", k.log}, {"commands", k.commands},
		{"lanes", k.lanes}, {"conversations", k.conversations}, {"search", k.search},
	} {
		if err := step.do(); err != nil {
			k.found(Finding{Fault: Unreadable, Detail: fmt.Sprintf("%s: %v", step.what, err)})
		}
	}
}

func (k *checker) pages() error {
	wrong, err := sqlitedb.Check(k.ctx, k.db, false)
	for _, line := range wrong {
		k.found(Finding{Fault: BadPage, Detail: line})
	}
	return err
}

func (k *checker) position() (err error) {
	k.report.Holds, err = k.holds()
	return err
}

// log reads every record, looks for holes and folds what it reads.
func (k *checker) log() error {
	k.cut = true
	var last uint64
	for e, err := range k.all() {
		if err != nil {
			return err
		}
		if e.Seq != last+1 {
			k.found(Finding{Fault: Hole, Seq: last + 1, Detail: fmt.Sprintf("the next record is %d", e.Seq)})
		}
		last = e.Seq
		k.fold(e)
	}
	k.cut = false
	return nil
}

func (k *checker) fold(e desk.Entry) {
	id, ok := wire.About(e.Event)
	if !ok {
		return
	}
	c := k.state[id]
	if c == nil {
		c = &desk.Conversation{Customer: e.Customer}
		k.state[id] = c
	}
	c.Summary.Fold(e.Seq, e.At, e.Event)
}

// all reads the log by pages.
func (x *examination) all() iter.Seq2[desk.Entry, error] {
	return func(yield func(desk.Entry, error) bool) {
		for after := uint64(0); ; {
			entries, err := x.Entries(after, 500)
			if err != nil {
				yield(desk.Entry{}, err)
				return
			}
			if len(entries) == 0 {
				return
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
			after = entries[len(entries)-1].Seq
		}
	}
}

// conversations compares what is stored with what the log says.
func (k *checker) conversations() error {
	if k.cut {
		return errors.New("not compared, because the log could not be read")
	}
	stored, err := k.reader.conversations(selectConversations)
	if err != nil {
		return err
	}
	for _, c := range stored {
		id := c.Summary.ID
		folded, ok := k.state[id]
		delete(k.state, id)
		switch {
		case !ok:
			k.found(Finding{Fault: WrongSummary, Conversation: id, Detail: "the log knows no such conversation"})
		case !same(c.Summary, folded.Summary):
			k.found(Finding{Fault: WrongSummary, Conversation: id, Detail: "what is stored differs in " + differs(c.Summary, folded.Summary)})
		}
	}
	for id := range k.state {
		k.found(Finding{Fault: WrongSummary, Conversation: id, Detail: "it is in the log only"})
	}
	return nil
}

func same(a, b wire.Summary) bool { return differs(a, b) == "" }

// differs names the first member in which two summaries differ. An empty list and
// none are the same.
func differs(a, b wire.Summary) string {
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		fa, fb := va.Field(i), vb.Field(i)
		if fa.Kind() == reflect.Slice && fa.Len() == 0 && fb.Len() == 0 {
			continue
		}
		if !reflect.DeepEqual(fa.Interface(), fb.Interface()) {
			return va.Type().Field(i).Name
		}
	}
	return ""
}

// search looks for texts that no word of the index leads to.
func (k *checker) search() error {
	const terms = "create virtual table temp.terms using fts5vocab(main, words, instance)"
	stmt, err := k.prepare(k.ctx, terms)
	if err == nil {
		_, err = stmt.ExecContext(k.ctx)
	}
	if err != nil {
		return err
	}
	found := make(map[uint64]bool)
	err = k.rows("select distinct doc from temp.terms", nil, func(scan scan) error {
		var seq uint64
		err := scan(&seq)
		found[seq] = true
		return err
	})
	if err != nil {
		return err
	}
	for e, err := range k.all() {
		if err != nil {
			return err
		}
		id, _ := wire.About(e.Event)
		if hasToken(searched(e.Event)) && !found[e.Seq] {
			k.found(Finding{Fault: NotFound, Seq: e.Seq, Conversation: id, Detail: "its text is not in the index"})
		}
	}
	return nil
}
