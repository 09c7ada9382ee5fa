/// A choice among mutants: each kind of damage has the same share, and leaves to the others what it does not need.
struct MutantSample {
  /// What makes two mutants the same kind: the damage, wherever it is, and whether all answers have it at once.
  private struct Stratum: Hashable {
    let name: String
    let isOfAll: Bool

    init(_ mutation: Mutation) {
      name = mutation.name
      isOfAll = mutation.exchange == nil
    }
  }

  /// Chooses at most `limit` elements, and returns them in their order; all of them if they are no more.
  static func chosen<Element>(
    from elements: [Element],
    atMost limit: Int,
    mutation: (Element) -> Mutation,
    using generator: inout SeededGenerator
  ) -> [Element] {
    guard elements.count > limit else { return elements }
    var strata: [[Int]] = []
    var places: [Stratum: Int] = [:]
    for (index, element) in elements.enumerated() {
      let stratum = Stratum(mutation(element))
      if let place = places[stratum] {
        strata[place].append(index)
      } else {
        places[stratum] = strata.count
        strata.append([index])
      }
    }
    var rest = limit
    var chosen: [Int] = []
    // The smallest first: what they leave unused goes to the larger ones. The sort is stable, so the choice is the same
    // each time.
    for (done, stratum) in strata.sorted(by: { $0.count < $1.count }).enumerated() {
      let taken = stratum.shuffled(using: &generator).prefix(rest / (strata.count - done))
      rest -= taken.count
      chosen += taken
    }
    return chosen.sorted().map { elements[$0] }
  }
}
