package tui

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ventanilla/client/wire"

	"github.com/charmbracelet/x/vt"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// picture draws what is shown on an emulator and returns its cells. Colours are
// the theme's business and tested there; that no state is told by colour alone
// is what leaving them out shows.
func picture(b *bench) string {
	em := vt.NewEmulator(b.m.screen.size.Width, b.m.screen.size.Height)
	defer em.Close()
	_, _ = em.WriteString(strings.ReplaceAll(b.m.View().Content, "\n", "\r\n"))
	return em.String() + "\n"
}

func TestScreensLookAsTheyDid(t *testing.T) {
	scenes := map[string]func(*bench){
		"conversation": func(b *bench) { b.open("c1"); b.answer(sampleContext("c1")) },
		"reply": func(b *bench) {
			b.open("c1")
			b.answer(sampleContext("c1"))
			b.press("r")
			b.write("¡Claro! Podés pasarla al 20 家")
		},
		"note":     func(b *bench) { b.open("c1"); b.answer(sampleContext("c1")); b.press("n"); b.write("ojo con esto") },
		"queue":    func(b *bench) { b.press("]", "j") },
		"transfer": func(b *bench) { b.open("c1"); b.answer(sampleContext("c1")); b.press("t") },
		"help":     func(b *bench) { b.open("c1"); b.press("?") },
	}
	for name, scene := range scenes {
		for _, size := range []Size{{160, 45}, {120, 40}, {80, 24}} {
			for _, lang := range []string{"es-AR", "en"} {
				if lang == "en" && (name != "conversation" || size.Width != 120) {
					continue
				}
				file := name + "-" + sizeName(size) + "-" + lang
				t.Run(file, func(t *testing.T) {
					b := start(t, setup{size: size, locale: lang})
					scene(b)
					checkGolden(t, file, picture(b))
				})
			}
		}
	}
}

func TestAMonitorIsMarkedReadOnlyAndHasNoComposer(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}, role: wire.RoleSupervisor})
	b.open("t1")
	checkGolden(t, "monitor-120x40-es-AR", picture(b))
	b.shows("SÓLO LECTURA")
	b.hides("respuesta al cliente")
	for _, k := range []string{"r", "n", "a", "t", "e", "p", "!", "l", "A", "i"} {
		b.press(k)
	}
	if len(b.desk.did) != 0 || b.m.panes.sheet != nil || b.m.v.focus == ComposerPart {
		t.Errorf("a monitor did %v, sheet %v, focus %v", b.desk.did, b.m.panes.sheet, b.m.v.focus)
	}
	b.shows("SÓLO LECTURA")
}

func sizeName(s Size) string {
	return strconv.Itoa(s.Width) + "x" + strconv.Itoa(s.Height)
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; look at it, and if it is right run go test -update\ngot:\n%s", name, got)
	}
}
