package main

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ventanilla/client/wire"
)

// refusal is one reason to say no, as the desk's sources give it.
type refusal struct {
	code  string
	kinds []string
	text  string // in English
}

// readRefusals finds every refusal in the sources of the packages: a call whose
// first argument is a kind and whose second is a code. The sentences are in
// variables called sentences, Spanish before English. A code that programs compare
// is a constant of the wire.
func readRefusals(names *source, dirs ...string) ([]refusal, error) {
	found := make(map[string]*refusal)
	texts := make(map[string]string)
	for _, dir := range dirs {
		files, err := parse(dir)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					noteRefusal(found, n.Args)
				case *ast.CompositeLit:
					noteError(found, n, names)
				case *ast.ValueSpec:
					noteSentences(texts, n)
				}
				return true
			})
		}
	}
	var all []refusal
	for _, code := range slices.Sorted(maps.Keys(found)) {
		r := found[code]
		if r.text = texts[code]; r.text == "" {
			return nil, fmt.Errorf("the refusal %q has no sentence", code)
		}
		r.text = strings.NewReplacer("%s", "…", "%d", "…").Replace(r.text)
		all = append(all, *r)
	}
	return all, nil
}

func noteRefusal(found map[string]*refusal, args []ast.Expr) {
	if len(args) < 2 {
		return
	}
	kind, isKind := kindOf(args[0])
	literal, isCode := args[1].(*ast.BasicLit)
	if !isKind || !isCode {
		return
	}
	if code := codeOf(literal, nil); code != "" {
		note(found, code, kind)
	}
}

// noteError finds refusals made in place: Error{Kind: …, Code: …}.
func noteError(found map[string]*refusal, lit *ast.CompositeLit, names *source) {
	var kind, code string
	for _, e := range lit.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return
		}
		key, _ := pair.Key.(*ast.Ident)
		switch {
		case key == nil:
		case key.Name == "Kind":
			kind, _ = kindOf(pair.Value)
		case key.Name == "Code":
			code = codeOf(pair.Value, names)
		}
	}
	if kind != "" && code != "" {
		note(found, code, kind)
	}
}

// codeOf reads a code that is a literal or a constant of the wire; empty when it is
// neither.
func codeOf(e ast.Expr, names *source) string {
	switch x := e.(type) {
	case *ast.BasicLit:
		code, _ := strconv.Unquote(x.Value)
		return code
	case *ast.SelectorExpr:
		c, _ := names.constant(x.Sel.Name)
		return c.value
	}
	return ""
}

func note(found map[string]*refusal, code, kind string) {
	if found[code] == nil {
		found[code] = &refusal{code: code}
	}
	if r := found[code]; !slices.Contains(r.kinds, kind) {
		r.kinds = append(r.kinds, kind)
		slices.Sort(r.kinds)
	}
}

var kinds = map[string]wire.Kind{
	"Internal": wire.Internal, "Invalid": wire.Invalid, "Denied": wire.Denied, "Missing": wire.Missing,
	"Conflict": wire.Conflict, "Busy": wire.Busy, "Unknown": wire.Unknown,
}

func kindOf(e ast.Expr) (string, bool) {
	x, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	pkg, ok := x.X.(*ast.Ident)
	kind, known := kinds[x.Sel.Name]
	return string(kind), ok && known && pkg.Name == "wire"
}

func noteSentences(texts map[string]string, spec *ast.ValueSpec) {
	if spec.Names[0].Name != "sentences" || len(spec.Values) == 0 {
		return
	}
	table, ok := spec.Values[0].(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, row := range table.Elts {
		pair := row.(*ast.KeyValueExpr)
		code, _ := strconv.Unquote(pair.Key.(*ast.BasicLit).Value)
		english, _ := strconv.Unquote(pair.Value.(*ast.CompositeLit).Elts[1].(*ast.BasicLit).Value)
		if texts[code] == "" {
			texts[code] = english
		}
	}
}

// constantOf finds a constant of a package, exported or not.
func constantOf(dir, name string) (string, error) {
	files, err := parse(dir)
	if err != nil {
		return "", err
	}
	for _, f := range files {
		for _, d := range f.Decls {
			d, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range d.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if ok && v.Names[0].Name == name && len(v.Values) > 0 {
					return evaluate(v.Values[0])
				}
			}
		}
	}
	return "", fmt.Errorf("%s has no constant %s", dir, name)
}
