// Package rundir is the durable side of a production run: what is on disk survives a kill or a power
// failure at any moment, and a resumed run continues bit for bit where its last checkpoint stood.
//
// # Conventions
//
// A run directory has one writer at a time ([Acquire]). It holds
//
//	history.jsonl               one line a trajectory, the same bits in every run with the same seed   ([Journal])
//	timings.jsonl               one line a trajectory, wall times: the only file that differs          ([Journal])
//	checkpoint-00001234.slhmc   the state after trajectory 1234; the last two are kept                 ([WriteCheckpoint])
//	lock                        the writer: process id, host, mark                                     ([Lock])
//	lock.pid                    the same, where the file system has no locks
//	.slhmc-MARK-RANDOM.tmp      a file being written; the next writer removes what a killed one left
//
// and whatever else the caller writes with [WriteAtomic]. A mark tells one process from every other, of any
// host. At a checkpoint the caller syncs the journals, then writes the checkpoint with their ends ([Mark]) in
// it: a checkpoint on disk implies the lines before them. To resume, it opens the [Latest] checkpoint and
// truncates the journals to those marks
// ([ResumeJournal]); the lines beyond are computed again, to the same bits. A run that has no checkpoint
// yet resumes at offset 0.
//
// A line of a journal is
//
//	{"crc":"HHHHHHHH","record":RECORD}\n
//
// RECORD is compact JSON, HHHHHHHH in lower-case hexadecimal the CRC-32C of the HHHHHHHH of the line before
// (00000000 in the first line) and RECORD. The lines are one chain: one that was changed, lost, exchanged or
// replaced is found where the chain breaks, and the last HHHHHHHH stands for all lines. Struct fields keep
// their order, keys of maps are sorted, float64 values have the shortest decimal form that reads back to
// the same bits; quantities that can be NaN or infinite have the type [Float].
//
// A checkpoint is little-endian: 8 bytes magic, uint32 version, uint64 trajectory; then sections, each a
// uint8 length of the name (1 to 255), the name, a uint64 length, the bytes; then a zero byte; then the
// uint64 length of the whole file and the SHA-256 of everything before it.
//
// Damage is never skipped silently: it is an error, a [*Damage] that names file, line and byte.
// Sizes and offsets are in bytes, lines count from 1.
//
// What is durable rests on fsync of files and directories [Pillai]; on Windows directories cannot be
// flushed, and the order of a rename against later writes is the file system's. A file system that refuses to
// sync (EINVAL, EOPNOTSUPP) promises nothing for a failure of the machine; the lock's notices say so.
//
// # References
//
//	[Castagnoli] G. Castagnoli, S. Braeuer, M. Herrmann, IEEE Trans. Commun. 41 (1993) 883: the polynomial of CRC-32C
//	[FIPS180]    NIST FIPS 180-4: SHA-256
//	[Pillai]     T. S. Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014: why file and directory are both synced
//	[Steele]     G. L. Steele, J. L. White, PLDI 1990: shortest decimal form that reads back exactly
package rundir

import "fmt"

// Names of the two journals of a run directory.
const (
	HistoryFile = "history.jsonl" // reproducible bit for bit
	TimingsFile = "timings.jsonl" // wall times, differ from run to run
)

// Exit codes of a run.
const (
	ExitDone   = 0  // the run, or the check, is complete
	ExitFailed = 1  // a check failed, or the run stopped on an error
	ExitUsage  = 2  // the command line or the configuration is wrong
	ExitResume = 75 // interrupted after a checkpoint: start again with --resume (EX_TEMPFAIL of sysexits.h)
)

// Damage says where a file is not what was written.
type Damage struct {
	File   string // path
	Line   int    // line of a journal, from 1; 0 in a checkpoint
	Offset int64  // byte at which the damaged line or field starts
	Reason string
}

// Error names file, line and byte, and the reason.
func (d *Damage) Error() string {
	if d.Line > 0 {
		return fmt.Sprintf("rundir: %s:%d: (byte %d) %s", d.File, d.Line, d.Offset, d.Reason)
	}
	return fmt.Sprintf("rundir: %s: byte %d: %s", d.File, d.Offset, d.Reason)
}
