package text

import (
	"strings"
	"testing"
)

// Honest writing reaches the screen as it was written, and nobody is told
// that it was touched.
func TestHonestTextIsUnchangedAndUnmarked(t *testing.T) {
	for _, in := range []string{
		"", "hola", "¿Ya pagué la cuota? ¡Sí, mañana! Ñandú, pingüino, Á É Í Ó Ú",
		"$ 13.229,84 — 3 % «citas» “comillas” …", "a\u0301 e\u0301 n\u0303",
		"你好，我已经付款了", "こんにちは ありがとう", "안녕하세요 대출", "ｶﾞﾀｶﾅ ﾊﾟ", "น้ำ",
		"مرحبا بكم في المتجر", "שלום עולם", "שָׁלוֹם", "می\u200cخواهم", "الْحَمْدُ لِلَّهِ",
		"नमस्ते", "क्षि कि हिन्दी", "ক্ষ বাংলা", "தமிழ்", "ශ්\u200dරී", "สวัสดี ยิ้ม", "Tiếng Việt",
		"👍", "👍🏽", "❤️", "☺️", "☝🏽", "1️⃣ #️⃣", "🇦🇷🇲🇽", "👨‍👩‍👧", "👩🏽‍❤️‍💋‍👨🏽", "🏳️‍🌈", "🏴‍☠️", "❤️‍🔥", "👩‍⚕️", "✔︎", "©️ ™️",
		"🫠🫡", "Привет", "Ελληνικά", "ქართული", "አማርኛ", "[SISTEMA] ␛[2J ␀ ⟨9B⟩ ␦ ◌́", "─│┌┐", "C:\\Users\\ana", "https://ejemplo.com/a?b=1&c=2",
	} {
		l := Clean(in)
		if l.String() != in || l.Altered() {
			t.Errorf("Clean(%+q) = %+q, altered %v", in, l, l.Altered())
		}
		if b := CleanBlock(in, 0); b.String() != in || b.Altered() || b.Hidden() != 0 {
			t.Errorf("CleanBlock(%+q) = %+q, altered %v, hidden %d", in, b, b.Altered(), b.Hidden())
		}
	}
}

// The classes of attack, by the numbers of the threat model.
func TestHostileTextIsReplacedVisibly(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"1 CSI", "a\x1b[2Jb\x1b[8mc", "a␛[2Jb␛[8mc"},
		{"2 OSC title", "\x1b]0;x\x07y", "␛]0;x␇y"},
		{"3 OSC 52", "\x1b]52;c;aG9sYQ==\x1b\\z", "␛]52;c;aG9sYQ==␛\\z"},
		{"4 OSC 8", "\x1b]8;;http://mal\x1b\\banco", "␛]8;;http://mal␛\\banco"},
		{"5 queries, ENQ", "\x1b[c\x1b[6n\x05\x1bP$qm\x1b\\", "␛[c␛[6n␅␛P$qm␛\\"},
		{"6 OSC to the system", "\x1b]777;notify;a;b\x07", "␛]777;notify;a;b␇"},
		{"7 DCS unterminated", "ve\x1bPq lo que sigue se ve", "ve␛Pq lo que sigue se ve"},
		{"7 APC PM SOS", "\x1b_G\x1b^p\x1bXs\x1bkt", "␛_G␛^p␛Xs␛kt"},
		{"8 two bytes", "\x1bc\x1b#8\x1b(0\x1bZ", "␛c␛#8␛(0␛Z"},
		{"9 C1 as UTF-8", "\u009b2J\u009d52;c;x\u009c", "⟨9B⟩2J⟨9D⟩52;c;x⟨9C⟩"},
		{"10 C1 raw", "\x9b2J", "\uFFFD2J"},
		{"11 controls", "\x00\b\v\f\x0e\x0f\x11\x13\x18\x1a\x7f", "␀␈␋␌␎␏␑␓␘␚␡"},
		{"11 lone CR", "Rosa\rBanco", "Rosa␍Banco"},
		{"12 bell flood", strings.Repeat("\a", 1000) + "!", "␇×1000!"},
		{"13 bidi", "a\u202etxt\u202c\u2066b\u2069\u200e\u200f\u061cc", "a␦txt␦b␦c"},
		{"14 zero width", "pa\u200b\u2060\ufeff\u00adgo", "pa␦go"},
		{"14 by hand", "\u2800a\u3164b\uffa0c\u115f\u1160d\u034fe", "␦a␦b␦c␦d␦e"},
		{"14 joiner between letters", "a\u200db\u200cc", "a␦b␦c"},
		{"14 joiner into nothing", "👨\u200da ❤\u200d", "👨␦a ❤␦"},
		{"15 tags", "hola\U000e0068\U000e006f\U000e007f", "hola␦"},
		{"15 selectors", "a\ufe0fb\ufe00c\U000e0100❤\ufe0f\ufe0f", "a␦b␦c␦❤\ufe0f␦"},
		{"17 combining bomb", "a" + strings.Repeat("\u0301", 500) + "b", "a\u0301\u0301\u0301\u0301␦b"},
		{"17 mark without base", "\u0301a \u0301", "◌\u0301a ◌\u0301"},
		{"18 huge cluster", strings.Repeat("\u1100", 40), strings.Repeat("\u1100", 32) + "␦" + strings.Repeat("\u1100", 8)},
		{"18 endless family", "👨" + strings.Repeat("\u200d👨", 8), "👨" + strings.Repeat("\u200d👨", 6) + "␦👨\u200d👨"},
		{"19 lone indicator", "🇦x🇦🇷🇲", "Ax🇦🇷M"},
		{"19 stray skin tone", "a🏽 👍🏽🏽", "a␦ 👍🏽␦"},
		{"20 separators", "a\u2028b\u2029c\u0085d", "a␦b␦c⟨85⟩d"},
		{"20 odd spaces", "a\u00a0b\u2003c\u3000d\u202fe", "a b c d e"},
		{"20 tab", "a\tb", "a    b"},
		{"21 bad bytes", "\xf0\x1b[2J\xc0\xaf\xed\xa0\x80\xff", "\uFFFD␛[2J\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"private and not characters", "a\ue000b\uffffc\U000f0000d\ufdd0e", "a␦b␦c␦d␦e"},
		{"22 right to left stays", "שלום\u202eabc", "שלום␦abc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Clean(c.in); got.String() != c.want {
				t.Errorf("Clean(%+q)\n got %+q\nwant %+q", c.in, got, c.want)
			}
			if !strings.Contains(c.name, "20 odd") && !strings.Contains(c.name, "20 tab") && !Clean(c.in).Altered() {
				t.Error("nobody would be told")
			}
		})
	}
}
