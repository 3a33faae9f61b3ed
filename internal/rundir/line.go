package rundir

import (
	"bytes"
	"encoding/hex"
	"hash/crc32"
)

// The frame of a line: lineHead, 8 digits, lineMid, the record, lineTail.
const (
	lineHead = `{"crc":"`
	lineMid  = `","record":`
	lineTail = "}\n"

	crcAt    = len(lineHead)
	recordAt = crcAt + 8 + len(lineMid)

	// maxLine bounds what a reader takes into memory for one line.
	maxLine = 1 << 22
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendCRC appends the CRC-32C of record as 8 lower-case hexadecimal digits.
func appendCRC(dst, record []byte) []byte {
	c := crc32.Checksum(record, castagnoli)
	return hex.AppendEncode(dst, []byte{byte(c >> 24), byte(c >> 16), byte(c >> 8), byte(c)})
}

// parseLine returns the record of a line that includes its newline, or the reason why it is damaged.
// Every byte counts: upper-case digits or other white space are damage.
func parseLine(line []byte) (record []byte, reason string) {
	if len(line) < recordAt+len(lineTail) ||
		string(line[:crcAt]) != lineHead ||
		string(line[crcAt+8:recordAt]) != lineMid ||
		string(line[len(line)-len(lineTail):]) != lineTail {
		return nil, `not of the form {"crc":"........","record":...}`
	}
	record = line[recordAt : len(line)-len(lineTail)]
	var digits [8]byte
	if want := appendCRC(digits[:0], record); !bytes.Equal(want, line[crcAt:crcAt+8]) {
		return nil, "the record's CRC-32C is " + string(want) + ", the line says " + string(line[crcAt:crcAt+8])
	}
	return record, ""
}
