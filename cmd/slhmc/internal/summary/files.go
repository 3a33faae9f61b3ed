// Package summary has what a run leaves to be read: names of its files, and its results
// as JSON and as a table.
package summary

// Files of a run directory beside those of package rundir.
const (
	ConfigFile  = "config.toml"
	MachineFile = "machine.json"
	SummaryFile = "summary.json"
)
