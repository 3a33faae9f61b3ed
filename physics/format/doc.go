// Package format reads and writes gauge configurations in the file formats of
// lattice QCD: ILDG in its LIME container, the lone data record of the Julia
// codes, and the Bridge++ text format.
//
// # Conventions
//
// All formats here order the reals of a configuration as this module orders
// coordinates: from slowest to fastest
//
//	t, z, y, x, mu = x, y, z, t, row, column, real and imaginary part.
//
// Binary reals are big endian. Links are set as they stand in the file, with
// its round-off: gauge.Field.Reunitarize removes that of a single-precision
// file. (Of SU(2) matrices a field keeps the first row, once both have been
// checked.)
//
// A reader takes nothing on trust: sizes are compared with the file before
// anything is done with them, and every number must be finite and every link
// within [Tolerance64] or [Tolerance32] of the group. Errors name the byte of
// the file (the line of a text). A field is changed by a whole configuration or
// not at all.
//
// ILDG is defined for SU(3) in four dimensions. The same layout is used for any
// group and 2 to 4 dimensions, with names that extend the standard's: field
// "su2gauge", "su4gauge", …, "u1gauge"; extents lx, lt in two dimensions, lx,
// ly, lt in three.
//
// # References
//
//	[ILDG]   International Lattice Data Grid, ILDG Binary File Format, Rev. 1.2
//	[LIME]   USQCD, c-lime: Lattice QCD Interchange Message Encapsulation
//	[SciDAC] USQCD, QIO: checksums of SciDAC records
//	[B]      S. Ueda et al., J. Phys. Conf. Ser. 523 (2014) 012046 (Bridge++)
package format
