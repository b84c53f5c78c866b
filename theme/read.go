package theme

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxFile is more than any theme needs.
const maxFile = 64 << 10

// file is a theme as it is written.
type file struct {
	Name    string          `toml:"name"`
	Dark    bool            `toml:"dark"`
	Surface colour          `toml:"surface"`
	Roles   map[string]look `toml:"roles"`
}

// Read parses a theme file; name is how errors call it. Every role must be
// there and nothing else may be: a typo is reported with its line, not
// painted in some default.
func Read(name string, r io.Reader) (*Theme, error) {
	src, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, fmt.Errorf("reading theme %s: %w", name, err)
	}
	t, err := parse(string(src))
	if err != nil {
		return nil, fmt.Errorf("reading theme %s: %w", name, err)
	}
	return t, nil
}

func parse(src string) (*Theme, error) {
	var f file
	meta, err := toml.Decode(src, &f)
	var bad toml.ParseError
	switch {
	case errors.As(err, &bad):
		return nil, fmt.Errorf("line %d: %s: %s", bad.Position.Line, bad.LastKey, bad.Message)
	case err != nil:
		return nil, err
	}
	for _, key := range meta.Undecoded() {
		return nil, fmt.Errorf("line %d: unknown key %q", lineOf(src, key[len(key)-1]), key)
	}
	for _, key := range []string{"name", "dark", "surface"} {
		if !meta.IsDefined(key) {
			return nil, fmt.Errorf("line 1: %q is missing", key)
		}
	}
	return assemble(src, f)
}

func assemble(src string, f file) (*Theme, error) {
	t := &Theme{name: f.Name, dark: f.Dark, surface: f.Surface}
	for name, l := range f.Roles {
		r, known := roleNamed(name)
		if !known {
			return nil, fmt.Errorf("line %d: unknown role %q", lineOf(src, name), name)
		}
		t.looks[r] = l
	}
	for r, name := range roleNames {
		if _, given := f.Roles[name]; !given {
			return nil, fmt.Errorf("line %d: role %q is missing", lineOf(src, "[roles]"), roleNames[r])
		}
	}
	for _, r := range needsShape {
		if l := t.looks[r]; !l.reverse && !l.bold && !l.underline {
			return nil, fmt.Errorf("line %d: role %q needs reverse, bold or underline, or it vanishes without colour", lineOf(src, r.String()), r)
		}
	}
	t.prepare()
	return t, nil
}

// lineOf finds where a key or a table header is written. The decoder does not
// say it of keys it has no place for.
func lineOf(src, key string) int {
	n := 0
	for line := range strings.Lines(src) {
		n++
		rest, found := strings.CutPrefix(strings.TrimSpace(line), key)
		if rest = strings.TrimSpace(rest); found && (rest == "" || rest[0] == '=' || rest[0] == '#') {
			return n
		}
	}
	return 1
}
