// Package financetest states once what every source of a customer's financial
// context must keep to, so that an agent may trust any of them alike. It holds
// tests only and is imported by tests only.
package financetest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"ventanilla/internal/finance"
)

// Fixture is a provider with something in it. Its clock stands still, so that
// two readings may be compared.
type Fixture struct {
	Provider finance.Provider
	Known    []finance.Query // each fits exactly one customer
	Unknown  finance.Query   // fits nobody
	Secrets  []string        // identity and account numbers it holds, digits and letters only
}

// Run checks a provider against the contract. It opens a fixture per promise.
func Run(t *testing.T, open func(*testing.T) Fixture) {
	for _, c := range []struct {
		promise string
		check   func(*testing.T, Fixture)
	}{
		{"a known customer is found once", findsOnce},
		{"an unknown customer is a clear not-found", unknownIsNotFound},
		{"unknown is not zero and known says who and when", valuesAreHonest},
		{"the line of now agrees with itself", nowAgrees},
		{"an offer is available or says why not", offerExplainsItself},
		{"a block with a problem carries no data", problemsCarryNothing},
		{"identity numbers never appear in full", numbersAreMasked},
		{"a cancelled reading ends as cancelled", cancelledEnds},
		{"readings at once do not disturb each other", readsAtOnce},
	} {
		t.Run(c.promise, func(t *testing.T) {
			f := open(t)
			if len(f.Known) == 0 || len(f.Secrets) == 0 {
				t.Fatal("the fixture is empty and would prove nothing")
			}
			c.check(t, f)
		})
	}
}

func findsOnce(t *testing.T, f Fixture) {
	for _, q := range f.Known {
		m := find(t, f, q)
		s := snapshot(t, f, m)
		if m.Ref == "" || m.Evidence == "" || s.Ref != m.Ref {
			t.Errorf("%+v found %+v and read %q", q, m, s.Ref)
		}
		if who := s.Who.Data; who.Evidence != m.Evidence || who.Level != m.Level {
			t.Errorf("%s: matched by %s at N%d, shown as %s at N%d", m.Ref, m.Evidence, m.Level, who.Evidence, who.Level)
		}
		if s.Source == "" || s.AsOf.IsZero() || s.Today.IsZero() {
			t.Errorf("%s: a snapshot by %q as of %v on %v", m.Ref, s.Source, s.AsOf, s.Today)
		}
	}
}

func unknownIsNotFound(t *testing.T, f Fixture) {
	for _, q := range []finance.Query{f.Unknown, {}} {
		if found, err := f.Provider.Find(t.Context(), q); err != nil || len(found) != 0 {
			t.Errorf("looking for %+v: %v, %v", q, found, err)
		}
	}
	s, err := f.Provider.Snapshot(t.Context(), finance.Match{Ref: "nobody at all"})
	if !errors.Is(err, finance.ErrNotFound) {
		t.Errorf("reading nobody: %v", err)
	}
	if !reflect.DeepEqual(s, finance.Snapshot{}) {
		t.Errorf("reading nobody gave %+v", s)
	}
}

func valuesAreHonest(t *testing.T, f Fixture) {
	kinds := map[finance.Kind]bool{finance.Core: true, finance.Derived: true, finance.Estimated: true, finance.Declared: true}
	for _, q := range f.Known {
		s := snapshot(t, f, find(t, f, q))
		known := 0
		walk(reflect.ValueOf(s), string(s.Ref), func(path string, v reflect.Value) {
			if v.Kind() != reflect.Struct || !v.FieldByName("Known").IsValid() {
				return
			}
			if !v.FieldByName("Known").Bool() {
				if !v.IsZero() {
					t.Errorf("%s is unknown and yet carries %+v", path, v.Interface())
				}
				return
			}
			known++
			source, kind := v.FieldByName("Source").String(), v.FieldByName("Kind").String()
			asOf, _ := v.FieldByName("AsOf").Interface().(time.Time)
			if source == "" || asOf.IsZero() || asOf.After(s.AsOf) || !kinds[finance.Kind(kind)] {
				t.Errorf("%s does not say where it comes from: %+v", path, v.Interface())
			}
			if m, ok := v.FieldByName("V").Interface().(finance.Money); ok && m.Currency == "" {
				t.Errorf("%s is an amount of no currency", path)
			}
		})
		if known == 0 {
			t.Errorf("%s: nothing is known", s.Ref)
		}
	}
}

func nowAgrees(t *testing.T, f Fixture) {
	for _, q := range f.Known {
		s := snapshot(t, f, find(t, f, q))
		if s.Now.Problem != "" || s.Loans.Problem != "" {
			continue
		}
		now, loans := s.Now.Data, s.Loans.Data
		late := now.State == finance.Late
		if late != now.LateInterest.Known || late != now.CatchUp.Known {
			t.Errorf("%s: %s with late interest %+v, to catch up %+v", s.Ref, now.State, now.LateInterest, now.CatchUp)
		}
		active := 0
		for _, l := range loans {
			if l.Active {
				active++
			}
		}
		switch now.State {
		case finance.NoLoan, finance.PaidOff:
			if active != 0 || now.Loan != "" || (now.State == finance.NoLoan) != (len(loans) == 0) {
				t.Errorf("%s: %s with %d loans, %d active, about %q", s.Ref, now.State, len(loans), active, now.Loan)
			}
		case finance.UpToDate, finance.DueIn, finance.DueToday, finance.Late:
			days := now.Due.V.DaysSince(s.Today)
			if late {
				days = -days
			}
			if days != now.Days || now.Days < 0 || (now.State == finance.DueToday) != (now.Days == 0) {
				t.Errorf("%s: %s by %d days, due %s and today is %s", s.Ref, now.State, now.Days, now.Due.V, s.Today)
			}
			if active == 0 || now.Loan == "" || now.Number < 1 || now.Number > now.Of || !now.Amount.Known || !now.Due.Known {
				t.Errorf("%s: %+v with %d active loans", s.Ref, now, active)
			}
		default:
			t.Errorf("%s: state %q", s.Ref, now.State)
		}
	}
}

func offerExplainsItself(t *testing.T, f Fixture) {
	for _, q := range f.Known {
		s := snapshot(t, f, find(t, f, q))
		o := s.Offer
		if o.Problem == "" && (o.Data.Available != o.Data.UpTo.Known || o.Data.Available == (o.Data.Reason != "")) {
			t.Errorf("%s: %+v", s.Ref, o.Data)
		}
	}
}

func problemsCarryNothing(t *testing.T, f Fixture) {
	for _, q := range f.Known {
		s := snapshot(t, f, find(t, f, q))
		v := reflect.ValueOf(s)
		for i := range v.NumField() {
			problem := v.Field(i)
			if problem.Kind() != reflect.Struct || !problem.FieldByName("Problem").IsValid() {
				continue
			}
			if !problem.FieldByName("Problem").IsZero() && !problem.FieldByName("Data").IsZero() {
				t.Errorf("%s: %s has a problem and data", s.Ref, v.Type().Field(i).Name)
			}
		}
	}
}

func numbersAreMasked(t *testing.T, f Fixture) {
	bare := strings.NewReplacer(".", "", "-", "", " ", "", "\u00a0", "")
	for _, q := range f.Known {
		s := snapshot(t, f, find(t, f, q))
		asJSON, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		shown := []string{string(asJSON)}
		walk(reflect.ValueOf(s), "", func(_ string, v reflect.Value) {
			if v.Kind() == reflect.String {
				shown = append(shown, bare.Replace(v.String()))
			}
		})
		for _, text := range shown {
			for _, secret := range f.Secrets {
				if strings.Contains(strings.ToUpper(text), strings.ToUpper(secret)) {
					t.Errorf("%s: an identity number stands in full", s.Ref)
				}
			}
		}
	}
}

func cancelledEnds(t *testing.T, f Fixture) {
	m := find(t, f, f.Known[0])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Provider.Find(ctx, f.Known[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("finding: %v", err)
	}
	if _, err := f.Provider.Snapshot(ctx, m); !errors.Is(err, context.Canceled) {
		t.Errorf("reading: %v", err)
	}
}

func readsAtOnce(t *testing.T, f Fixture) {
	var wg sync.WaitGroup
	for _, q := range f.Known {
		m := find(t, f, q)
		want := snapshot(t, f, m)
		for range 3 {
			wg.Go(func() {
				got, err := f.Provider.Snapshot(t.Context(), m)
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%s read among others: %v, %+v, want %+v", m.Ref, err, got, want)
				}
			})
		}
	}
	wg.Wait()
}

func find(t *testing.T, f Fixture, q finance.Query) finance.Match {
	t.Helper()
	found, err := f.Provider.Find(t.Context(), q)
	if err != nil || len(found) != 1 {
		t.Fatalf("looking for %+v: %v, %v", q, found, err)
	}
	return found[0]
}

func snapshot(t *testing.T, f Fixture, m finance.Match) finance.Snapshot {
	t.Helper()
	s, err := f.Provider.Snapshot(t.Context(), m)
	if err != nil {
		t.Fatalf("reading %s: %v", m.Ref, err)
	}
	return s
}

// walk visits v and everything inside it.
func walk(v reflect.Value, path string, visit func(string, reflect.Value)) {
	if !v.CanInterface() {
		return
	}
	visit(path, v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), path, visit)
		}
	}
}
