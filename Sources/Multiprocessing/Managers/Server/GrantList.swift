import MultiprocessingCore
import Synchronization

/// The objects that a manager gives a client with one answer.
final class GrantList: Sendable {
    private let session: ClientSession
    private let numbers = Mutex<[UInt64]>([])

    init(_ session: ClientSession) {
        self.session = session
    }

    /// What the encoder of the answer is told.
    var userInfo: [CodingUserInfoKey: any Sendable] { [.managerRecipient: self] }

    /// Gives an object, if it is one of this manager's and there is room for its number.
    func give(_ id: ManagerSystem.ActorID) -> Bool {
        guard id.manager == session.manager else { return false }
        return numbers.withLock { numbers in
            guard numbers.count < Int(UInt16.max) else { return false }
            numbers.append(id.number)
            session.grant(id.number)
            return true
        }
    }

    /// Gives back what was given, because there will be no answer.
    func revoke() {
        for number in all { session.revoke(number) }
    }

    var all: [UInt64] { numbers.withLock { $0 } }
}
