/// The memory of a model: 32 small numbers, four for each of three actors and the rest for what they share.
struct Cells: Hashable {
    private var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    subscript(index: Int) -> Int {
        get {
            let word = index < 8 ? a : index < 16 ? b : index < 24 ? c : d
            return Int(word >> UInt64(index % 8 * 8) & 255)
        }
        set {
            precondition(newValue >= 0 && newValue < 256, "a number that does not fit the model")
            let shift = UInt64(index % 8 * 8)
            let (mask, bits) = (~(UInt64(255) << shift), UInt64(newValue) << shift)
            switch index / 8 {
            case 0: a = a & mask | bits
            case 1: b = b & mask | bits
            case 2: c = c & mask | bits
            default: d = d & mask | bits
            }
        }
    }

    /// Number `index` of an actor; the first, 0, is where it is in its program.
    subscript(actor: Int, index: Int) -> Int {
        get { self[actor * 4 + index] }
        set { self[actor * 4 + index] = newValue }
    }

    /// These, changed.
    func with(_ change: (inout Cells) -> Void) -> Cells {
        var copy = self
        change(&copy)
        return copy
    }
}

/// An algorithm of several processes as small steps, each of which reaches shared memory once at most.
protocol ExplorerModel {
    var start: Cells { get }
    /// Where an actor sleeps until it is woken or a tick comes.
    var asleep: Int { get }
    /// What can come of an actor's next step; nothing while it sleeps or waits for a guard.
    func steps(of actor: Int, in cells: Cells) -> [Cells]
    /// What a tick does to an actor that sleeps.
    func tick(_ actor: Int, in cells: Cells) -> Cells
    func isFinal(_ cells: Cells) -> Bool
    /// What is wrong with a state; nil for nothing.
    func violation(in cells: Cells) -> String?
}

extension ExplorerModel {
    static var actors: Range<Int> { 0..<3 }
    /// Places that all programs have.
    static var done: Int { 40 }
    static var dead: Int { 41 }

    func isDead(_ actor: Int, in cells: Cells) -> Bool { cells[actor, 0] == Self.dead }
    func hasEnded(_ actor: Int, in cells: Cells) -> Bool { cells[actor, 0] >= Self.done }

    /// The states after a wake of up to `count` sleepers, each with how many it found.
    func woken(_ count: Int, in cells: Cells, to place: Int) -> [(Cells, Int)] {
        let sleepers = Self.actors.filter { cells[$0, 0] == asleep }
        func waking(_ some: [Int]) -> Cells {
            cells.with { cells in
                for actor in some {
                    cells[actor, 0] = place
                    cells[actor, 3] = 0
                }
            }
        }
        if sleepers.count <= count { return [(waking(sleepers), sleepers.count)] }
        // No model wakes two of three.
        return sleepers.map { (waking([$0]), 1) }
    }
}

/// What came of looking at all states of a model.
struct Exploration {
    var states = 0
    /// States from which nobody ever gets to an end: a deadlock or a lost wake-up.
    var stuck = 0
    var violations: Set<String> = []

    /// Looks at every state that any order of steps leads to.
    ///
    /// - Parameters:
    ///   - model: the algorithm.
    ///   - crashes: how many actors may be killed, each before any of its steps.
    ///   - ticks: whether sleepers look by themselves from time to time.
    init<Model: ExplorerModel>(_ model: Model, crashes: Int, ticks: Bool) {
        /// Where the number of actors that were killed is kept.
        let killed = 31
        var numbers: [Cells: Int32] = [model.start: 0]
        var found = [model.start]
        var edges: [(from: Int32, to: Int32)] = []
        var current = 0
        while current < found.count {
            let cells = found[current]
            if let violation = model.violation(in: cells) { violations.insert(violation) }
            var next: [Cells] = []
            for actor in Model.actors where !model.hasEnded(actor, in: cells) {
                next += model.steps(of: actor, in: cells)
                if ticks, cells[actor, 0] == model.asleep { next.append(model.tick(actor, in: cells)) }
                guard cells[killed] < crashes else { continue }
                next.append(
                    cells.with { cells in
                        cells[actor, 0] = Model.dead
                        for index in 1...3 { cells[actor, index] = 0 }
                        cells[killed] += 1
                    })
            }
            for state in next {
                let number = numbers[state] ?? Int32(found.count)
                if number == found.count {
                    numbers[state] = number
                    found.append(state)
                }
                edges.append((Int32(current), number))
            }
            current += 1
        }
        states = found.count
        stuck = found.count - Self.countLeading(to: found.map(model.isFinal), edges)
    }

    /// How many states lead to one of those marked, or are one.
    private static func countLeading(to marks: [Bool], _ edges: [(from: Int32, to: Int32)]) -> Int {
        var starts = [Int](repeating: 0, count: marks.count + 1)
        for edge in edges { starts[Int(edge.to) + 1] += 1 }
        for index in 0..<marks.count { starts[index + 1] += starts[index] }
        var fill = starts
        var sources = [Int32](repeating: 0, count: edges.count)
        for edge in edges {
            sources[fill[Int(edge.to)]] = edge.from
            fill[Int(edge.to)] += 1
        }
        var leads = marks
        var left = marks.indices.filter { marks[$0] }
        var count = left.count
        while let state = left.popLast() {
            for source in sources[starts[state]..<starts[state + 1]] where !leads[Int(source)] {
                leads[Int(source)] = true
                count += 1
                left.append(Int(source))
            }
        }
        return count
    }
}
