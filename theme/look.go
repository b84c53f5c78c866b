package theme

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"
)

// colour is a colour as theme files write it: "#e0a458".
type colour struct{ r, g, b uint8 }

var _ color.Color = colour{}

// RGBA implements [color.Color].
func (c colour) RGBA() (r, g, b, a uint32) {
	return color.RGBA{c.r, c.g, c.b, 0xff}.RGBA()
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *colour) UnmarshalText(b []byte) error {
	parsed, err := parseColour(string(b))
	*c = parsed
	return err
}

func parseColour(s string) (colour, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != 7 || s[0] != '#' {
		return colour{}, fmt.Errorf("%q is not a colour like \"#e0a458\"", s)
	}
	return colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, nil
}

// look is a colour, perhaps on another, with attributes, as in
// "#1c1a17 on #e0a458 bold". Without "on" it stands on the surface.
type look struct {
	fore, back colour
	hasBack    bool

	bold, faint, italic, underline, reverse bool
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *look) UnmarshalText(b []byte) error {
	words := strings.Fields(string(b))
	if len(words) == 0 {
		return fmt.Errorf("a role needs a colour like \"#e0a458\"")
	}
	var err error
	if l.fore, err = parseColour(words[0]); err != nil {
		return err
	}
	words = words[1:]
	if len(words) > 1 && words[0] == "on" {
		if l.back, err = parseColour(words[1]); err != nil {
			return err
		}
		l.hasBack, words = true, words[2:]
	}
	for _, w := range words {
		if err := l.add(w); err != nil {
			return err
		}
	}
	return nil
}

func (l *look) add(attribute string) error {
	switch attribute {
	case "bold":
		l.bold = true
	case "faint":
		l.faint = true
	case "italic":
		l.italic = true
	case "underline":
		l.underline = true
	case "reverse":
		l.reverse = true
	default:
		return fmt.Errorf("%q is neither \"on\" a colour, nor bold, faint, italic, underline or reverse", attribute)
	}
	return nil
}
