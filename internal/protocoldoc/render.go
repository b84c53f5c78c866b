package main

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// frames is the table of what a frame may be: the members of one of the structs
// that list them.
func (s *source) frames(name string) (string, error) {
	sh, ok := s.shape[name]
	if !ok {
		return "", fmt.Errorf("there is no %s", name)
	}
	s.told[name] = true
	var b strings.Builder
	fmt.Fprintf(&b, "<a id=\"%s\"></a>\n\n| frame | holds | |\n| --- | --- | --- |\n", s.anchor(name))
	for _, m := range sh.members {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.name, s.jsonType(m.typ), s.prose(m.doc, nil))
	}
	return b.String(), nil
}

// shapes describes structs, each with a heading.
func (s *source) shapes(names ...string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		sh, ok := s.shape[name]
		if !ok {
			return "", fmt.Errorf("there is no %s", name)
		}
		s.write(&b, sh)
	}
	return b.String(), nil
}

// named describes every event, every command or every ask.
func (s *source) named(kind string) string {
	var b strings.Builder
	for _, name := range s.order {
		if sh := s.shape[name]; sh.kind == kind {
			s.write(&b, sh)
		}
	}
	return b.String()
}

func (s *source) write(b *strings.Builder, sh *shape) {
	s.told[sh.name] = true
	title := sh.name
	if sh.wire != "" {
		title = "`" + sh.wire + "`"
	}
	fmt.Fprintf(b, "<a id=\"%s\"></a>\n\n### %s\n\n%s\n", s.anchor(sh.name), title, s.prose(sh.doc, sh))
	if sh.kind == "command" || sh.kind == "ask" {
		fmt.Fprintf(b, "\n%s\n", whoMay(sh.kind, sh.wire))
	}
	for i, m := range sh.members {
		if !m.tagged {
			break
		}
		if i == 0 {
			b.WriteString("\n| member | type | | meaning |\n| --- | --- | --- | --- |\n")
		}
		typ, optional := s.jsonType(m.typ), ""
		if m.quoted {
			typ = "string of digits"
		}
		if m.optional {
			optional = "optional"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", m.name, typ, optional, s.prose(m.doc, sh))
	}
	b.WriteString("\n")
}

// whoMay says which roles may send a command or put an ask at all.
func whoMay(kind, name string) string {
	var roles []string
	for _, role := range wire.Roles() {
		if kind == "command" && slices.Contains(desk.Can(role), name) || kind == "ask" && desk.MayAsk(role, name) {
			roles = append(roles, string(role))
		}
	}
	return "Roles: " + strings.Join(roles, ", ") + "."
}

// enums describes the names for basic types: first those that stand for any
// string, then those whose values are listed.
func (s *source) enums() string {
	var ids []string
	var b, rest strings.Builder
	for _, name := range s.order {
		sh := s.shape[name]
		switch values := s.valuesOf(name); {
		case sh.basic == "":
			continue
		case sh.basic == "string" && len(values) == 0:
			fmt.Fprintf(&b, "<a id=\"%s\"></a>\n", s.anchor(name))
			ids = append(ids, "`"+name+"`")
		default:
			fmt.Fprintf(&rest, "\n<a id=\"%s\"></a>\n\n### %s\n\n%s\n", s.anchor(name), name, s.prose(sh.doc, sh))
			s.writeValues(&rest, sh, values)
		}
		s.told[name] = true
	}
	return b.String() + "\n" + strings.Join(ids, ", ") + " are opaque strings.\n" + rest.String()
}

// valuesOf lists the constants of an enumeration.
func (s *source) valuesOf(name string) []constValue {
	for _, group := range s.consts {
		if group[0].typ == name && len(group) > 1 {
			return group
		}
	}
	return nil
}

func (s *source) writeValues(b *strings.Builder, sh *shape, values []constValue) {
	if len(values) > 0 {
		b.WriteString("\n| value | meaning |\n| --- | --- |\n")
	}
	for _, c := range values {
		s.told[c.name] = true
		v, meaning := `"`+c.value+`"`, s.prose(c.doc, nil)
		if sh.basic != "string" {
			v, meaning = c.value, strings.ToLower(c.name)
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", v, meaning)
	}
}

// group is the table of the constants declared together with one of them.
func (s *source) group(name string) (string, error) {
	for _, group := range s.consts {
		if !slices.ContainsFunc(group, func(c constValue) bool { return c.name == name }) {
			continue
		}
		var b strings.Builder
		for _, c := range group {
			s.told[c.name] = true
			fmt.Fprintf(&b, "| %s | %s |\n", c.value, s.prose(c.doc, nil))
		}
		return b.String(), nil
	}
	return "", fmt.Errorf("there is no constant %s", name)
}

func (s *source) value(name string) (string, error) {
	if c, ok := s.constant(name); ok {
		s.told[name] = true
		return c.value, nil
	}
	return "", fmt.Errorf("there is no constant %s", name)
}

func (s *source) constant(name string) (constValue, bool) {
	for _, group := range s.consts {
		for _, c := range group {
			if c.name == name {
				return c, true
			}
		}
	}
	if s.outer != nil {
		return s.outer.constant(name)
	}
	return constValue{}, false
}

// jsonType names a Go type as JSON has it.
func (s *source) jsonType(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.StarExpr:
		return s.jsonType(x.X)
	case *ast.ArrayType:
		return "array of " + s.jsonType(x.Elt)
	case *ast.MapType:
		return "object of " + s.jsonType(x.Value)
	case *ast.IndexExpr:
		return s.jsonType(x.X) + " of " + s.jsonType(x.Index)
	case *ast.StructType:
		return "`{}`"
	case *ast.SelectorExpr:
		if x.Sel.Name == "RawMessage" {
			return "object"
		}
		return s.outer.link(x.Sel.Name)
	case *ast.Ident:
		switch x.Name {
		case "string":
			return "string"
		case "bool":
			return "boolean"
		case "int", "int64", "uint64", "int8":
			return "number"
		}
		return s.link(x.Name)
	}
	return "any"
}

// link names a shape and leads to it.
func (s *source) link(name string) string {
	switch {
	case s.shape[name] != nil:
		title := name
		if w := s.shape[name].wire; w != "" {
			title = "`" + w + "`"
		}
		return fmt.Sprintf("[%s](#%s)", title, s.anchor(name))
	case s.outer != nil:
		return s.outer.link(name)
	case len(name) == 1:
		return "any type"
	}
	return name
}

func (s *source) anchor(name string) string { return s.prefix + "-" + strings.ToLower(name) }

var (
	bracketed = regexp.MustCompile(`\[([A-Za-z.]+)\]`)
	dotted    = regexp.MustCompile(`\b(?:wire\.[A-Z]\w*|[A-Z]\w*\.[A-Z]\w*)\b`)
	listed    = regexp.MustCompile(`(?m)^\t(.*)$`)
)

// prose turns a comment, written for who reads Go, into text for who reads JSON:
// members get the names they have in frames, constants their values, and what has
// a section of its own a link to it.
func (s *source) prose(text string, of *shape) string {
	blocks := strings.Split(text, "\n\n")
	for i, block := range blocks {
		if listed.MatchString(block) {
			blocks[i] = listed.ReplaceAllString(block, "    $1")
			continue
		}
		blocks[i] = s.sentence(oneLine(block), of)
	}
	return strings.Join(blocks, "\n\n")
}

func (s *source) sentence(text string, of *shape) string {
	text = bracketed.ReplaceAllStringFunc(text, func(m string) string { return s.reference(strings.Trim(m, "[]"), m) })
	text = dotted.ReplaceAllStringFunc(text, func(m string) string { return s.reference(m, m) })
	if of != nil {
		for _, m := range of.members {
			if m.field == of.name { // the sentence is about the whole
				continue
			}
			text = regexp.MustCompile(`(^|[\s(])`+m.field+`([\s,.:;)]|$)`).ReplaceAllString(text, "${1}`"+m.name+"`${2}")
		}
		if of.wire != "" {
			text = regexp.MustCompile(`\b`+of.name+`\b`).ReplaceAllString(text, "`"+of.wire+"`")
		}
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

// reference returns what stands for "Type", "Type.Field", "Constant", with or
// without a package; otherwise the text as it was.
func (s *source) reference(name, otherwise string) string {
	parts := strings.Split(strings.TrimPrefix(name, "wire."), ".")
	if c, ok := s.constant(parts[0]); ok && len(parts) == 1 {
		if c.typ == "Millis" {
			return c.value + " ms"
		}
		return c.value
	}
	owner := s
	if owner.shape[parts[0]] == nil && s.outer != nil {
		owner = s.outer
	}
	sh := owner.shape[parts[0]]
	switch {
	case sh == nil:
		return otherwise
	case len(parts) == 1:
		return owner.link(sh.name)
	}
	for _, m := range sh.members {
		if m.field == parts[1] {
			return fmt.Sprintf("`%s` of %s", m.name, owner.link(sh.name))
		}
	}
	return otherwise
}
