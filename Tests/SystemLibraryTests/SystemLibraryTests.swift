import CJansson
import CLibXML2
import Testing

@Suite("The system libraries that readers of listings are built on")
struct SystemLibraryTests {
  @Test func `jansson decodes a record and says where a broken one goes wrong`() throws {
    var error = json_error_t()
    let record = try #require(json_loads(#"{"job_id": 41}"#, 0, &error))
    defer { json_decref(record) }
    #expect(json_integer_value(json_object_get(record, "job_id")) == 41)
    #expect(json_loads(#"{"Job_Name": nan}"#, 0, &error) == nil)
    #expect(error.line == 1)
  }

  @Test func `libxml2's streaming reader walks a document`() throws {
    let text = Array("<Data><Job><Job_Id>41.server</Job_Id></Job></Data>".utf8CString)
    // The reader keeps the pointer, so the text has to outlive it.
    let names = try text.withUnsafeBufferPointer { bytes in
      let options = Int32(XML_PARSE_NONET.rawValue)
      let reader = try #require(xmlReaderForMemory(bytes.baseAddress, Int32(bytes.count - 1), nil, nil, options))
      defer { xmlFreeTextReader(reader) }
      var names: [String] = []
      while xmlTextReaderRead(reader) == 1 {
        guard xmlTextReaderNodeType(reader) == Int32(XML_READER_TYPE_ELEMENT.rawValue) else { continue }
        if let name = xmlTextReaderConstName(reader) { names.append(String(cString: name)) }
      }
      return names
    }
    #expect(names == ["Data", "Job", "Job_Id"])
  }
}
