/// The table that `file-statistics` prints, read back.
struct StatisticsTable {
    struct Count: Hashable {
        var lines: Int
        var words: Int
        var characters: Int
    }

    /// The counted files.
    private(set) var texts: [String: Count] = [:]
    /// What was listed without numbers, with the reason.
    private(set) var others: [String: String] = [:]
    private(set) var total: Count?
    private(set) var summary = ""

    init(_ output: String) {
        let lines = output.split(separator: "\n")
        summary = lines.last.map(String.init) ?? ""
        for line in lines.dropFirst().dropLast() {
            let cells = line.split(separator: " ", maxSplits: 3)
            guard cells.count == 4 else { continue }
            let name = String(cells[3].drop { $0 == " " })
            if let lines = Int(cells[0]), let words = Int(cells[1]), let characters = Int(cells[2]) {
                let count = Count(lines: lines, words: words, characters: characters)
                if name == "total" { total = count } else { texts[name] = count }
            } else if let opening = name.lastIndex(of: "("), name.last == ")" {
                others[String(name[..<opening].dropLast())] = String(name[opening...].dropFirst().dropLast())
            }
        }
    }
}
