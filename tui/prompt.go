package tui

import (
	"slices"
	"strings"

	"ventanilla/keymap"
	"ventanilla/tui/edit"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// command is one thing that can be asked for by its name.
type command struct {
	name string
	run  func(v *look) Intent
}

// commands are all there are, as they are offered.
func commands() []command {
	return []command{
		{"link", func(*look) Intent { return Ask{newLinkSheet()} }},
		{"lean", tellLean},
	}
}

// tellLean says whether data is saved; it is chosen when the program starts,
// because the desk is told in the greeting.
func tellLean(v *look) Intent {
	if v.link.lean {
		return tell(v, words.LeanIsOn)
	}
	return tell(v, words.LeanIsOff)
}

// prompt is the row at the foot of the screen in which a command is typed.
type prompt struct {
	field  edit.Buffer
	x      int
	canvas canvas
}

func newPrompt() *prompt { return &prompt{field: newField()} }

// Scope implements [Pane].
func (p *prompt) Scope() keymap.Scope { return keymap.Input }

// Handle implements [Pane].
func (p *prompt) Handle(a keymap.Action, v *look) Intent {
	switch a {
	case keymap.Leave, keymap.Back:
		return Close{}
	case keymap.FieldNext:
		if found := p.matching(); len(found) > 0 {
			p.field.Set(found[0].name)
			p.field.Key("end")
		}
	case keymap.Accept:
		return p.accept(v)
	}
	return nil
}

// accept runs what is typed: a name, or the beginning of only one.
func (p *prompt) accept(v *look) Intent {
	typed := strings.TrimSpace(p.field.Text())
	name, rest, _ := strings.Cut(typed, " ")
	if name == "" {
		return Close{}
	}
	found := p.matching()
	if i := slices.IndexFunc(found, func(c command) bool { return c.name == name }); i >= 0 {
		found = found[i : i+1]
	}
	switch {
	case len(found) != 1:
		return Close{Tell{Notice{v.words.With(words.PromptUnknown, words.Args{"Name": text.Name(name).String(), "Names": names(commands())}), true}}}
	case rest != "" && found[0].name != "lean": // it answers on and off as well
		return Close{Tell{Notice{v.words.With(words.PromptNoArgument, words.Args{"Name": found[0].name}), true}}}
	}
	return Close{found[0].run(v)}
}

// matching are the commands that begin as what is typed does.
func (p *prompt) matching() []command {
	name, _, _ := strings.Cut(strings.TrimSpace(p.field.Text()), " ")
	return slices.DeleteFunc(commands(), func(c command) bool { return !strings.HasPrefix(c.name, name) })
}

func names(all []command) string {
	var out []string
	for _, c := range all {
		out = append(out, c.name)
	}
	return strings.Join(out, ", ")
}

// Type implements typist. A prompt that is empty is left with backspace.
func (p *prompt) Type(key, written string, _ *look) Intent {
	switch {
	case written != "":
		p.field.Insert(written)
	case key == "backspace" && p.field.Text() == "":
		return Close{}
	default:
		p.field.Key(key)
	}
	return nil
}

// Paste implements typist.
func (p *prompt) Paste(raw string, v *look) Intent { return p.Type("", raw, v) }

// Cursor implements typist.
func (p *prompt) Cursor() (x, y int, ok bool) { return p.x, 0, true }

// Rows implements [Sheet].
func (p *prompt) Rows(Size, *look) int { return 1 }

// Draw implements [Pane]: what is typed, and beside it what it may become.
func (p *prompt) Draw(s Size, v *look) []string {
	c := &p.canvas
	c.begin(s, v)
	c.open()
	c.Glyphs(v.pens.plain.accent, " :")
	width := max(1, c.Left()-2)
	rows := p.field.Rows(width, v.measure)
	row, column := p.field.Cursor(width, v.measure)
	c.PutIn(v.pens.plain.ink, rows[row], width)
	p.x = 2 + column
	c.Pad(c.ground, 3)
	for _, cmd := range p.matching() {
		c.Put(v.pens.plain.accent, text.Clean(cmd.name))
		c.Pad(c.ground, 1)
		c.Put(v.pens.plain.quiet, v.of(words.CommandDoes, cmd.name))
		c.Pad(c.ground, 3)
	}
	c.shut(c.ground)
	return c.finish()
}
