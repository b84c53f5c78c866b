package dialogue

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// customers are the people of the demo's loan book, by the references that
// the book's seed gives them.
var customers = []string{
	"c-1001", "c-1002", "c-1003", "c-1004", "c-1005", "c-1006", "c-1007",
	"c-1008", "c-1009", "c-1010", "c-1011", "c-1012", "c-1013", "c-1014",
	"c-2001", "c-2002", "c-2003", "c-2004", "c-2005",
	"c-2006", "c-2007", "c-2008", "c-2009", "c-2010",
}

func own(t *testing.T) []Dialogue {
	t.Helper()
	ds, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

func TestOwnDialoguesCoverReasonsAndCountries(t *testing.T) {
	ds := own(t)
	if len(ds) < 44 {
		t.Errorf("%d dialogues, want at least 44", len(ds))
	}
	byReason, byLang, byPair := map[Reason]int{}, map[string]int{}, map[string]int{}
	ids, anonymous, pieces, used := map[string]bool{}, 0, 0, map[string]bool{}
	for _, d := range ds {
		byReason[d.Reason]++
		byLang[d.Lang]++
		byPair[string(d.Reason)+d.Lang]++
		if ids[d.ID] {
			t.Errorf("two dialogues are called %s", d.ID)
		}
		ids[d.ID], used[d.Ref] = true, true
		if d.Ref == "" {
			anonymous++
		}
		if slices.ContainsFunc(d.Exchanges(), func(x Exchange) bool { return len(x.Customer) > 1 }) {
			pieces++
		}
	}
	for _, r := range Reasons() {
		if byReason[r] < 3 || byPair[string(r)+"es-AR"] == 0 || byPair[string(r)+"es-MX"] == 0 {
			t.Errorf("%s: %d dialogues, want 3 and both countries", r, byReason[r])
		}
	}
	if len(byLang) != 2 || byLang["es-AR"] != byLang["es-MX"] {
		t.Errorf("languages %v, want es-AR and es-MX half and half", byLang)
	}
	if anonymous < 3 || anonymous > len(ds)/4 || pieces < 10 {
		t.Errorf("%d anonymous, %d in pieces, want a few and many", anonymous, pieces)
	}
	for _, c := range customers {
		if !used[c] {
			t.Errorf("%s never writes", c)
		}
	}
}

func TestOwnDialoguesAreShortAndEndWithTheCustomer(t *testing.T) {
	for _, d := range own(t) {
		if n := len(d.Turns); n < 4 || n > 9 {
			t.Errorf("%s: %d turns, want 4 to 9", d.ID, n)
		}
		if d.Turns[0].Role != Customer || d.Turns[len(d.Turns)-1].Role != Customer {
			t.Errorf("%s: the customer neither begins nor ends", d.ID)
		}
		if d.Ref != "" && !slices.Contains(customers, d.Ref) {
			t.Errorf("%s: nobody is %s", d.ID, d.Ref)
		}
		country := map[byte]string{'1': "es-AR", '2': "es-MX"}
		if d.Ref != "" && country[d.Ref[2]] != d.Lang {
			t.Errorf("%s: %s does not speak %s", d.ID, d.Ref, d.Lang)
		}
		if d.Patience < 20*time.Second || d.Patience > 5*time.Minute || len(d.Nudges) == 0 {
			t.Errorf("%s: patience %s and %d nudges", d.ID, d.Patience, len(d.Nudges))
		}
		if !d.Finance || d.Source != "ventanilla" || d.Licence != "Apache-2.0" {
			t.Errorf("%s: source %q, licence %q, finance %v", d.ID, d.Source, d.Licence, d.Finance)
		}
	}
}

// A colleague that answers by itself must not say what only the loan book
// knows, nor ask for what nobody should type, nor smile at a debt.
func TestOwnAgentsKeepToTheVoice(t *testing.T) {
	figure := regexp.MustCompile(`[$€%]|\d{5,}|\d[.,]\d`)
	voseo := regexp.MustCompile(`(?i)\b(tenés|podés|querés|pagás|mandás|avisame|decime|vos)\b`)
	tuteo := regexp.MustCompile(`(?i)\b(tienes|puedes|quieres|pagas|avísame|dime|contigo)\b`)
	for _, d := range own(t) {
		for _, turn := range d.Turns {
			if turn.Role != Agent {
				continue
			}
			switch {
			case figure.MatchString(turn.Text):
				t.Errorf("%s: an agent names a figure: %s", d.ID, turn.Text)
			case d.Lang == "es-AR" && tuteo.MatchString(turn.Text), d.Lang == "es-MX" && voseo.MatchString(turn.Text):
				t.Errorf("%s: an agent speaks as in the other country: %s", d.ID, turn.Text)
			case strings.Count(turn.Text, "?") > 1:
				t.Errorf("%s: an agent asks two things at once: %s", d.ID, turn.Text)
			case strings.ContainsFunc(turn.Text, func(r rune) bool { return unicode.Is(unicode.So, r) }):
				t.Errorf("%s: an agent sends a picture: %s", d.ID, turn.Text)
			}
		}
	}
}

// The demo is where people first see text as it really comes.
func TestOwnCustomersWriteAsPeopleDo(t *testing.T) {
	found := map[string]bool{}
	for _, d := range own(t) {
		for _, turn := range d.Turns {
			if turn.Role != Customer {
				continue
			}
			n := utf8.RuneCountInString(turn.Text)
			found["very long"] = found["very long"] || n > 1300 && n < 2000
			found["one word"] = found["one word"] || n < 12
			found["family of emoji"] = found["family of emoji"] || strings.Contains(turn.Text, "👨\u200d👩\u200d👧\u200d👦")
			found["right to left"] = found["right to left"] || strings.ContainsFunc(turn.Text, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
			found["shouting"] = found["shouting"] || n > 15 && turn.Text == strings.ToUpper(turn.Text)
			found["English"] = found["English"] || strings.Contains(turn.Text, "can I get")
			found["Portuguese"] = found["Portuguese"] || strings.Contains(turn.Text, "parcela")
			if strings.ContainsFunc(turn.Text, func(r rune) bool { return unicode.IsControl(r) }) {
				t.Errorf("%s: a control character", d.ID)
			}
		}
	}
	for _, kind := range []string{"very long", "one word", "family of emoji", "right to left", "shouting", "English", "Portuguese"} {
		if !found[kind] {
			t.Errorf("no message is an example of: %s", kind)
		}
	}
}
