package outbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// sealer encrypts what a person wrote. A sealed text opens only in the row and as
// the kind it was sealed for, so rows cannot be exchanged.
type sealer struct{ aead cipher.AEAD }

// KeySize is the length of a key.
const KeySize = 32

// Parameters of argon2id. Who takes the laptop can try passwords at leisure, so
// this costs more than a login does: about 0.2 s and 64 MiB.
const (
	derivePasses = 3
	deriveMemory = 64 << 10 // KiB
	saltSize     = 16
)

func newSalt() []byte {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	return salt
}

// sealer takes the key, or derives it when the file is sealed with a password.
func (c Config) sealer(salt []byte) (sealer, error) {
	switch byPassword := len(salt) > 0; {
	case byPassword != (c.Password != ""):
		return sealer{}, ErrKey
	case byPassword:
		return newSealer(argon2.IDKey([]byte(c.Password), salt, derivePasses, deriveMemory, 1, KeySize))
	}
	return newSealer(c.Key)
}

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
