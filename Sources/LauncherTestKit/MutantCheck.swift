import LauncherKit
enum MutantCheck {
  static func checks(_ a: AdapterUnderTest, _ r: [Recording], _ o: Conformance.Options) -> [Conformance.Check] { [] }
}
