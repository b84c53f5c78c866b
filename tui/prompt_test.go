package tui

import (
	"strings"
	"testing"
	"time"

	"ventanilla/client"
)

func TestThePromptCompletesRunsAndNamesErrors(t *testing.T) {
	b := start(t, setup{size: Size{80, 24}})
	b.press(":")
	b.shows("link cómo está el enlace")
	b.write("l")
	b.shows("lean ")
	b.write("i")
	b.hides("lean ")
	b.press("tab")
	b.shows(" :link")
	b.press("enter")
	b.shows("Enlace con la mesa")
	b.press("esc")
	b.hides("Enlace con la mesa")
	for typed, want := range map[string]string{
		"quit":      "No hay un comando «quit». Hay: link, lean.",
		"l":         "No hay un comando «l»", // it begins two
		"link now":  "«link» no lleva nada detrás",
		"lean on":   "Se enciende al empezar: ventanilla --lean",
		"\x1b]52;c": "No hay un comando",
	} {
		b.press(":")
		b.write(typed)
		b.press("enter")
		b.shows(want)
		if b.m.panes.sheet != nil {
			t.Errorf("after %q the prompt is still open", typed)
		}
	}
	b.press(":", "esc")
	b.press(":", "backspace")
	if b.m.panes.sheet != nil {
		t.Error("the prompt cannot be left")
	}
}

func TestTheSheetOfTheLinkTellsItsStoryWithoutSecrets(t *testing.T) {
	b := start(t, setup{})
	for i, ms := range []int{40, 31, 900} {
		b.events(client.LinkChanged{State: client.Live, Latency: time.Duration(ms) * time.Millisecond, BytesIn: int64(4000 * (i + 1)), BytesOut: 700})
		b.now = b.now.Add(time.Minute)
	}
	b.events(client.LinkChanged{State: client.Down, Err: client.ErrSilent, Retry: b.now.Add(time.Minute), BytesIn: 12_600, BytesOut: 700},
		client.LinkChanged{State: client.Connecting, BytesIn: 12_600, BytesOut: 700})
	b.press(":")
	b.write("link")
	b.press("enter")
	for _, want := range []string{"última 900 ms · mediana 40 ms", "13 kB · 600 B en este minuto", "▇▇▇▁", "1 · el último 14:06: la mesa dejó de oírse",
		"1.000 de 1.000", "https://desk.example:8480", "latido cada 10 s", "Se puede leer"} {
		b.shows(strings.Replace(want, "▇▇▇▁", "███▂", 1))
	}
	b.hides("secret")
	b.hides("token")
	before := b.screen()
	b.silent()
	b.seconds(3)
	if b.screen() == before {
		t.Error("the sheet stands still")
	}
}
