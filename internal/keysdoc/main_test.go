package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ventanilla/keymap"
)

func TestThePageInTheManualIsUpToDate(t *testing.T) {
	written, err := os.ReadFile(filepath.Join("..", "..", "docs", "keys.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written, page(keymap.Default())) {
		t.Error("docs/keys.md differs from the table: run go generate ./keymap")
	}
}

func TestThePageHasEveryActionAndEveryTitle(t *testing.T) {
	text := string(page(keymap.Default()))
	for _, b := range keymap.Default().Help(keymap.Everywhere) {
		if !strings.Contains(text, "`"+string(b.Action)+"`") {
			t.Errorf("the page does not mention %s", b.Action)
		}
	}
	for _, s := range keymap.Scopes() {
		if titles[s] == "" {
			t.Errorf("scope %s has no title", s)
		}
	}
	if strings.Contains(text, "## \n") {
		t.Error("a section has no title")
	}
}
