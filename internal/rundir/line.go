package rundir

import (
	"bytes"
	"encoding/hex"
	"fmt"
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

// digits are the check of a line: the CRC-32C of the check of the line before, as its 8 digits, and of the record.
type digits [8]byte

// noLine stands for the check of the line before the first.
var noLine = digits([]byte("00000000"))

// after returns the check of a line with this record behind one with the check c, in lower-case hexadecimal digits.
func (c digits) after(record []byte) (next digits) {
	sum := crc32.Update(crc32.Checksum(c[:], castagnoli), castagnoli, record)
	hex.Encode(next[:], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return next
}

// parseLine returns the record of a line that includes its newline, and its check as it follows from that of
// the line before, or the reason why it is damaged. Every byte counts: upper-case digits or other white space
// are damage.
func parseLine(line []byte, before digits) (record []byte, now digits, reason string) {
	if len(line) < recordAt+len(lineTail) ||
		string(line[:crcAt]) != lineHead ||
		string(line[crcAt+8:recordAt]) != lineMid ||
		string(line[len(line)-len(lineTail):]) != lineTail {
		return nil, now, `not of the form {"crc":"........","record":...}`
	}
	record = line[recordAt : len(line)-len(lineTail)]
	now = before.after(record)
	if !bytes.Equal(now[:], line[crcAt:crcAt+8]) {
		return nil, now, fmt.Sprintf("the CRC-32C of the line before and this record is %s, the line says %s: "+
			"one of them was changed, or lines were lost, exchanged or replaced", now[:], line[crcAt:crcAt+8])
	}
	return record, now, ""
}
