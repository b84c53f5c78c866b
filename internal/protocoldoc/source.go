package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// source is one of the two packages as its files say it.
type source struct {
	prefix string  // of anchors, so that both packages may have a Hello
	outer  *source // whose names this one's types may use
	shape  map[string]*shape
	order  []string // names of shapes as the files have them
	consts [][]constValue
	told   map[string]bool // shapes and constants that were printed
}

// shape is a struct, or a name for a basic type.
type shape struct {
	name    string // in Go
	wire    string // of an event, command or ask; empty for others
	kind    string // "event", "command", "ask"
	doc     string
	params  string // of a generic type
	basic   string // what a name for a basic type stands for
	members []member
}

// member is one member of a JSON object.
type member struct {
	field    string // in Go
	name     string
	typ      ast.Expr
	tagged   bool // a member of its own, not a part of something else
	optional bool
	quoted   bool // a number sent as a string
	doc      string
}

type constValue struct{ name, typ, value, doc string }

// read parses the files of a package, without its tests.
func read(dir, prefix string) (*source, error) {
	files, err := parse(dir)
	if err != nil {
		return nil, err
	}
	s := &source{prefix: prefix, shape: make(map[string]*shape), told: make(map[string]bool)}
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				s.addTypes(d)
			} else if ok && d.Tok == token.CONST {
				if err := s.addConsts(d); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				s.addName(d)
			}
		}
	}
	return s, nil
}

func parse(dir string) ([]*ast.File, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("reading the sources: %w", err)
		}
		files = append(files, f)
	}
	return files, nil
}

func (s *source) addTypes(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		spec := spec.(*ast.TypeSpec)
		sh := &shape{name: spec.Name.Name, doc: comment(spec.Doc, d.Doc)}
		switch x := spec.Type.(type) {
		case *ast.StructType:
			sh.members = members(x)
		case *ast.Ident:
			sh.basic = x.Name
		default: // an interface, or another name for a shape
			continue
		}
		if spec.TypeParams != nil {
			sh.params = spec.TypeParams.List[0].Names[0].Name
		}
		if spec.Name.IsExported() {
			s.shape[sh.name] = sh
			s.order = append(s.order, sh.name)
		}
	}
}

// addName finds what an event, a command or an ask is called on the wire: its
// method of that name returns it.
func (s *source) addName(d *ast.FuncDecl) {
	kind := d.Name.Name
	if d.Recv == nil || kind != "event" && kind != "command" && kind != "ask" {
		return
	}
	id, named := d.Recv.List[0].Type.(*ast.Ident)
	literal, constant := d.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.BasicLit)
	switch {
	case named && constant:
		sh := s.shape[id.Name]
		sh.kind = kind
		sh.wire, _ = strconv.Unquote(literal.Value)
	case named: // it stands for what has no type and so is nothing on the wire
		delete(s.shape, id.Name)
		s.order = slices.DeleteFunc(s.order, func(name string) bool { return name == id.Name })
	}
}

// addConsts keeps the groups of constants in the order of the files.
func (s *source) addConsts(d *ast.GenDecl) error {
	var values []constValue
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		for i, name := range spec.Names {
			if !name.IsExported() {
				continue
			}
			v, err := evaluate(spec.Values[i])
			if err != nil {
				return fmt.Errorf("the constant %s: %w", name.Name, err)
			}
			c := constValue{name: name.Name, value: v, doc: oneLine(spec.Doc.Text() + " " + spec.Comment.Text())}
			if id, ok := spec.Type.(*ast.Ident); ok {
				c.typ = id.Name
			}
			values = append(values, c)
		}
	}
	if len(values) > 0 {
		s.consts = append(s.consts, values)
	}
	return nil
}

func comment(own, group *ast.CommentGroup) string {
	if own == nil {
		own = group
	}
	return strings.TrimSpace(own.Text())
}

// evaluate computes an expression of literals and the units of package time.
func evaluate(e ast.Expr) (string, error) {
	text := types.ExprString(e)
	span := strings.Contains(text, "time.")
	for unit, d := range map[string]int{"Millisecond": 1, "Second": 1000, "Minute": 60_000, "Hour": 3_600_000} {
		text = strings.ReplaceAll(text, "time."+unit, strconv.Itoa(d))
	}
	v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, text)
	switch {
	case err != nil:
		return "", err
	case v.Value == nil:
		return "", fmt.Errorf("%s is no constant", text)
	case v.Value.Kind() == constant.String:
		return constant.StringVal(v.Value), nil
	}
	n, _ := constant.Int64Val(v.Value)
	if span && n%1000 == 0 {
		return fmt.Sprintf("%d s", n/1000), nil
	}
	return strconv.FormatInt(n, 10), nil
}

func members(x *ast.StructType) []member {
	var all []member
	for _, f := range x.Fields.List {
		for _, name := range f.Names {
			if !name.IsExported() {
				continue
			}
			m := member{field: name.Name, name: strings.ToLower(name.Name), typ: f.Type, doc: oneLine(f.Doc.Text() + " " + f.Comment.Text())}
			if f.Tag != nil {
				tag, _ := strconv.Unquote(f.Tag.Value)
				parts := strings.Split(reflect.StructTag(tag).Get("json"), ",")
				m.name, m.tagged = parts[0], true
				m.optional = slices.Contains(parts[1:], "omitempty")
				m.quoted = slices.Contains(parts[1:], "string")
			}
			all = append(all, m)
		}
	}
	return all
}

// untold lists what was not printed.
func (s *source) untold() []string {
	var names []string
	for _, name := range s.order {
		if !s.told[name] {
			names = append(names, s.prefix+"."+name)
		}
	}
	for _, group := range s.consts {
		for _, c := range group {
			if !s.told[c.name] {
				names = append(names, s.prefix+"."+c.name)
			}
		}
	}
	return names
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
