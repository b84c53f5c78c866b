package text

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// Fuzzing by bytes seldom spells a cluster. These are the pieces that make
// them, in any order.
func TestAnyMixtureOfTrickyCharactersHoldsThePromises(t *testing.T) {
	pieces := []rune("a1#Ñ \n\r\t\a\x1b\u0085\u009b\u00a0\u00ad你👨👩❤☺👍🏽🏿🇦🇷🇲☎ककष\u094d\u093f\u0301\u0489\u20e3\u0903" +
		"\u200b\u200c\u200d\u200e\u202e\u2066\u2028\u3000\ufe00\ufe0e\ufe0f\ufeff\u034f\u2800\ue000\ufdd0\uffff\U000e0041" +
		"\u1100\u1161\u11a8가각\u0600\u0d4e\u0e33\uff9e\u0645\u064e\u06cc\u05d0\u05b8\u102b\U0001fae9␦◌…⟨")
	const seed = 20240717
	rng := rand.New(rand.NewPCG(seed, seed))
	for range 3000 {
		var sb strings.Builder
		for range rng.IntN(60) {
			switch r := pieces[rng.IntN(len(pieces))]; rng.IntN(12) {
			case 0:
				sb.WriteByte(byte(rng.IntN(256)))
			case 1:
				sb.WriteString(strings.Repeat(string(r), rng.IntN(50)))
			default:
				sb.WriteRune(r)
			}
		}
		width := rng.IntN(60)
		checkLine(t, sb.String(), width)
		checkBlock(t, sb.String(), width)
	}
}

// Real messages in fifteen languages, kept beside the repository.
func TestRealMessagesComeOutAsWritten(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "display.jsonl.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no display.jsonl.gz in ../../../shared/data")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for sc := bufio.NewScanner(unzipped); sc.Scan(); n++ {
		var row struct{ Text, Lang string }
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		checkLine(t, row.Text, 40)
		checkBlock(t, row.Text, 12)
		b := CleanBlock(row.Text, 0)
		if got, want := squeezed(b.String()), squeezed(row.Text); got != want || b.Altered() {
			t.Errorf("%s: %+q came out as %+q", row.Lang, want, got)
		}
	}
	if n < 5000 {
		t.Errorf("only %d rows", n)
	}
}

// squeezed drops what cleaning changes on purpose in honest text: spaces.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
