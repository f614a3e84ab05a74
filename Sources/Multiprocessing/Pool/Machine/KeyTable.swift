/// Which worker the tasks of a key go to.
///
/// Keys share a fixed number of entries, so that any number of keys takes no memory: two keys may share a worker
/// without need, but one key never has two.
struct KeyTable {
    private static let size = 4096

    private var homes: [Int: (seat: Int, tenure: Int)] = [:]

    /// The worker of a key; nil before the first task, and when it does not take work any more.
    func home(of key: Int, among seats: [PoolMachine.Seat]) -> Int? {
        guard let home = homes[key & (Self.size - 1)], seats[home.seat].stage == .working,
            seats[home.seat].tenure == home.tenure
        else { return nil }
        return home.seat
    }

    /// From now on the tasks of the key go to this worker.
    mutating func settle(_ key: Int, at seat: Int, tenure: Int) {
        homes[key & (Self.size - 1)] = (seat, tenure)
    }
}
