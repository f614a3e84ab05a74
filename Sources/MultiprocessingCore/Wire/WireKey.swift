/// A key that the coder itself makes: a place in an unkeyed container, or the key of a superclass.
enum WireKey: CodingKey {
    case index(Int)
    case name(String)

    init(stringValue: String) { self = .name(stringValue) }
    init(intValue: Int) { self = .index(intValue) }

    /// What `superEncoder()` and `superDecoder()` use when they are given no key.
    static let superclass = WireKey.name("super")

    var intValue: Int? {
        guard case .index(let index) = self else { return nil }
        return index
    }

    var stringValue: String {
        switch self {
        case .index(let index): "Index \(index)"
        case .name(let name): name
        }
    }
}
