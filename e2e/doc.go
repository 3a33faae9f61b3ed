// Package e2e looks at what the command writes through the eyes of a reader: the
// pages in a headless Chromium. It is a module of its own, for the sake of its
// dependencies, and has tests only; `make e2e` runs them.
//
// # Conventions
//
// Tests skip where there is no Chromium.
package e2e
