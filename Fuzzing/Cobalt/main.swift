import AdapterKit
import Fuzzer
import Glibc

// cobalt-fuzz [-max_total_time=SECONDS] [-seed=N] FOLDER…
//
// Feeds listings to the readers of cobalt-adapter.

exit(Fuzzer.run(CobaltReaders.read))
