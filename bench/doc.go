// Package bench is the harness for speed: one table of timed cases, from the
// kernels to whole trajectories, the roofline they are held against, records of
// what was measured on which machine, and the judge that compares two records.
//
// # Conventions
//
// A case does one operation a call. Its flops are those of the textbook
// algorithm, whatever the kernel really does: additions and multiplications of real
// numbers, and one for a quotient, a root, a sine, a cosine or a logarithm. Those of
// phases, masses, random bits and tables of neighbours are left out.
// Its bytes are the compulsory traffic: every number of every field once for
// each sweep that must read or write it. Both are derived beside the case, and tests
// count the flops on small lattices, or compare them with those that the packages
// count while they work, which is where the cost table of a run comes from. A kernel
// that shares products among sums, or has SU(2) as quaternions, does less than that,
// and its share of the roof may pass 100 %.
//
// A sample is the fastest of many short batches of calls: other work on a machine
// adds to times and never takes away, and a batch is shorter than the slices in
// which processors are dealt out. Neighbours of a virtual machine disturb it for
// seconds: the batches of a sample are from several visits, some rounds over all cases
// apart. What disturbs a machine for longer shows between the samples.
//
// The roof of a case is the lesser of the peak of fused additions and of its
// arithmetic intensity times the speed of the smallest level of memory that
// holds its bytes [WWP]; peak and speeds are measured in the same run.
//
// Records are in Go's benchmark format, for benchstat to read. A comparison
// takes the rank test of Mann and Whitney, the shift that belongs to it [HL] and not
// the ratio of medians, which jumps where half of the samples are disturbed, and
// Holm's procedure over the cases [H]: whatever the cases, a false alarm has the
// stated probability.
//
// # References
//
//	[WWP] S. Williams, A. Waterman, D. Patterson, Commun. ACM 52 (2009) 65
//	[HL]  J. L. Hodges, E. L. Lehmann, Ann. Math. Statist. 34 (1963) 598
//	[L]   E. L. Lehmann, Ann. Math. Statist. 34 (1963) 1507
//	[H]   S. Holm, Scand. J. Statist. 6 (1979) 65
//	[TN]  A. Tomiya, Y. Nagai, arXiv:2103.11965 (the system of the talk's trajectories)
package bench
