import AdapterKit
import Fuzzer
import Glibc

// lsf-fuzz [-max_total_time=SECONDS] [-seed=N] FOLDER…
//
// Feeds listings to the readers of lsf-adapter.

exit(Fuzzer.run(LSFReaders.read))
