package outbox

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
)

// sealer encrypts what a person wrote. A sealed text opens only in the row and as
// the kind it was sealed for, so rows cannot be exchanged.
type sealer struct{ aead cipher.AEAD }

// KeySize is the length of a key.
const KeySize = 32

func newSealer(key []byte) (sealer, error) {
	if len(key) != KeySize {
		return sealer{}, fmt.Errorf("an outbox's key has %d bytes, not %d", KeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("taking the outbox's key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, fmt.Errorf("taking the outbox's key: %w", err)
	}
	return sealer{aead}, nil
}

func place(row int64, kind string) []byte { return fmt.Appendf(nil, "%d %s", row, kind) }

func (s sealer) close(row int64, kind string, text []byte) []byte {
	return s.aead.Seal(nil, nil, text, place(row, kind))
}

func (s sealer) open(row int64, kind string, sealed []byte) ([]byte, error) {
	return s.aead.Open(nil, nil, sealed, place(row, kind))
}
