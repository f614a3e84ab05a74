import Foundation
import MultiprocessingCore
import Testing

@Suite struct FoundationTypesTests {
    @Test func foundationsValuesSurvive() throws {
        try expectRoundTrip(UUID())
        try expectRoundTrip(try #require(URL(string: "https://example.org/a?b=c#d")))
        try expectRoundTrip(try #require(URL(string: "relative", relativeTo: URL(string: "file:///tmp/"))))
        try expectRoundTrip(Date(timeIntervalSince1970: 1.25))
        try expectRoundTrip(Date.distantFuture)
        try expectRoundTrip(try #require(Decimal(string: "-12345678901234567890.123456789")))
        try expectRoundTrip(DateComponents(year: 2024, month: 2, day: 29))
        try expectRoundTrip(Locale(identifier: "de_CH"))
        try expectRoundTrip(CGSize(width: 1, height: 2))
        try expectRoundTrip(IndexSet([1, 2, 3, 9]))
    }

    @Test(arguments: [0, 1, 14, 15, 100, 70_000])
    func dataSurvives(size: Int) throws {
        let data = Data((0..<size).map { UInt8(truncatingIfNeeded: $0) })
        try expectRoundTrip(data)
        try expectRoundTrip([data, data])
        try expectRoundTrip(Box(data))
        try expectRoundTrip(Data?.some(data))
        try expectRoundTrip(Wrapper(data))
        try expectRoundTrip(data.dropFirst(size / 2))
    }

    /// Data and arrays of bytes are one form, and that form is the bytes themselves.
    @Test func dataIsItsBytes() throws {
        let bytes = [UInt8](repeating: 7, count: 1000)
        #expect(try decoded(Data.self, from: try encoded(bytes)) == Data(bytes))
        #expect(try decoded([UInt8].self, from: try encoded(Data(bytes))) == bytes)
        #expect(try encoded(Data(bytes)).count < 1040)
        #expect(try decoded(Data.self, from: try encoded([1, 2] as ContiguousArray<UInt8>)) == Data([1, 2]))
        #expect(throws: DecodingError.self) { try decoded(Data.self, from: try encoded([1, 2])) }
    }
}
