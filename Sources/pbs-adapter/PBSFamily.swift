/// The two families of PBS: their commands share names, but mean different things.
///
/// `qstat -x` prints XML in Torque and finished jobs in PBS Pro; the exit status -11 is a walltime that was exceeded in
/// Torque and a rerun in PBS Pro.
enum PBSFamily: String, Sendable {
  /// PBS Pro and OpenPBS.
  case pro
  /// Torque.
  case torque
}
