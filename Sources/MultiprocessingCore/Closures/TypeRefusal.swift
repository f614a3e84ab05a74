/// A type that cannot be named to another process.
package struct TypeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The type as its own program prints it.
    package let typeName: String

    init(_ type: Any.Type) {
        typeName = String(reflecting: type)
    }

    package var description: String {
        "the type \(typeName) cannot be named to another process; "
            + "use a struct, class or enum that is declared in the program"
    }
}
