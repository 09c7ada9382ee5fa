/// A name or a place that is only known when it is read.
package struct AnyKey: CodingKey {
  package let stringValue: String
  package let intValue: Int?

  package init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }

  package init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
}
