/// Which manager an object lives in: a random number of the manager's, so that its successor at the same address is
/// another one.
struct ManagerID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// That of objects which live in no manager.
    static let none = ManagerID(high: 0, low: 0)

    /// A fresh one.
    static func random() -> ManagerID {
        ManagerID(high: .random(in: 1...UInt64.max), low: .random(in: 1...UInt64.max))
    }
}
