/// Who holds a managed lock and who waits for it, in order.
struct LockMachine: WaitingMachine {
    /// A client, and of a recursive lock also its task.
    struct Owner: Hashable, Sendable {
        let client: ManagerSystem.Client
        var task: UInt64 = 0
    }

    var woken: [Wake<LockOutcome>] = []
    private(set) var owner: Owner?
    /// How often the owner has acquired it.
    private(set) var depth = 0
    /// The process that ended while it held the lock, until somebody says that all is in order again.
    private var damage: Int32?
    private(set) var isUnrecoverable = false
    private var line = WaitLineMachine<Owner>()

    init() {}

    var waitingCount: Int { line.count }

    /// Acquires the lock; nil when the owner has to wait.
    mutating func acquire(as owner: Owner, isRecursive: Bool = false, ticket: UInt64) -> LockOutcome? {
        if isUnrecoverable { return .unrecoverable }
        if isRecursive, self.owner == owner {
            depth += 1
            return .acquired
        }
        // Whoever waits was there before.
        guard self.owner == nil, line.count == 0 else {
            line.append(owner, id: ticket)
            return nil
        }
        return give(to: owner)
    }

    /// Gives one acquisition back.
    ///
    /// - Parameters:
    ///   - owner: whose it has to be; nil for anybody's.
    ///   - keepsDamage: whether the next one is told of an owner that died, too.
    /// - Returns: false when nobody holds the lock, or somebody else.
    mutating func release(by owner: Owner? = nil, keepingDamage keepsDamage: Bool = false) -> Bool {
        guard let holder = self.owner, owner == nil || owner == holder else { return false }
        depth -= 1
        guard depth == 0 else { return true }
        self.owner = nil
        if damage != nil, !keepsDamage { isUnrecoverable = true }
        serve()
        return true
    }

    /// What the lock guards is in order again.
    mutating func repaired() {
        damage = nil
    }

    mutating func leave(_ ticket: UInt64) {
        _ = line.remove(ticket)
    }

    mutating func end(_ client: ManagerSystem.Client) {
        guard owner?.client == client else { return }
        owner = nil
        depth = 0
        damage = client.processID
        serve()
    }

    private mutating func give(to owner: Owner) -> LockOutcome {
        self.owner = owner
        depth = 1
        return damage.map { .ownerDied($0) } ?? .acquired
    }

    private mutating func serve() {
        while owner == nil, let (ticket, waiter) = line.first() {
            _ = line.remove(ticket)
            let outcome = isUnrecoverable ? .unrecoverable : give(to: waiter)
            woken.append(Wake(ticket: ticket, outcome: outcome))
        }
    }
}
