/// Lists of ids that fit into one command each.
public enum IDLists {
  /// The greatest length of the ids of one command, in bytes: below the 128 KiB that Linux lets one argument have.
  public static let greatest = 100_000

  /// Splits ids into lists of limited length, in their order.
  ///
  /// - Parameters:
  ///   - ids: the ids.
  ///   - added: what a command adds to each id, in bytes.
  public static func split(_ ids: [String], added: Int = 1) -> [[String]] {
    var lists: [[String]] = []
    var length = greatest
    for id in ids {
      length += id.utf8.count + added
      if length > greatest {
        lists.append([])
        length = id.utf8.count + added
      }
      lists[lists.count - 1].append(id)
    }
    return lists
  }
}
