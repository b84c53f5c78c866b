package libro

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Half of the key file seals values, half keys the hashes.
const (
	sealKeySize = 32
	keySize     = 2 * sealKeySize
)

var (
	errKeyMissing = errors.New("the book holds sealed numbers but its key file is gone: put the key back beside it")
	errKeyWrong   = errors.New("the key file is not this book's")
)

// vault seals identity, contact and account numbers, so that a copy of the
// database without its key tells nobody who is who.
type vault struct {
	aead    cipher.AEAD
	hashKey []byte
}

// openVault reads the key at path, or makes one for a book that has sealed
// nothing yet, and proves it on something the book holds.
func openVault(ctx context.Context, db *sql.DB, path string) (vault, error) {
	customer, kind, sealed, err := anySealed(ctx, db)
	if err != nil {
		return vault{}, err
	}
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if sealed != nil {
			return vault{}, errKeyMissing
		}
		key, err = makeKey(path)
	}
	if err != nil {
		return vault{}, fmt.Errorf("reading the key: %w", err)
	}
	v, err := newVault(key)
	if err != nil || sealed == nil {
		return v, err
	}
	if _, err := v.open(customer, kind, sealed); err != nil {
		return vault{}, errKeyWrong
	}
	return v, nil
}

func newVault(key []byte) (vault, error) {
	if len(key) != keySize {
		return vault{}, errKeyWrong
	}
	block, err := aes.NewCipher(key[:sealKeySize])
	if err != nil {
		return vault{}, fmt.Errorf("making the cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return vault{}, fmt.Errorf("making the cipher: %w", err)
	}
	return vault{aead, key[sealKeySize:]}, nil
}

// anySealed is one sealed number of the book; none in a new book.
func anySealed(ctx context.Context, db *sql.DB) (customer, kind string, sealed []byte, err error) {
	err = db.QueryRowContext(ctx, "select customer, kind, value_enc from identity_doc limit 1").Scan(&customer, &kind, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil, nil
	}
	if err != nil {
		return "", "", nil, fmt.Errorf("reading a sealed number: %w", err)
	}
	return customer, kind, sealed, nil
}

// makeKey writes a new key whole or not at all, and yields to one that another
// process put there first.
func makeKey(path string) (key []byte, err error) {
	key = make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // made with 0600
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	_, werr := tmp.Write(key)
	if err := errors.Join(werr, tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return os.ReadFile(path)
	} else if err != nil {
		return nil, err
	}
	return key, nil
}

// seal encrypts a number for one customer and kind; it opens for no other.
func (v vault) seal(customer, kind, number string) []byte {
	return v.aead.Seal(nil, nil, []byte(number), []byte(customer+"|"+kind))
}

func (v vault) open(customer, kind string, sealed []byte) (string, error) {
	number, err := v.aead.Open(nil, nil, sealed, []byte(customer+"|"+kind))
	if err != nil {
		return "", fmt.Errorf("opening a sealed number: %w", err)
	}
	return string(number), nil
}

// hash tells whether two numbers of a kind are the same without saying which.
func (v vault) hash(kind, number string) []byte {
	h := hmac.New(sha256.New, v.hashKey)
	h.Write([]byte(kind + "|" + number))
	return h.Sum(nil)
}
