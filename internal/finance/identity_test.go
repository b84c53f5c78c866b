package finance

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckDigitsOfTheWorkedNumbers(t *testing.T) {
	for _, c := range []struct {
		name   string
		check  func(string) error
		number string
		want   error
	}{
		{"CUIT", CheckCUIT, "20123456786", nil},
		{"CUIT mistyped", CheckCUIT, "20123456785", ErrCheckDigit},
		{"CUIT whose digit would be 10", CheckCUIT, "20200000099", ErrNoDigit},
		{"the number issued instead, man", CheckCUIT, "23200000099", nil},
		{"the number issued instead, woman", CheckCUIT, "23200000064", nil},
		{"CUIT with a prefix nobody has", CheckCUIT, "21123456786", ErrShape},
		{"CUIT with dashes", CheckCUIT, "20-12345678-6", ErrShape},
		{"CBU", CheckCBU, "2850590940090418135201", nil},
		{"CBU, bank block mistyped", CheckCBU, "2850590840090418135201", ErrCheckDigit},
		{"CBU, account block mistyped", CheckCBU, "2850590940090418135202", ErrCheckDigit},
		{"CBU, too short", CheckCBU, "285059094009041813520", ErrShape},
		{"CLABE", CheckCLABE, "012180026050783858", nil},
		{"CLABE mistyped", CheckCLABE, "012180026050783859", ErrCheckDigit},
		{"CLABE with a letter", CheckCLABE, "01218002605078385A", ErrShape},
		{"CURP", CheckCURP, "BOXW310820HNERXN09", nil},
		{"CURP mistyped", CheckCURP, "BOXW310820HNERXN08", ErrCheckDigit},
		{"CURP with a sign", CheckCURP, "BOXW310820HNERX-09", ErrShape},
		{"empty", CheckCURP, "", ErrShape},
	} {
		if err := c.check(c.number); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestANumberWithoutACheckDigitHintsAtTheReassignedOne(t *testing.T) {
	for number, want := range map[string]string{
		"20200000099": "23200000099", "27200000060": "23200000064", "20123456786": "", "": "",
	} {
		if got := ReassignedCUIT(number); got != want {
			t.Errorf("ReassignedCUIT(%s) = %q, want %q", number, got, want)
		}
	}
}

func TestMaskedNumbersCannotBeUsed(t *testing.T) {
	for _, c := range []struct{ number, masked, want string }{
		{"99345678", DNI.Masked("99345678"), "··.···.678"},
		{"99.345.678", DNI.Masked("99.345.678"), "··.···.678"},
		{"20123456786", CUIL.Masked("20-12345678-6"), "20-··-6"},
		{"BOXW310820HNERXN09", CURP.Masked("BOXW310820HNERXN09"), "BOXW············09"},
		{"GODE561231GR8", RFC.Masked("GODE561231GR8"), "GODE·······R8"},
		{"2850590940090418135201", CBU.Masked("2850590940090418135201"), "285···5201"},
		{"012180026050783858", CLABE.Masked("012180026050783858"), "012···3858"},
		{"123", DNI.Masked("123"), "···"},
		{"123", CVU.Masked("123"), "···"},
		{"4815162342", DocumentKind("passport").Masked("4815162342"), "···"},
	} {
		if c.masked != c.want || strings.Contains(c.masked, c.number) {
			t.Errorf("%s is shown as %q, want %q", c.number, c.masked, c.want)
		}
	}
}

func FuzzChecksTakeAnything(f *testing.F) {
	f.Add("20123456786")
	f.Add("BOXÑ310820HNERXN09")
	f.Fuzz(func(t *testing.T, s string) {
		if CheckCUIT(s) == nil && ReassignedCUIT(s) != "" {
			t.Error("a valid number was reassigned")
		}
		for _, check := range []func(string) error{CheckCBU, CheckCLABE, CheckCURP} {
			if err := check(s); err != nil && s != "" && strings.Contains(err.Error(), s) && len(s) > 6 {
				t.Errorf("the error repeats the number: %v", err)
			}
		}
		for _, k := range []DocumentKind{DNI, CUIL, CURP, RFC} {
			if len(s) > 8 && strings.Contains(k.Masked(s), s) {
				t.Errorf("%s shows the whole number", k)
			}
		}
	})
}
