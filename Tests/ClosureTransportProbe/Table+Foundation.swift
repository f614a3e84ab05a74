import Foundation

extension Table {
    var foundationValues: [Row] {
        let url = opaque(URL(string: "https://example.org/\(seed)") ?? URL(filePath: "/"))
        let date = opaque(Date(timeIntervalSince1970: Double(seed)))
        let data = opaque(Data([1, 2, UInt8(truncatingIfNeeded: seed)]))
        let uuid = opaque(
            UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(truncatingIfNeeded: seed))))
        let decimal = opaque(Decimal(seed))
        let number = opaque(seed)
        return [
            row("URL", .result(url.absoluteString)) { url.absoluteString },
            row("date", .result("\(seed)")) { Int(date.timeIntervalSince1970) },
            row("data", .result("\(UInt8(truncatingIfNeeded: seed))")) { data[2] },
            row("UUID", .result(uuid.uuidString)) { uuid.uuidString },
            row("decimal", .result("\(decimal)")) { "\(decimal)" },
            row(
                "several of Foundation's", .result("\(url) \(number) \(uuid) 3 \(date.timeIntervalSince1970)")
            ) {
                "\(url) \(number) \(uuid) \(data.count) \(date.timeIntervalSince1970)"
            },
        ]
    }
}
