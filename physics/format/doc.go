// Package format reads and writes gauge configurations in the file formats of
// lattice QCD: ILDG and SciDAC in their LIME container, the lone data record of
// the Julia codes, NERSC, MILC, Bridge++ text and binary, openQCD, and NumPy
// arrays.
//
// # Conventions
//
// A reader is chosen by how a file begins, compressed by gzip or not. It takes nothing
// on trust: sizes are compared with the file before anything is done with them, every
// number must be finite, every link within [Tolerance64] or [Tolerance32] of the
// group, and checksum, plaquette and trace of the links, where the header has them,
// those of the data. Errors name the byte of the (unpacked) file, the line of a text.
// A field is changed by a whole configuration or not at all. Links are set as they
// stand in the file, with its round-off: gauge.Field.Reunitarize removes that of a
// single-precision file. (Of SU(2) matrices a field keeps the first row, once both
// have been checked.)
//
// What breaks a [Promise] - checksum, plaquette, trace, unitarity, header, flags - is
// a [Broken] error, unless [Accept] opens that door; Header.Accepted then says what is
// broken. What harms nothing needs no door, and Header.Notes says it where it
// matters: the boundary condition of the quarks in a NERSC header (Header.Boundary;
// the links are periodic), blank lines, carriage returns, and informational keys that
// come twice; LIME version 0, zeros or a lack of padding behind the last record, any
// declared character set, optional XML that is malformed beside a whole ildg-format;
// links of single precision in 64 bits ([ToleranceSingle], if most links are like
// that); zeros behind the links; the marks of Fortran's records around Bridge++
// binary data. A record or key that guards the data and whose name is damaged
// is no missing one: it breaks a promise. What a format cannot see, no reader does:
// without checksum and plaquette (NumPy, Bridge++) links that are exchanged, without
// checksum (openQCD) bits below the tolerance.
//
// A compressed file may unpack to 64 times its size, or to 256 MiB; nothing but the
// field is kept in memory.
//
// NumPy and Fortran files do not say which axis is the direction. One that fits both
// orders is read by what is told ([WithAxes], or the extents), else by the plaquette if
// that decides with a probability of error below 10^-6, else it is [ErrAxes].
//
// A writer gives a file its name once it has been read back with success, its
// links bit for bit those that were to be written. Equal links make equal files:
// dates in headers are that of the epoch.
//
// All formats but openQCD order the reals of a configuration as this module
// orders coordinates: from slowest to fastest
//
//	t, z, y, x, mu = x, y, z, t, row, column, real and imaginary part.
//
// ILDG, SciDAC and NERSC were made for SU(3) in four dimensions. The same layout
// is used for any group and 2 to 4 dimensions, with names that extend the
// standard's: field "su2gauge", "u1gauge", …; extents lx, lt in two dimensions, lx,
// ly, lt in three; data type 2D_SU4_GAUGE_4x4. ILDG files are written with the records
// of QIO around the format record, and their extents must agree; plaquette and trace
// stand in the record XML, which the formats leave to the user, with Encoding.Remarks.
// (Files of earlier versions have the format record and the checksum alone.)
//
// Files of the openQCD layout agree bit for bit, both ways, with those of two independent
// writers of it. All other formats have been read from files of other codes, NumPy and
// Bridge++ binary excepted in part: the former from arrays of single directions, the
// latter from its description alone.
//
// # References
//
//	[ILDG]   International Lattice Data Grid, ILDG Binary File Format, Rev. 1.2
//	[LIME]   USQCD, c-lime: Lattice QCD Interchange Message Encapsulation
//	[SciDAC] USQCD, QIO: checksums of SciDAC records
//	[QIO]    USQCD, QIO: private file and record metadata
//	[NERSC]  The Gauge Connection, gauge configuration archive format
//	[MILC]   MILC code, binary gauge configuration file formats, versions 1 to 7
//	[B]      S. Ueda et al., J. Phys. Conf. Ser. 523 (2014) 012046 (Bridge++; formats
//	         Text, Binary, Fortran_ILDG and Fortran_JLQCD)
//	[OQ]     M. Luescher, S. Schaefer, openQCD: notes of export_cnfg
//	[NPY]    NumPy enhancement proposal 1, a simple file format for arrays
package format
