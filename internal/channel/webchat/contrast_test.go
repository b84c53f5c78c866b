package webchat

import (
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)

// TestTextCanBeReadOnItsGround computes WCAG's contrast of each pair of text and
// ground the style sheet uses, in light and in dark.
func TestTextCanBeReadOnItsGround(t *testing.T) {
	css, err := pageFiles.ReadFile("page/page.css")
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(css), "(prefers-color-scheme: dark)")
	if !found {
		t.Fatal("there is no dark scheme")
	}
	light := colours(before)
	dark := maps.Clone(light)
	maps.Copy(dark, colours(after))
	for name, scheme := range map[string]map[string]float64{"light": light, "dark": dark} {
		for _, pair := range [][2]string{
			{"ink", "ground"}, {"ink", "surface"}, {"ink", "mine"}, {"soft", "ground"}, {"soft", "surface"},
			{"mine-soft", "mine"}, {"on-accent", "accent"}, {"warn", "warn-ground"}, {"warn", "surface"},
		} {
			if got := contrast(scheme[pair[0]], scheme[pair[1]]); !(got >= 4.5) {
				t.Errorf("%s: %s on %s has a contrast of %.1f, want 4.5", name, pair[0], pair[1], got)
			}
		}
		for _, pair := range [][2]string{{"seen", "mine"}, {"accent", "ground"}, {"accent", "surface"}, {"off", "surface"}, {"calm", "surface"}} {
			if got := contrast(scheme[pair[0]], scheme[pair[1]]); !(got >= 3) {
				t.Errorf("%s: the sign %s on %s has a contrast of %.1f, want 3", name, pair[0], pair[1], got)
			}
		}
	}
}

// colours returns the luminance of each named colour.
func colours(css string) map[string]float64 {
	out := make(map[string]float64)
	for _, m := range colour.FindAllStringSubmatch(css, -1) {
		rgb, _ := strconv.ParseUint(m[2], 16, 32) // the pattern allows nothing else
		out[m[1]] = 0.2126*linear(rgb>>16) + 0.7152*linear(rgb>>8&255) + 0.0722*linear(rgb&255)
	}
	return out
}

func linear(channel uint64) float64 {
	c := float64(channel) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
