/// A change of a managed set.
public enum ManagedSetOperation<Element: Hashable & Codable & Sendable>: Codable, Hashable, Sendable {
    /// Elements came in, unless they were there.
    case insert(Set<Element>)
    /// Elements are not there any more.
    case remove(Set<Element>)
    /// All elements became others.
    case replaceAll(with: Set<Element>)
}

/// The elements of a managed set.
struct SetModel<Element: Hashable & Codable & Sendable>: ManagedModel {
    private(set) var content: Set<Element>

    init(_ content: Set<Element>) {
        self.content = content
    }

    static func replacing(with content: Set<Element>) -> ManagedSetOperation<Element> {
        .replaceAll(with: content)
    }

    mutating func apply(_ operation: ManagedSetOperation<Element>) {
        switch operation {
        case .insert(let elements): content.formUnion(elements)
        case .remove(let elements): content.subtract(elements)
        case .replaceAll(let elements): content = elements
        }
    }
}
