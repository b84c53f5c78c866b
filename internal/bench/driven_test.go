package main

import (
	"strings"
	"testing"
)

// What counts bytes and what writes to disks is driven once, so that the measuring
// keeps working between the times somebody measures.
func TestBytesAreCounted(t *testing.T) {
	b := newBench(t.TempDir(), "")
	bare, ours, err := b.pairOf(t.Context(), "team")
	if err != nil {
		t.Fatal(err)
	}
	defer bare.stop()
	defer ours.stop()
	customers, err := ours.crowded(t.Context())
	defer hangUp(customers)
	if err != nil {
		t.Fatal(err)
	}
	from := customers[inbox-1]
	if err := b.bytesOfAMessage(t.Context(), bare, ours, from); err != nil {
		t.Error(err)
	}
	if err := b.bytesToRows(t.Context(), ours); err != nil {
		t.Error(err)
	}
	if err := b.bytesOfACut(t.Context(), ours, from); err != nil {
		t.Error(err)
	}
	if rows := len(b.report.rows); rows != 6 || strings.Contains(b.report.table(), " 0 B") {
		t.Errorf("%d figures:\n%s", rows, b.report.table())
	}
}

func TestTheOutboxIsTimed(t *testing.T) {
	b := newBench(t.TempDir(), "")
	if err := b.outbox(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows := len(b.report.rows); rows != 3 {
		t.Errorf("%d figures:\n%s", rows, b.report.table())
	}
}

// A backup that is made while customers write does not refuse them.
func TestADeskTakesMessagesWhileItIsBackedUp(t *testing.T) {
	b := newBench(t.TempDir(), "")
	ours, err := b.launch(t.Context(), "team")
	if err != nil {
		t.Fatal(err)
	}
	defer ours.stop()
	var s steady
	made, err := besideBackups(t.Context(), ours, t.TempDir()+"/a.backup", &s)
	if err != nil || made == 0 || len(s.answers) == 0 {
		t.Errorf("%d backups, %d answers: %v", made, len(s.answers), err)
	}
}
