import MultiprocessingCore

/// A client's numbers for the names of methods, and what was found for them the last time.
struct MethodTable {
    private struct Method {
        let name: String
        let direct: DirectMethod?
        /// The type of the object that it was found for last, and what was found.
        var found: (type: ExportedType, target: ExportedTarget)?
    }

    private static let limit = 1 << 16
    private var methods: [Method] = []

    init() {}

    /// Names the next number.
    ///
    /// - Throws: a `WireError` for another number than the next, and for too many.
    mutating func add(_ name: String, as number: UInt32) throws(WireError) {
        guard Int(number) == methods.count, number < Self.limit else {
            throw .malformed("a method's number \(number)")
        }
        methods.append(Method(name: name, direct: DirectMethod(rawValue: name)))
    }

    /// The name of a number.
    ///
    /// - Throws: a `WireError` for a number that has none.
    func name(_ number: UInt32) throws(WireError) -> String {
        guard Int(number) < methods.count else { throw .malformed("a method without a name, \(number)") }
        return methods[Int(number)].name
    }

    /// The direct method of a number, if it is one.
    func directMethod(_ number: UInt32) -> DirectMethod? {
        Int(number) < methods.count ? methods[Int(number)].direct : nil
    }

    /// The method of objects of a type, if it was found for that the last time.
    func target(_ number: UInt32, of type: ExportedType) -> ExportedTarget? {
        guard Int(number) < methods.count, let found = methods[Int(number)].found, found.type === type else {
            return nil
        }
        return found.target
    }

    /// Remembers what was found for a number that has a name.
    mutating func remember(_ target: ExportedTarget, of type: ExportedType, for number: UInt32) {
        guard Int(number) < methods.count else { return }
        methods[Int(number)].found = (type, target)
    }
}
