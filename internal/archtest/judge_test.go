package archtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Standard   bool     // part of the Go distribution
	Imports    []string // directly
	Deps       []string // directly or through others
}

// judge returns a sentence for every import that breaks a rule or a gate, and
// for every rule, gate or permission that no longer stands for anything.
func judge(pkgs []pkg, rules []rule, gates []gate) []string {
	standard := map[string]bool{"C": true}
	for _, p := range pkgs {
		standard[p.ImportPath] = p.Standard
	}
	var complaints []string
	for _, r := range rules {
		complaints = append(complaints, r.judge(pkgs, standard)...)
	}
	for _, g := range gates {
		complaints = append(complaints, g.judge(pkgs)...)
	}
	return append(complaints, ungated(pkgs, standard, gates)...)
}

func (r rule) judge(pkgs []pkg, standard map[string]bool) (complaints []string) {
	stale := true
	for _, p := range pkgs {
		if !matches(r.from, p.ImportPath) {
			continue
		}
		stale = false
		for _, dep := range p.Deps {
			if matches(r.from, dep) || !r.forbids(dep, standard[dep]) {
				continue
			}
			complaints = append(complaints, fmt.Sprintf("%s reaches %s, but %s", p.ImportPath, dep, r.because))
		}
	}
	if stale {
		complaints = append(complaints, fmt.Sprintf("the rule about %s matches no package: update it", r.from))
	}
	return complaints
}

func (r rule) forbids(path string, standard bool) bool {
	return slices.ContainsFunc(r.never, func(pattern string) bool {
		return pattern == outside && !standard || matches(pattern, path)
	})
}

func (g gate) judge(pkgs []pkg) (complaints []string) {
	used := make(map[string]bool)
	for _, p := range pkgs {
		if matches(g.what, p.ImportPath) || !matches(ours+"...", p.ImportPath) {
			continue
		}
		for _, dep := range p.Imports {
			if !matches(g.what, dep) {
				continue
			}
			at := slices.IndexFunc(g.through, func(pattern string) bool { return matches(pattern, p.ImportPath) })
			if at < 0 {
				complaints = append(complaints, fmt.Sprintf("%s imports %s, which enters only through %s: %s",
					p.ImportPath, dep, strings.Join(g.through, ", "), g.because))
				continue
			}
			used[g.through[at]] = true
		}
	}
	for _, pattern := range g.through {
		if !used[pattern] {
			complaints = append(complaints, fmt.Sprintf("%s does not import %s any more: update the gate", pattern, g.what))
		}
	}
	return complaints
}

// ungated finds foreign packages imported by ours that no gate speaks of.
func ungated(pkgs []pkg, standard map[string]bool, gates []gate) (complaints []string) {
	for _, p := range pkgs {
		if !matches(ours+"...", p.ImportPath) {
			continue
		}
		for _, dep := range p.Imports {
			gated := slices.ContainsFunc(gates, func(g gate) bool { return matches(g.what, dep) })
			if !standard[dep] && !matches(ours+"...", dep) && !gated {
				complaints = append(complaints, fmt.Sprintf("%s imports %s, which has no gate: add one with its reason", p.ImportPath, dep))
			}
		}
	}
	return complaints
}

// matches reports whether a package is what the pattern covers, in the way of
// the go command: "a/..." is a and everything below it.
func matches(pattern, path string) bool {
	above, below := strings.CutSuffix(pattern, "/...")
	return path == above || below && strings.HasPrefix(path, above+"/")
}

// list returns our packages and everything they reach in the default build.
func list(t *testing.T) []pkg {
	return goList(t, "-deps")
}

// listWithTests also returns what only our tests reach.
func listWithTests(t *testing.T) []pkg {
	return goList(t, "-deps", "-test")
}

func goList(t *testing.T, flags ...string) []pkg {
	t.Helper()
	lookAround(t)
	args := append([]string{"list", "-json=ImportPath,Standard,Imports,Deps"}, flags...)
	dec := json.NewDecoder(strings.NewReader(run(t, append(args, ours+"...")...)))
	var pkgs []pkg
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// lookAround opens every folder of ours. The go command then knows that the
// result depends on them, and does not answer from its cache when a file changed.
func lookAround(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.Name() == ".git" {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// selected is the version of a module that this build uses.
func selected(t *testing.T, module string) string {
	t.Helper()
	return strings.TrimSpace(run(t, "list", "-m", "-f", "{{.Version}}", module))
}

func run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // the default build, whatever the tests run with
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// older compares released versions, v1.2.3; what follows a hyphen is ignored.
func older(a, b string) bool {
	return slices.Compare(numbers(a), numbers(b)) < 0
}

func numbers(version string) []int {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "-")
	var parts []int
	for part := range strings.SplitSeq(version, ".") {
		n, _ := strconv.Atoi(part)
		parts = append(parts, n)
	}
	return parts
}

// world is a small module that obeys smallRules and smallGates, in which one thing can be changed
// to see that it is noticed.
func world() []pkg {
	return []pkg{
		{ImportPath: "net/http", Standard: true},
		{ImportPath: "example.com/db"},
		{ImportPath: "ventanilla/face", Imports: []string{"ventanilla/word", "net/http"}, Deps: []string{"net/http", "ventanilla/word"}},
		{ImportPath: "ventanilla/word", Imports: []string{"net/http"}, Deps: []string{"net/http"}},
		{ImportPath: "ventanilla/inner/keep", Imports: []string{"example.com/db"}, Deps: []string{"example.com/db"}},
	}
}

var (
	smallRules = []rule{
		{"ventanilla/word/...", []string{outside}, "words stand alone"},
		{"ventanilla/face/...", []string{"ventanilla/inner/..."}, "faces do not look inside"},
		{"ventanilla/inner/...", []string{"net/..."}, "the inner part calls nobody"},
	}
	smallGates = []gate{{"example.com/db/...", []string{"ventanilla/inner/keep"}, "one keeper"}}
)

func TestJudge(t *testing.T) {
	at := func(path string, pkgs []pkg) *pkg {
		return &pkgs[slices.IndexFunc(pkgs, func(p pkg) bool { return p.ImportPath == path })]
	}
	tests := map[string]struct {
		change func([]pkg) []pkg
		want   string
	}{
		"nothing changed": {func(w []pkg) []pkg { return w }, ""},
		"a package of ours, without a dot, is not the standard library": {func(w []pkg) []pkg {
			p := at("ventanilla/word", w)
			p.Deps = append(p.Deps, "ventanilla/face")
			return w
		}, "ventanilla/word reaches ventanilla/face, but words stand alone"},
		"a forbidden package two steps away": {func(w []pkg) []pkg {
			p := at("ventanilla/face", w)
			p.Deps = append(p.Deps, "ventanilla/inner/keep")
			return w
		}, "ventanilla/face reaches ventanilla/inner/keep, but faces do not look inside"},
		"a package below the one named": {func(w []pkg) []pkg {
			return append(w, pkg{ImportPath: "ventanilla/face/nose", Deps: []string{"ventanilla/inner/keep"}})
		}, "ventanilla/face/nose reaches ventanilla/inner/keep, but faces do not look inside"},
		"a part of the standard library that was forbidden by name": {func(w []pkg) []pkg {
			p := at("ventanilla/inner/keep", w)
			p.Deps = append(p.Deps, "net/http")
			return w
		}, "ventanilla/inner/keep reaches net/http, but the inner part calls nobody"},
		"a rule for a package that went": {func(w []pkg) []pkg {
			return slices.DeleteFunc(w, func(p pkg) bool { return p.ImportPath == "ventanilla/face" })
		}, "the rule about ventanilla/face/... matches no package: update it"},
		"a second user of a module": {func(w []pkg) []pkg {
			return append(w, pkg{ImportPath: "ventanilla/other", Imports: []string{"example.com/db/sub"}})
		}, "ventanilla/other imports example.com/db/sub, which enters only through ventanilla/inner/keep: one keeper"},
		"a permission nobody needs": {func(w []pkg) []pkg {
			at("ventanilla/inner/keep", w).Imports = nil
			return w
		}, "ventanilla/inner/keep does not import example.com/db/... any more: update the gate"},
		"a module without a gate": {func(w []pkg) []pkg {
			p := at("ventanilla/face", w)
			p.Imports = append(p.Imports, "example.com/new")
			return w
		}, "ventanilla/face imports example.com/new, which has no gate: add one with its reason"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(judge(tt.change(world()), smallRules, smallGates), "\n")
			if got != tt.want {
				t.Errorf("judge said\n%s\nwant\n%s", cmp.Or(got, "nothing"), cmp.Or(tt.want, "nothing"))
			}
		})
	}
}

func TestOlder(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"v2.0.5", "v2.0.6", true},
		{"v2.0.6", "v2.0.6", false},
		{"v2.0.10", "v2.0.6", false},
		{"v2.1.0-rc.1", "v2.0.6", false},
	} {
		if got := older(tt.a, tt.b); got != tt.want {
			t.Errorf("older(%s, %s) = %v", tt.a, tt.b, got)
		}
	}
}
