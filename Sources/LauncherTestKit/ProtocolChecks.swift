enum ProtocolChecks {
  static func all(_ adapter: AdapterUnderTest) -> [Conformance.Check] { [] }
}
