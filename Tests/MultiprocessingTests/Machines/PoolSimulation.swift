import TestSupport
import Testing

@testable import Multiprocessing

/// Workers as the machine knows them, simulated: they run their slots in order and die at any time.
///
/// It does what the machine orders and throws as soon as something happens that must not.
struct PoolSimulation {
    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    enum SlotState {
        case posted
        case started
        case revoked
    }

    struct Worker {
        var order: [Int] = []
        var slots: [Int: (id: UInt64, state: SlotState)] = [:]
        var isDismissed = false
    }

    private(set) var machine: PoolMachine
    private(set) var workers: [Worker?]
    /// Chunks that were submitted and have not been seen to.
    private(set) var open: Set<UInt64> = []
    /// Of these, the ones that nobody wants any more.
    private var unwanted: Set<UInt64> = []
    private(set) var isFinished = false
    private(set) var completed = 0
    private(set) var dropped = 0
    private var lastID: UInt64 = 0
    private let slotCount: Int

    init(seats: Int, slots: Int) throws {
        machine = PoolMachine(seats: seats, slots: slots)
        workers = Array(repeating: nil, count: seats)
        slotCount = slots
        try event { machine, actions in machine.begin(&actions) }
    }

    // MARK: Events

    mutating func submit(bytes: Int, rank: LaneQueue.Rank = .usual) throws {
        guard machine.phase == .open else { return }
        lastID += 1
        let id = lastID
        open.insert(id)
        try event { machine, actions in machine.submit(id, bytes: bytes, rank: rank, &actions) }
    }

    /// The worker takes one step: begins its next chunk, ends the one that it runs, or passes over a slot.
    mutating func step(_ seat: Int) throws {
        guard let worker = workers[seat] else { return }
        guard let slot = worker.order.first, let entry = worker.slots[slot] else {
            if worker.isDismissed { try end(seat) }
            return
        }
        if entry.state == .posted {
            workers[seat]?.slots[slot]?.state = .started
            return
        }
        workers[seat]?.order.removeFirst()
        workers[seat]?.slots[slot] = nil
        if entry.state == .started, machine.phase != .ending {
            try close(entry.id)
            completed += 1
        }
        try event { machine, actions in machine.slotFreed(seat: seat, slot: slot, &actions) }
    }

    /// The worker is about to be ended because of what it runs.
    mutating func condemn(_ seat: Int) throws {
        guard workers[seat] != nil else { return }
        try event { machine, actions in machine.condemn(seat: seat, &actions) }
    }

    mutating func withdraw(_ id: UInt64) throws {
        unwanted.insert(id)
        var place: (seat: Int, slot: Int)?
        try event { machine, actions in place = machine.withdraw(id, &actions) }
        guard let place, let entry = workers[place.seat]?.slots[place.slot] else { return }
        guard entry.id == id else { throw Violation(description: "\(id) is not where the machine says") }
        guard entry.state == .posted else { return }
        workers[place.seat]?.slots[place.slot]?.state = .revoked
        try event { machine, actions in
            machine.revoked(seat: place.seat, slot: place.slot, requeue: false, &actions)
        }
    }

    /// The worker is gone: what it had begun is lost, the rest runs elsewhere.
    mutating func end(_ seat: Int) throws {
        guard let worker = workers[seat] else { return }
        workers[seat] = nil
        let wasEnding = machine.phase == .ending
        let expected = worker.order.compactMap { slot in
            worker.slots[slot].flatMap { $0.state == .revoked || wasEnding ? nil : $0 }
        }
        let held = machine.ended(seat: seat, begunAnything: true).map(\.id)
        guard held == expected.map(\.id) else {
            throw Violation(description: "a dead worker held \(expected), and not \(held)")
        }
        var again: [UInt64] = []
        for (id, state) in expected {
            if state == .started || unwanted.contains(id) { try close(id) } else { again.append(id) }
        }
        let rest = again.map { (id: $0, bytes: 10) }
        try event { machine, actions in
            machine.resubmit(rest, &actions)
            machine.replace(seat: seat, &actions)
        }
    }

    mutating func close() throws {
        try event { machine, actions in machine.close(&actions) }
    }

    mutating func terminate() throws {
        try event { machine, actions in machine.terminate(&actions) }
        guard open.isEmpty else { throw Violation(description: "terminating left \(open)") }
    }

    // MARK: Orders

    private mutating func event(_ body: (inout PoolMachine, inout [PoolMachine.Action]) -> Void) throws {
        var actions: [PoolMachine.Action] = []
        body(&machine, &actions)
        var next = 0
        while next < actions.count {
            try perform(actions[next], &actions)
            next += 1
        }
        try check()
    }

    private mutating func perform(
        _ action: PoolMachine.Action, _ actions: inout [PoolMachine.Action]
    ) throws {
        if isFinished { throw Violation(description: "\(action) after the end") }
        switch action {
        case .start(let seat):
            guard workers[seat] == nil else { throw Violation(description: "two workers in seat \(seat)") }
            workers[seat] = Worker()
            machine.occupied(seat: seat, &actions)
        case .post(let id, let seat, let slot):
            guard open.contains(id) else { throw Violation(description: "\(id) is posted after its end") }
            guard let worker = workers[seat], worker.slots[slot] == nil, !worker.isDismissed else {
                throw Violation(description: "\(id) is posted to seat \(seat), slot \(slot)")
            }
            guard worker.order.count < min(slotCount, PoolMachine.depth) else {
                throw Violation(description: "seat \(seat) holds too much")
            }
            workers[seat]?.order.append(slot)
            workers[seat]?.slots[slot] = (id, .posted)
        case .revoke(let id, let seat, let slot):
            guard let entry = workers[seat]?.slots[slot], entry.id == id else {
                throw Violation(description: "\(id) is not in seat \(seat), slot \(slot)")
            }
            guard entry.state == .posted else { return }
            workers[seat]?.slots[slot]?.state = .revoked
            machine.revoked(seat: seat, slot: slot, requeue: true, &actions)
        case .dismiss(let seat):
            guard let worker = workers[seat], !worker.isDismissed else {
                throw Violation(description: "seat \(seat) is dismissed twice")
            }
            workers[seat]?.isDismissed = true
        case .kill(let seat):
            guard workers[seat] != nil else { throw Violation(description: "nobody is in seat \(seat)") }
        case .drop(let id):
            try close(id)
            dropped += 1
        case .finish:
            isFinished = true
        }
    }

    private mutating func close(_ id: UInt64) throws {
        guard open.remove(id) != nil else { throw Violation(description: "\(id) ended twice") }
        unwanted.remove(id)
    }

    // MARK: What always holds

    private func check() throws {
        if isFinished, workers.contains(where: { $0 != nil }) || !open.isEmpty {
            throw Violation(description: "the pool ended with workers or work left")
        }
        guard machine.phase == .open || machine.phase == .draining else { return }
        let held = workers.compactMap { $0 }.flatMap { $0.slots.values.filter { $0.state != .revoked } }.map(
            \.id)
        guard Set(held).count == held.count else { throw Violation(description: "a chunk is in two places") }
        // A worker that is being ended idles until its end.
        let mayWork = workers.indices.filter { workers[$0] != nil && !machine.seats[$0].isCondemned }
        guard mayWork.contains(where: { workers[$0]?.order.isEmpty == true }) else { return }
        guard held.count == open.count else {
            throw Violation(description: "work waits while a worker idles")
        }
        for worker in workers {
            let waiting = worker?.slots.values.filter { $0.state == .posted }.count ?? 0
            let running = worker?.slots.values.filter { $0.state == .started }.count ?? 0
            if waiting + running > 1, waiting > 0 {
                throw Violation(description: "work waits behind other work while a worker idles")
            }
        }
    }
}
