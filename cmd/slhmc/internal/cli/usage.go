// Package cli has what several commands share: the mark of errors that are the user's,
// flags, and how things are written for a person or as JSON.
package cli

import "errors"

// misuse is an error that Usage marks.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// Usage marks an error of the command line or the configuration that a command
// finds; what is wrong before one runs is always of this kind.
func Usage(err error) error { return misuse{err} }

// IsUsage reports whether an error has that mark.
func IsUsage(err error) bool {
	var m misuse
	return errors.As(err, &m)
}
