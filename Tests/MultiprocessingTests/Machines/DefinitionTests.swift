import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

/// How workers are told what to run.
@Suite struct DefinitionTests {
    private func definition(_ size: Int, _ attachments: [SharedDescriptor] = []) -> Definition {
        Definition(
            id: 1, WireBytes([UInt8](repeating: 3, count: size)), attachments: attachments, label: "map",
            retired: RetiredDefinitions())
    }

    @Test func aShortOneIsSentToEachWorker() {
        let short = definition(1000)
        #expect(short.kind == PoolRequest.define && short.bytes.count == 1000 && short.attachments.isEmpty)
        #expect(short.countBytes() == 1000)
        #expect(short.countBytes() == 1000)
    }

    @Test func aLongOneLiesInAFileThatGoesWithIt() throws {
        var long: Definition? = definition(Definition.sharingThreshold)
        weak let file = long?.attachments.first
        #expect(long?.kind == PoolRequest.defineShared)
        let size = long?.bytes.count ?? 0
        #expect(size < 100)
        #expect(long?.countBytes() == Definition.sharingThreshold + size)
        #expect(long?.countBytes() == size)
        #expect(file != nil)
        long = nil
        #expect(file == nil)
    }

    @Test func whereNoMoreDescriptorsGoAlongItIsSent() throws {
        let file = try SharedDescriptor(duplicating: 2)
        let most = SharedDescriptor.mostInMessage
        let full = definition(Definition.sharingThreshold, Array(repeating: file, count: most))
        #expect(full.kind == PoolRequest.define && full.attachments.count == most)
        let room = definition(Definition.sharingThreshold, Array(repeating: file, count: most - 1))
        #expect(room.kind == PoolRequest.defineShared && room.attachments.count == most)
    }
}
