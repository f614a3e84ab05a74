import Glibc
import TestSupport
import Testing

@testable import Multiprocessing

/// What travels to the manager and back in these tests.
private struct Point: Codable, Hashable {
    let x: Int
    let y: Int
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagedContainerTests {
    // MARK: Lists

    @Test("PXY-01: a list's elements, slices, extending, popping, sorting", arguments: everyContext)
    func lists(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let list = try await manager.list(0..<5)
            try await list.append(contentsOf: [5, 6])
            try await list.append(7)
            try await list.insert(-1, at: 0)
            #expect(try await list.copy() == Array(-1...7))
            #expect(try await list.count == 9)
            #expect(try await list[2] == 1)
            #expect(try await list[2..<5] == [1, 2, 3])
            #expect(try await list.remove(at: 0) == -1)
            #expect(try await list.popLast() == 7)
            try await list.set(40, at: 4)
            try await list.replaceSubrange(0..<2, with: [10, 11, 12])
            #expect(try await list.copy() == [10, 11, 12, 2, 3, 40, 5, 6])
            try await list.reverse()
            try await list.sort()
            #expect(try await list.copy() == [2, 3, 5, 6, 10, 11, 12, 40])
            #expect(try await list.contains(40))
            #expect(try await !list.contains(41))
            #expect(try await list.firstIndex(of: 5) == 2)
            #expect(try await list.removeFirst(of: 5))
            #expect(try await !list.removeFirst(of: 5))
            // Repeat and concatenation.
            try await list.update { $0 = $0.suffix(2) + [1] }
            try await list.update { $0 += $0 }
            #expect(try await list.copy() == [12, 40, 1, 12, 40, 1])
            #expect(try await list.count(of: 12) == 2)
            #expect(try await list.describe() == "[12, 40, 1, 12, 40, 1]")
            try await list.removeAll()
            #expect(try await list.isEmpty)
            #expect(try await list.popLast() == nil)
        }
    }

    @Test("MGR-05: ten squares are read through their proxy, here and in a child", arguments: everyContext)
    func squares(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let squares = try await manager.list((0..<10).map { $0 * $0 })
            var seen: [Int] = []
            for try await square in squares { seen.append(square) }
            #expect(seen == [0, 1, 4, 9, 16, 25, 36, 49, 64, 81])
            let child = ChildProcess(squares, context: context) { squares in
                var sum = 0
                for try await square in squares { sum += square }
                exit(sum == 285 ? 0 : 1)
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
        }
    }

    @Test("PXY-01: an index out of range is a typed error, and breaks nothing")
    func indices() async throws {
        try await withManager { manager in
            let list = try await manager.list(["a", "b"])
            await #expect(throws: IndexOutOfRangeError(range: 5..<6, count: 2)) { try await list[5] }
            await #expect(throws: IndexOutOfRangeError(range: 1..<3, count: 2)) { try await list[1..<3] }
            await #expect(throws: IndexOutOfRangeError.self) { try await list.set("c", at: 2) }
            await #expect(throws: IndexOutOfRangeError.self) { try await list.remove(at: -1) }
            await #expect(throws: IndexOutOfRangeError.self) {
                try await list.batch {
                    $0.append("c")
                    $0.set("d", at: 7)
                }
            }
            #expect(try await list.copy() == ["a", "b"])
        }
    }

    @Test("PXY-01: lists of lists see later changes of the inner ones, to any depth")
    func nested() async throws {
        try await withManager { manager in
            let inner = try await manager.list([1])
            let middle = try await manager.list([inner])
            let outer = try await manager.list([middle])
            try await inner.append(2)
            #expect(try await outer[0][0].copy() == [1, 2])
            try await outer[0][0].append(3)
            #expect(try await inner.copy() == [1, 2, 3])
            #expect(try await outer[0][0] == inner)
            let child = ChildProcess(outer) { outer in try await outer[0][0].append(4) }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            #expect(try await inner.copy() == [1, 2, 3, 4])
            let dictionaries = try await manager.list([
                manager.dictionary(["a": 1]), manager.dictionary(["b": 2]),
            ])
            try await dictionaries[0].set(5, forKey: "c")
            #expect(try await dictionaries[0].copy() == ["a": 1, "c": 5])
        }
    }

    @Test("PXY-02: iterating a list sees later writes, and stays at its end")
    func iteration() async throws {
        try await withManager { manager in
            let list = try await manager.list([1, 2])
            var iterator = list.makeAsyncIterator()
            #expect(try await iterator.next() == 1)
            try await list.set(20, at: 1)
            try await list.append(3)
            #expect(try await iterator.next() == 20)
            #expect(try await iterator.next() == 3)
            #expect(try await iterator.next() == nil)
            try await list.append(4)
            #expect(try await iterator.next() == nil)
        }
    }

    @Test("PXY-02: a dictionary that gets keys while it is iterated is an error")
    func changedDictionary() async throws {
        try await withManager { manager in
            let dictionary = try await manager.dictionary([1: "a"])
            try await dictionary.set("b", forKey: 2)
            var keys: [Int] = []
            for try await (key, _) in dictionary { keys.append(key) }
            #expect(keys == [1, 2])
            var iterator = dictionary.makeAsyncIterator()
            _ = try await iterator.next()
            try await dictionary.set("c", forKey: 3)
            #expect(await code { _ = try await iterator.next() } == .invalidArgument)
            #expect(try await iterator.next() == nil)
        }
    }

    // MARK: Dictionaries and sets

    @Test("MGR-11 PXY-05: a dictionary's keys, values, items, merging, popping", arguments: everyContext)
    func dictionaries(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let dictionary = try await manager.dictionary(of: Int.self, String.self)
            for code in 65..<70 { try await dictionary.set(String(UnicodeScalar(UInt8(code))), forKey: code) }
            #expect(try await dictionary.keys() == [65, 66, 67, 68, 69])
            #expect(try await dictionary.values() == ["A", "B", "C", "D", "E"])
            #expect(
                try await dictionary.items().map { "\($0.key)\($0.value)" } == [
                    "65A", "66B", "67C", "68D", "69E",
                ])
            #expect(try await dictionary.keys().reversed() == [69, 68, 67, 66, 65])
            #expect(try await dictionary[65] == "A")
            #expect(try await dictionary[70] == nil)
            #expect(try await dictionary[70, default: "?"] == "?")
            #expect(try await dictionary.setDefault("Z", forKey: 65) == "A")
            #expect(try await dictionary.setDefault("Z", forKey: 90) == "Z")
            #expect(try await dictionary.popLast().map { "\($0.key)\($0.value)" } == "90Z")
            #expect(try await dictionary.removeValue(forKey: 69) == "E")
            #expect(try await dictionary.removeValue(forKey: 69) == nil)
            try await dictionary.merge([65: "a", 100: "d"])
            #expect(try await dictionary.copy() == [65: "a", 66: "B", 67: "C", 68: "D", 100: "d"])
            // Merging in the other direction, and not in place.
            #expect(try await [65: "x"].merging(dictionary.copy()) { own, _ in own }[65] == "x")
            #expect(try await dictionary.count == 5)
            #expect(try await dictionary.contains(100))
            #expect(try await dictionary.describe().hasPrefix("[65: \"a\", 66: \"B\""))
            try await dictionary.batch {
                $0.removeAll()
                $0.set("one", forKey: 1)
                $0.set("two", forKey: 2)
                $0.removeValue(forKey: 1)
            }
            #expect(try await dictionary.copy() == [2: "two"])
            try await dictionary.removeAll()
            #expect(try await dictionary.isEmpty)
        }
    }

    @Test("MGR-13: a set's operations, in place and with copies")
    func sets() async throws {
        try await withManager { manager in
            let set = try await manager.set(["a", "b", "b"])
            #expect(try await set.insert("c"))
            #expect(try await !set.insert("c"))
            #expect(try await set.remove("a"))
            #expect(try await !set.remove("a"))
            #expect(try await set.contains("b"))
            #expect(try await set.copy() == ["b", "c"])
            try await set.formUnion(["x", "y"])
            try await set.formIntersection(["b", "x", "z"])
            #expect(try await set.copy() == ["b", "x"])
            try await set.formSymmetricDifference(["x", "q"])
            #expect(try await set.copy() == ["b", "q"])
            try await set.subtract(["q"])
            #expect(try await set.copy().union(["k"]) == ["b", "k"])
            #expect(try await set.copy().isSubset(of: ["b", "k"]))
            #expect(try await set.popFirst() == "b")
            #expect(try await set.popFirst() == nil)
            #expect(try await set.isEmpty)
            #expect(try await manager.set([1: "a", 2: "b"].keys).copy() == [1, 2])
            #expect(try await manager.set([3, 3]).count == 1)
        }
    }

    // MARK: Values

    @Test(
        "MGR-12: a value, an array and a namespace are seen and changed by a child", arguments: everyContext)
    func values(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let value = try await manager.value(1.5)
            let array = try await manager.array([1, 2, 3])
            let namespace = try await manager.namespace()
            try await namespace.set("point", to: Point(x: 1, y: 2))
            try await namespace.set("count", to: 7)
            let child = ChildProcess(value, array, namespace, context: context) { value, array, namespace in
                try await value.update { $0 *= 2 }
                try await array.set(20, at: 1)
                let count: Int = try await namespace.get("count")
                try await namespace.set("text", to: "seen \(count)")
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            #expect(try await value.value == 3)
            #expect(try await array.copy() == [1, 20, 3])
            #expect(try await array[1..<3] == [20, 3])
            #expect(try await array.count == 3)
            #expect(try await namespace.get("text", as: String.self) == "seen 7")
            #expect(try await namespace.get("point", as: Point.self) == Point(x: 1, y: 2))
            await #expect(throws: IndexOutOfRangeError(range: 3..<4, count: 3)) { try await array[3] }
            #expect(await code { try await array.update { $0.append(4) } } == .invalidArgument)
        }
    }

    @Test("PXY-07: a namespace's attributes are set, read and taken out; hidden ones are not described")
    func namespaces() async throws {
        try await withManager { manager in
            let namespace = try await manager.namespace()
            try await namespace.set("name", to: "Bob")
            try await namespace.set("job", to: "Builder")
            try await namespace.set("_hidden", to: "hidden")
            #expect(try await namespace.describe() == "ManagedNamespace(job=\"Builder\", name=\"Bob\")")
            #expect(try await namespace.names() == ["_hidden", "job", "name"])
            try await namespace.remove("job")
            #expect(try await !namespace.contains("job"))
            await #expect(throws: MissingAttributeError(name: "job")) { try await namespace.remove("job") }
            await #expect(throws: MissingAttributeError(name: "job")) {
                try await namespace.get("job", as: String.self)
            }
            #expect(await code { _ = try await namespace.get("name", as: Int.self) } == .invalidArgument)
            #expect(MissingAttributeError(name: "job").description.contains("\"job\""))
        }
    }

    // MARK: Several at once

    @Test("Changes of the whole that many processes make at once are all made")
    func updates() async throws {
        try await withManager { manager in
            let total = try await manager.value(0)
            let list = try await manager.list(of: Int.self)
            try await withProcessPool(workers: 2) { pool in
                try await pool.map(0..<40) { number in
                    try await total.update { $0 += 1 }
                    try await list.update { $0.append(($0.last ?? 0) + 1) }
                }
            }
            #expect(try await total.value == 40)
            #expect(try await list.copy() == Array(1...40))
            await #expect(throws: TestError.self) {
                try await list.update {
                    $0.removeAll()
                    throw TestError()
                }
            }
            #expect(try await list.count == 40)
        }
    }

    @Test("A batch is one change for others: none of them sees a part")
    func batches() async throws {
        try await withManager { manager in
            let list = try await manager.list(of: Int.self)
            let watcher = Task {
                var counts: Set<Int> = []
                while true {
                    let count = try await list.count
                    counts.insert(count % 100)
                    if count == 500 { return counts }
                }
            }
            for round in 0..<5 {
                try await list.batch { batch in for number in 0..<100 { batch.append(100 * round + number) } }
            }
            #expect(try await watcher.value == [0])
            #expect(try await list.copy() == Array(0..<500))
        }
    }

    @Test("The changes of a container are told in order to all who follow them")
    func changes() async throws {
        try await withManager { manager in
            let list = try await manager.list(["before"])
            var first = try await list.changes().makeAsyncIterator()
            var second = try await list.changes().makeAsyncIterator()
            try await list.append("a")
            try await list.batch {
                $0.set("b", at: 0)
                $0.reverse()
            }
            let expected: [ManagedChange<ManagedListOperation<String>>] = [
                .changed(.append(["a"])), .changed(.set("b", at: 0)), .changed(.reverse),
            ]
            for change in expected {
                #expect(try await first.next() == change)
                #expect(try await second.next() == change)
            }
            // One that waits is woken.
            let changes = try await list.changes()
            let waiting = Task {
                var iterator = changes.makeAsyncIterator()
                return try await iterator.next()
            }
            try await list.removeAll()
            #expect(try await waiting.value == .changed(.replaceAll(with: [])))
            let cancelled = Task {
                var iterator = changes.makeAsyncIterator()
                _ = try await iterator.next()
                return try await iterator.next()
            }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            let set = try await manager.set(of: Int.self)
            var slow = try await set.changes().makeAsyncIterator()
            for number in 0..<1100 { try await set.insert(number) }
            #expect(try await slow.next() == .missed(1100 - 1024))
            #expect(try await slow.next() == .changed(.insert([76])))
        }
    }

    @Test("PXY-06: a managed queue lives in a list and in a dictionary, and works")
    func queuesInside() async throws {
        try await withManager { manager in
            let queue = try await manager.queue(of: Int.self)
            let list = try await manager.list([queue])
            let dictionary = try await manager.dictionary(["queue": queue])
            try await list[0].put(5)
            try await #require(dictionary["queue"]).put(6)
            #expect(try await queue.get() == 5)
            #expect(try await list[0].get() == 6)
        }
    }

    @Test("PXY-08: objects inside others end with them, and with the last proxy")
    func lives() async throws {
        try await withManager { manager in
            func makeAndForget() async throws {
                let outer = try await manager.list([manager.list([1]), manager.list([2])])
                try await outer[0].append(2)
                #expect(try await manager.objectCount() == 1)
                _ = try await outer.remove(at: 0)
            }
            try await makeAndForget()
            while try await manager.objectCount() > 0 { await Task.yield() }
        }
    }

    @Test("Proxies are compared by what they are proxies of, and say that they are")
    func identities() async throws {
        try await withManager { manager in
            let list = try await manager.list([1])
            let same = try await manager.list([list])[0]
            let other = try await manager.list([1])
            #expect(list == same && list != other && Set([list, same, other]).count == 2)
            #expect("\(list)".contains("ManagedList<Int>(proxy") && "\(list)".contains("object"))
        }
    }
}
