package libro

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ventanilla/internal/finance"
	"ventanilla/internal/finance/financetest"
)

// noon is an instant at which both countries have the same date.
func noon(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 18, 0, 0, 0, time.UTC)
}

func open(t testing.TB, path string, now time.Time) *Book {
	t.Helper()
	b, err := Open(t.Context(), Config{Path: path, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// sown is a seeded book of 7 May 2026, its file and its key, made once.
var sown = sync.OnceValues(func() ([2][]byte, error) {
	dir, err := os.MkdirTemp("", "libro")
	if err != nil {
		return [2][]byte{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "libro.db")
	b, err := Open(context.Background(), Config{Path: path, Clock: func() time.Time { return noon(2026, 5, 7) }})
	if err != nil {
		return [2][]byte{}, err
	}
	if err := errors.Join(b.Seed(context.Background()), b.Close()); err != nil {
		return [2][]byte{}, err
	}
	file, err1 := os.ReadFile(path)
	key, err2 := os.ReadFile(path + ".key")
	return [2][]byte{file, key}, errors.Join(err1, err2)
})

// seeded is a book of its own, seeded at now.
func seeded(t testing.TB, now time.Time) *Book {
	t.Helper()
	path := filepath.Join(t.TempDir(), "libro.db")
	if now.Equal(noon(2026, 5, 7)) {
		made, err := sown()
		if err := errors.Join(err, os.WriteFile(path, made[0], 0o600), os.WriteFile(path+".key", made[1], 0o600)); err != nil {
			t.Fatal(err)
		}
		return open(t, path, now)
	}
	b := open(t, path, now)
	if err := b.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func look(t testing.TB, b *Book, ref string) finance.Snapshot {
	t.Helper()
	found, err := b.Find(t.Context(), finance.Query{Subject: ref})
	if err != nil || len(found) != 1 {
		t.Fatalf("finding %s: %v, %v", ref, found, err)
	}
	s, err := b.Snapshot(t.Context(), found[0])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBookKeepsTheContractOfProviders(t *testing.T) {
	financetest.Run(t, func(t *testing.T) financetest.Fixture {
		f := financetest.Fixture{
			Provider: seeded(t, noon(2026, 5, 7)),
			Unknown:  finance.Query{Subject: "c-9999"},
		}
		for _, p := range people() {
			f.Known = append(f.Known, finance.Query{Subject: p.id})
			f.Secrets = append(f.Secrets, p.number, p.phone)
			for _, number := range p.documents {
				f.Secrets = append(f.Secrets, number)
			}
		}
		return f
	})
}

func TestNothingOfAnIdentityIsInTheClearOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "libro.db")
	b := open(t, path, noon(2026, 5, 7))
	if err := errors.Join(b.Seed(t.Context()), b.Close()); err != nil {
		t.Fatal(err)
	}
	onDisk, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(onDisk), "Peralta") {
		t.Fatal("the file does not hold the seed, so this test proves nothing")
	}
	for _, p := range people() {
		numbers := []string{p.number, p.phone}
		for _, n := range p.documents {
			numbers = append(numbers, n)
		}
		for _, n := range numbers {
			if strings.Contains(string(onDisk), n) {
				t.Errorf("%s: a number stands in the clear", p.id)
			}
		}
	}
}

func TestTheKeyIsPrivateAndCannotBeSwappedOrLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "libro.db")
	b := open(t, path, noon(2026, 5, 7))
	if err := errors.Join(b.Seed(t.Context()), b.Close()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path + ".key")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key: %v, %v", info, err)
	}
	if left, _ := filepath.Glob(path + ".key.*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	key, err := os.ReadFile(path + ".key")
	if err != nil {
		t.Fatal(err)
	}
	for what, other := range map[string][]byte{"short": key[:40], "another": append([]byte{key[0] + 1}, key[1:]...), "missing": nil} {
		if err := os.Remove(path + ".key"); err != nil {
			t.Fatal(err)
		}
		want := errKeyMissing
		if other != nil {
			want = errKeyWrong
			if err := os.WriteFile(path+".key", other, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Open(t.Context(), Config{Path: path}); !errors.Is(err, want) {
			t.Errorf("with a key %s: %v, want %v", what, err, want)
		}
		if err := os.WriteFile(path+".key", key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, path, noon(2026, 5, 7)) // the right key still opens it
}

func TestASealedNumberOpensForItsOwnerOnly(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	var sealed []byte
	row := b.db.Read.QueryRow("select value_enc from identity_doc where customer = 'c-1001' and kind = 'DNI'")
	if err := row.Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if got, err := b.vault.open("c-1001", "DNI", sealed); err != nil || got != people()[0].documents[finance.DNI] {
		t.Errorf("opened as %q, %v", got, err)
	}
	if _, err := b.vault.open("c-1002", "DNI", sealed); err == nil {
		t.Error("it opened for another customer")
	}
}

func TestTheSameIdentityNumberCannotBelongToTwo(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	dni := people()[0].documents[finance.DNI]
	_, err := b.db.Write.Exec("insert into identity_doc values ('c-2001', 'DNI', ?, ?, '')",
		b.vault.seal("c-2001", "DNI", dni), b.vault.hash("DNI", dni))
	if err == nil {
		t.Error("two customers hold one DNI")
	}
}

func TestTheLedgerCannotBeRewritten(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	for _, sql := range []string{
		"update ledger_entry set amount = 1 where loan = 'P-1001'", "delete from ledger_entry where loan = 'P-1001'",
		"update allocation set amount = 1", "delete from allocation",
	} {
		if _, err := b.db.Write.Exec(sql); err == nil {
			t.Errorf("the book let %q pass", sql)
		}
	}
	if _, err := b.db.Write.Exec(`insert into ledger_entry (loan, kind, value_date, posted_at, amount, idempotency_key)
		select loan, kind, value_date, posted_at, amount, idempotency_key from ledger_entry limit 1`); err == nil {
		t.Error("the same entry was posted twice")
	}
}

func TestAPaymentBeyondWhatIsOwedIsNotApplied(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	tx, err := b.db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	p := posting{tx, b.vault, b.clock()}
	in := payment{"big", "c-1001", "cvu", finance.Date{Year: 2026, Month: 5, Day: 7}, finance.Money{Minor: 1 << 40, Currency: finance.ARS}}
	if err := errors.Join(p.receive(t.Context(), in), p.apply(t.Context(), in, "P-1001")); !errors.Is(err, errExcess) {
		t.Errorf("%v", err)
	}
	in.id, in.amount.Currency = "foreign", finance.MXN
	in.amount.Minor = 100
	if err := errors.Join(p.receive(t.Context(), in), p.apply(t.Context(), in, "P-1001")); !errors.Is(err, finance.ErrCurrency) {
		t.Errorf("pesos of another country: %v", err)
	}
}

func TestABlockThatCannotBeReadLeavesTheOthersGood(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	if _, err := b.db.Write.Exec("update loan set tna = 'mucho' where id = 'P-1001'"); err != nil {
		t.Fatal(err)
	}
	s := look(t, b, "c-1001")
	if s.Now.Problem != finance.ProblemDamaged || s.Loans.Problem != finance.ProblemDamaged || s.Offer.Problem != finance.ProblemDamaged {
		t.Errorf("now %q, loans %q, offer %q", s.Now.Problem, s.Loans.Problem, s.Offer.Problem)
	}
	if s.Who.Data.Preferred.V != "Rosa" || len(s.Payments.Data) != 1 || s.Payments.Problem != "" {
		t.Errorf("who %+v, payments %+v", s.Who, s.Payments)
	}
	if s := look(t, b, "c-1005"); s.Now.Problem != "" {
		t.Errorf("another customer suffers: %+v", s.Now)
	}
	if _, err := b.db.Write.Exec("drop table promise"); err != nil {
		t.Fatal(err)
	}
	if s := look(t, b, "c-1005"); s.Loans.Problem != finance.ProblemUnavailable || s.Now.Problem != "" {
		t.Errorf("loans %q, now %q", s.Loans.Problem, s.Now.Problem)
	}
}

func TestSnapshotUsesIndexesOnly(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	rec := &recorder{db: b}
	r := &reading{q: rec, customer: "c-1010", now: b.clock(), today: finance.Date{Year: 2026, Month: 5, Day: 7}}
	if _, err := r.who(t.Context(), finance.Match{}); err != nil {
		t.Fatal(err)
	}
	r.loans, r.loansErr = loansOf(t.Context(), rec, r.customer)
	r.haveStops, r.stopsErr = r.stops(t.Context())
	_, err1 := r.line(t.Context())
	_, err2 := r.allLoans(t.Context())
	_, err3 := r.received(t.Context())
	_, err4 := r.offer(t.Context())
	if err := errors.Join(r.loansErr, r.stopsErr, err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if len(rec.plans) == 0 || rec.queries > 10 {
		t.Errorf("a snapshot took %d queries", rec.queries)
	}
	for _, plan := range rec.plans {
		if strings.HasPrefix(plan, "SCAN") && !strings.Contains(plan, "subquery") { // the few rows of the stop signs
			t.Errorf("a whole table is read: %s", plan)
		}
	}
}

func TestSeedingTwiceChangesNothing(t *testing.T) {
	b := seeded(t, noon(2026, 5, 7))
	before := look(t, b, "c-1010")
	if err := b.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := look(t, b, "c-1010")
	if len(after.Payments.Data) != len(before.Payments.Data) || after.Now.Data != before.Now.Data {
		t.Errorf("%+v became %+v", before.Now, after.Now)
	}
}

func TestAnUnfinishedSeedLeavesNothing(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "libro.db"), noon(2026, 5, 7))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Seed(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if found, err := b.Find(t.Context(), finance.Query{Subject: "c-1001"}); err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
	if err := b.Seed(t.Context()); err != nil {
		t.Errorf("seeding after all: %v", err)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	book := seeded(b, noon(2026, 5, 7))
	m := finance.Match{Ref: "c-1005", Evidence: finance.EvidenceApp, Level: finance.N1}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := book.Snapshot(b.Context(), m); err != nil {
			b.Fatal(err)
		}
	}
}
