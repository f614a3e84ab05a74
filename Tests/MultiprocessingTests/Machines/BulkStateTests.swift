import Testing

@testable import Multiprocessing

@Suite struct BulkStateTests {
    private func opened() -> BulkState {
        var state = BulkState()
        state.sees(BulkMemory.threshold)
        let (wish, open) = (state.takeWish(), state.opened())
        #expect(wish && open)
        return state
    }

    @Test func shortMessagesNeedNoMemory() {
        var state = BulkState()
        state.sees(BulkMemory.threshold - 1)
        let wish = state.takeWish()
        #expect(!wish)
    }

    @Test func theMemoryIsAskedForOnce() {
        var state = BulkState()
        state.sees(BulkMemory.threshold)
        let wishes = (state.takeWish(), state.takeWish())
        #expect(wishes == (true, false))
        let isOpen = state.opened()
        #expect(isOpen)
        state.sees(1 << 30)
        let wish = state.takeWish()
        #expect(!wish)
    }

    @Test func theMemoryGoesWhenItIsNotUsed() {
        var state = opened()
        let first = state.tick()
        #expect(!first)
        state.sees(BulkMemory.threshold)
        let second = state.tick()
        let third = state.tick()
        #expect(!second && third)
        state.closes()
        let isClosed = state.closed()
        #expect(isClosed)
        // And comes again with the next long message.
        state.sees(BulkMemory.threshold)
        let wish = state.takeWish()
        #expect(wish)
    }

    @Test func aWorkerWithoutRoomIsNotAskedAgain() {
        var state = BulkState()
        state.sees(BulkMemory.threshold)
        let wish = state.takeWish()
        let isClosed = state.closed()
        state.sees(BulkMemory.threshold)
        let again = state.takeWish()
        #expect(wish && isClosed && !again)
    }

    /// What a worker says without having been asked.
    @Test func answersToNothingAreFound() {
        var state = BulkState()
        let (opens, closes) = (state.opened(), state.closed())
        #expect(!opens && !closes)
        var open = opened()
        let (opensAgain, closesAlone) = (open.opened(), open.closed())
        #expect(!opensAgain && !closesAlone)
    }
}
