package finance

import (
	"fmt"
	"math/big"
)

// TEA is the effective yearly rate of r capitalised every thirty days,
// (1 + r·30/365)^(365/30) − 1, as a percentage with two decimals. It is exact:
// the power 73/6 is taken over whole numbers, so no approximation can move the
// second decimal of a figure with legal weight.
func (r Rate) TEA() Rate {
	growth := r.Fraction()
	growth.Mul(growth, big.NewRat(30, 365)).Add(growth, big.NewRat(1, 1))

	// 2·10⁴·growth^(73/6) is the sixth root of 2⁶·10²⁴·growth⁷³. The factor 2
	// leaves one bit to round by.
	scale := new(big.Int).Exp(big.NewInt(20_000), big.NewInt(6), nil)
	power := big.NewInt(73)
	n := new(big.Int).Exp(growth.Num(), power, nil)
	n.Mul(n, scale).Quo(n, new(big.Int).Exp(growth.Denom(), power, nil))

	twice := cubeRoot(n.Sqrt(n))
	rounded := twice.Add(twice, big.NewInt(1)).Rsh(twice, 1)
	rounded.Sub(rounded, big.NewInt(10_000))

	whole, cents := new(big.Int).QuoRem(rounded, big.NewInt(100), new(big.Int))
	return Rate{fmt.Sprintf("%d.%02d", whole, cents)}
}

// cubeRoot is the whole part of the cube root of n, found bit by bit.
func cubeRoot(n *big.Int) *big.Int {
	root := new(big.Int)
	three := big.NewInt(3)
	for bit := n.BitLen()/3 + 1; bit >= 0; bit-- {
		root.SetBit(root, bit, 1)
		if new(big.Int).Exp(root, three, nil).Cmp(n) > 0 {
			root.SetBit(root, bit, 0)
		}
	}
	return root
}
