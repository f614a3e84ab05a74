import Foundation
import Multiprocessing
import Testing

@Suite struct SharedMemoryTests {
    private func name() -> String { "test-\(getpid())-\(UInt64.random(in: 0 ... .max))" }

    @Test("SHM-02: memory says its name and size, and has the bytes")
    func basics() throws {
        let name = name()
        let named = try SharedMemory(creating: name, count: 512)
        #expect(named.name == name && named.count == 512)
        #expect(try named.withBytes { $0.byteCount } == 512)
        #expect("\(named)" == "SharedMemory(name: \"\(name)\", count: 512)")
        let anonymous = try SharedMemory(count: 100)
        #expect(anonymous.name == nil && "\(anonymous)" == "SharedMemory(count: 100)")
        #expect(try anonymous.copyBytes() == [UInt8](repeating: 0, count: 100))
    }

    @Test(
        "SHM-03 SHM-04: what is written through one handle is seen through another, whatever size was expected"
    )
    func attached() throws {
        let name = name()
        let memory = try SharedMemory(creating: name, count: 5000)
        memory[4999] = 7
        let second = try SharedMemory(attaching: name, expecting: 10)
        #expect(second.count == 5000 && second[4999] == 7)
        second[0..<3] = [1, 2, 3]
        #expect(memory[0..<4] == [1, 2, 3, 0])
    }

    @Test("SHM-19: memory that is smaller than expected is refused up front")
    func expected() async throws {
        let memory = try SharedMemory(creating: nil, count: 100)
        let name = try #require(memory.name)
        #expect(await code { _ = try SharedMemory(attaching: name, expecting: 101) } == .invalidArgument)
        _ = try SharedMemory(attaching: name, expecting: 100)
    }

    @Test("SHM-01 SHM-05 SHM-24: sizes below one and names that cannot be are refused, for each use")
    func arguments() async throws {
        for count in [0, -1, .min] {
            #expect(await code { _ = try SharedMemory(count: count) } == .invalidArgument)
            #expect(await code { _ = try SharedMemory(creating: nil, count: count) } == .invalidArgument)
        }
        for name in ["", "a\0b", "a/b", String(repeating: "x", count: 256)] {
            #expect(await code { _ = try SharedMemory(creating: name, count: 1) } == .invalidArgument)
            #expect(await code { _ = try SharedMemory(attaching: name) } == .invalidArgument)
            #expect(await code { try SharedMemory.unlink(name) } == .invalidArgument)
            #expect(SharedMemory.status(of: name) == .absent)
        }
    }

    @Test("more than the machine has is an error at creation")
    func tooLarge() async {
        #expect(await code { _ = try SharedMemory(count: 1 << 50) } == .noResources)
        #expect(await code { _ = try SharedMemory(creating: nil, count: 1 << 50) } == .noResources)
        #expect(await code { _ = try SharedArray(repeating: 0, count: .max) } == .noResources)
        #expect(await code { _ = try SharedArray(repeating: 0, count: 1 << 48) } == .noResources)
    }

    @Test("a taken name and one that is not there have codes of their own")
    func codes() async throws {
        let memory = try SharedMemory(creating: nil, count: 1)
        #expect(await code { _ = try SharedMemory(creating: memory.name, count: 1) } == .alreadyExists)
        let missing = name()
        #expect(await code { _ = try SharedMemory(attaching: missing) } == .notFound)
        #expect(await code { try SharedMemory.unlink(missing) } == .notFound)
    }

    @Test("SHM-08: a second removal of a name fails; the memory stays for its users")
    func removedTwice() async throws {
        let memory = try SharedMemory(creating: nil, count: 10)
        let second = try SharedMemory(attaching: try #require(memory.name))
        try second.unlink()
        #expect(await code { try memory.unlink() } == .notFound)
        #expect(await code { try second.unlink() } == .notFound)
        memory[3] = 4
        #expect(second[3] == 4)
        #expect(await code { try SharedMemory(count: 1).unlink() } == .invalidArgument)
    }

    @Test("SHM-20: the name goes with the owner's handle, and ownership can be given up and taken over")
    func ownership() async throws {
        var owner: SharedMemory? = try SharedMemory(creating: nil, count: 10)
        let name = try #require(owner?.name)
        let user = try SharedMemory(attaching: name)
        #expect(owner?.isOwner == true && !user.isOwner)
        user.close()
        #expect(SharedMemory.status(of: name) == .owned(by: getpid()))
        try owner?.giveUpOwnership()
        #expect(owner?.isOwner == false)
        #expect(await code { try owner?.giveUpOwnership() } == .notHeld)
        owner = nil
        #expect(SharedMemory.status(of: name) == .unowned)
        let heir = try SharedMemory(attaching: name)
        try heir.takeOwnership()
        let second = try SharedMemory(attaching: name)
        try second.takeOwnership()
        #expect(second.isOwner && !heir.isOwner)
        heir.close()
        #expect(SharedMemory.status(of: name) == .owned(by: getpid()))
        second.close()
        #expect(SharedMemory.status(of: name) == .absent)
        #expect(await code { try second.takeOwnership() } == .closed)
    }

    @Test("a closed handle says so, and is closed as often as one likes")
    func closed() async throws {
        let memory = try SharedMemory(count: 10)
        memory.close()
        memory.close()
        #expect(memory.isClosed && memory.count == 10)
        #expect(await code { _ = try memory.load(at: 0, as: Int.self) } == .closed)
        #expect(await code { try memory.withMutableBytes { _ in } } == .closed)
    }

    @Test("values and bytes go in and out at any place that is inside")
    func access() async throws {
        let memory = try SharedMemory(count: 16)
        try memory.store(1.5, at: 3)
        #expect(try memory.load(at: 3) == 1.5)
        try memory.write([1, 2, 3], at: 13)
        #expect(try memory.copyBytes(13..<16) == [1, 2, 3])
        try memory.withMutableBytes { $0.storeBytes(of: 9, toByteOffset: 0, as: UInt8.self) }
        #expect(memory[0] == 9)
        for place in [-1, 9, 16, .max, .min] {
            #expect(await code { _ = try memory.load(at: place, as: Int.self) } == .invalidArgument)
            #expect(await code { try memory.store(1, at: place) } == .invalidArgument)
        }
        #expect(await code { try memory.write([1, 2], at: 15) } == .invalidArgument)
        #expect(await code { _ = try memory.copyBytes(15..<17) } == .invalidArgument)
    }

    @Test("indices outside of the memory trap, as those of an array do")
    func traps() async {
        await #expect(processExitsWith: .failure) {
            setenv("SWIFT_BACKTRACE", "enable=no", 1)
            _ = try SharedMemory(count: 4)[4]
        }
    }

    @Test(
        "SHM-21 SHM-22: nobody sees memory before its content is complete; without content there is no name")
    func initializing() async throws {
        for _ in 0..<20 {
            let name = name()
            let racer = Task.detached { () -> [UInt8] in
                while true {
                    do {
                        return try SharedMemory(attaching: name).copyBytes()
                    } catch let error as MultiprocessingError where error.code == .notFound {
                        await Task.yield()
                    }
                }
            }
            let memory = try SharedMemory(creating: name, count: 5000) { span in
                for index in 0..<span.byteCount {
                    #expect(index % 1000 != 0 || SharedMemory.status(of: name) == .absent)
                    span.storeBytes(of: 7, toByteOffset: index, as: UInt8.self)
                }
            }
            #expect(try await racer.value == [UInt8](repeating: 7, count: 5000))
            memory.close()
        }
        let name = name()
        #expect(throws: TestError.self) {
            try SharedMemory(creating: name, count: 10) { _ in throw TestError() }
        }
        #expect(SharedMemory.status(of: name) == .absent)
    }

    @Test("named memory goes through any encoder, memory without a name does not")
    func encoders() async throws {
        let memory = try SharedMemory(creating: nil, count: 10)
        let bytes = try JSONEncoder().encode(memory)
        let copy = try JSONDecoder().decode(SharedMemory.self, from: bytes)
        copy[2] = 5
        #expect(memory[2] == 5 && !copy.isOwner)
        // Another one of the same name is another one.
        try memory.unlink()
        #expect(await code { _ = try JSONDecoder().decode(SharedMemory.self, from: bytes) } == .notFound)
        let other = try SharedMemory(creating: memory.name, count: 10)
        #expect(await code { _ = try JSONDecoder().decode(SharedMemory.self, from: bytes) } == .notFound)
        other.close()
        let anonymous = try SharedMemory(count: 10)
        #expect(await code { _ = try JSONEncoder().encode(anonymous) } == .notTransferable)
    }

    @Test(
        "DOC-13 DOC-14: a process's own names are not abandoned, and listing works while others come and go")
    func listing() async throws {
        let memory = try SharedMemory(creating: nil, count: 10)
        let churn = Task.detached {
            while !Task.isCancelled { try SharedMemory(creating: nil, count: 10).close() }
        }
        for _ in 0..<200 {
            #expect(SharedMemory.names.contains(try #require(memory.name)))
            #expect(!SharedMemory.removeAbandoned().contains(try #require(memory.name)))
        }
        churn.cancel()
        try await churn.value
    }
}
