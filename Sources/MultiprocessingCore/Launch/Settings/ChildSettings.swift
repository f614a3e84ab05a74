/// What a child changes about itself before it begins; everything else is as its starter has it.
package struct ChildSettings: Sendable, Hashable, Codable {
    /// Which process group and session the child belongs to.
    package enum Group: Sendable, Hashable, Codable {
        case inherited
        case own
        case ownSession
        case joined(Int32)
    }

    /// A limit of the kernel's on what a process may use.
    package struct Limit: Sendable, Hashable, Codable {
        package let resource: Int32
        package let soft: UInt64
        package let hard: UInt64

        package init(resource: Int32, soft: UInt64, hard: UInt64) {
            self.resource = resource
            self.soft = soft
            self.hard = hard
        }
    }

    /// A path; a relative one is relative to the starter's.
    package var workingDirectory: String?
    /// All variables, as `NAME=value`; nil for the starter's.
    package var environment: [String]?
    package var processors: [Int32]?
    package var niceness: Int32?
    package var limits: [Limit] = []
    package var group = Group.inherited
    package var userID: UInt32?
    package var groupID: UInt32?
    package var supplementaryGroups: [UInt32]?
    /// The child does not end when its starter does.
    package var outlivesParent = false
    /// Other processes of the same user may attach to the child and read its memory.
    package var isInspectable = true

    package init() {}

    /// Nothing is changed.
    var isEmpty: Bool { self == ChildSettings() }

    /// About how many bytes this takes in a message.
    var size: Int { environment?.reduce(0) { $0 + $1.utf8.count + 9 } ?? 0 }

    /// Whether the starter waits for an answer: something is changed that the system can refuse, or the child has
    /// to be on its own feet before the starter may end.
    var needsAnswer: Bool {
        var rest = self
        rest.environment = nil
        return !rest.isEmpty
    }
}
