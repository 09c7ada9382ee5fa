import AdapterKit
import Fuzzer
import Glibc

// pbs-fuzz [-max_total_time=SECONDS] [-seed=N] FOLDER…
//
// Feeds listings to the readers of pbs-adapter. An input's first byte chooses the reader; the rest is the listing.

exit(
  Fuzzer.run { bytes, count in
    let input = UnsafeBufferPointer(start: bytes, count: count)
    guard let reader = input.first else { return 0 }
    let listing = UnsafeBufferPointer(rebasing: input.dropFirst())
    do {
      try PBSReaders.read(listing, with: reader)
    } catch {
      // A listing that cannot be read is an error; that it is one is all that is asked here.
    }
    return 0
  }
)
