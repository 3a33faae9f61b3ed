// Package bench times what a user waits for: whole trajectories of known
// systems, whose cost others have published or measured. Kernels, forces and
// layers have their benchmarks beside them.
//
// # Conventions
//
// ms/trajectory is wall time over trajectories on one worker; CG/trajectory
// counts solver iterations, which no noise of the machine changes. Compare two
// commits with benchstat.
//
// # References
//
//	[TN] A. Tomiya, Y. Nagai, arXiv:2103.11965 (the system of BenchmarkTalk)
package bench
