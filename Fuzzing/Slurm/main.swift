import AdapterKit
import Fuzzer
import Glibc

// slurm-fuzz [-max_total_time=SECONDS] [-seed=N] FOLDER…
//
// Feeds listings to the readers of slurm-adapter.

exit(Fuzzer.run(SlurmReaders.read))
