import FoundationEssentials

/// The names and sizes of all cases, as they are written down for every peer.
struct CaseFile: Decodable {
    struct Specification: Decodable {
        struct Metric: Decodable {
            var unit: String
        }

        /// A size; some cases, none of them here, have lists.
        struct Parameter: Decodable {
            var value: Int?

            init(from decoder: any Decoder) throws {
                value = try? decoder.singleValueContainer().decode(Int.self)
            }
        }

        var params: [String: Parameter]
        var metrics: [String: Metric]
    }

    var cases: [String: Specification]
    /// Where the file is.
    var path = ""

    private enum CodingKeys: CodingKey {
        case cases
    }

    // Not all of Foundation: linking it doubles the time in which a process starts.
    init(path: String) throws {
        self = try JSONDecoder().decode(CaseFile.self, from: Data(contentsOf: URL(filePath: path)))
        self.path = path
    }
}
