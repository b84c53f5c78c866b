package tui

import (
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// drawSmall is what remains on a screen too small for panes: a sentence saying
// so, and the composer, because what is being written must stay in reach.
func drawSmall(s Size, c *composer, v *look) []string {
	var out canvas
	out.begin(s, v)
	var lines []text.Line
	if v.Ready() && !v.writes() {
		lines = append(lines, v.say(words.ReadOnly))
	}
	lines = append(lines, v.with(words.TooSmall, words.Args{"Width": leastWidth, "Height": leastHeight}).Wrap(max(1, s.Width), v.measure)...)
	compose := 0
	if v.shown != "" && v.writes() {
		compose = min(max(3, s.Height-len(lines)), s.Height)
	}
	for i := 0; i < len(lines) && len(out.rows) < s.Height-compose; i++ {
		out.open()
		out.Put(v.pens.plain.warn, lines[i])
		out.shut(out.ground)
	}
	if v.notice.Text != "" && len(out.rows) < s.Height-compose {
		out.open()
		out.Put(v.pens.plain.accent, text.Clean(v.notice.Text))
		out.shut(out.ground)
	}
	for len(out.rows) < s.Height-compose {
		out.open()
		out.shut(out.ground)
	}
	if compose > 0 {
		above := len(out.rows)
		out.rows = append(out.rows, c.Draw(Size{s.Width, compose}, v)...)
		c.y += above
	}
	return out.finish()
}
