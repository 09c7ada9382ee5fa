import AdapterKit
import Fuzzer
import Glibc

// pbs-fuzz [-max_total_time=SECONDS] [-seed=N] FOLDER…
//
// Feeds listings to the readers of pbs-adapter.

exit(Fuzzer.run(PBSReaders.read))
