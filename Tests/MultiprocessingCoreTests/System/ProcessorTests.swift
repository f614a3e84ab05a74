import Glibc
import Testing

@testable import MultiprocessingCore

@Suite struct ProcessorTests {
    @Test func thereIsAtLeastOneProcessor() {
        #expect(Processor.usableCount >= 1)
        #expect(Processor.usableCount <= sysconf(Int32(_SC_NPROCESSORS_CONF)))
    }

    @Test(arguments: [
        ("150000 100000", 2), ("100000 100000\n", 1), ("1000 100000", 1), ("400000 50000", 8),
        ("100001 100000", 2),
    ])
    func aQuotaIsRoundedUp(line: String, count: Int) {
        #expect(ControlGroup.limit(line) == count)
    }

    @Test(arguments: [
        "max 100000", "", "100000", "100000 0", "0 100000", "-1 100000", "a b", "1 2 3",
        "99999999999999999999 100000",
    ])
    func anythingElseIsNoLimit(line: String) {
        #expect(ControlGroup.limit(line) == nil)
    }

    @Test func aHugeQuotaIsNoTrap() {
        #expect(ControlGroup.limit("9223372036854775807 100000") == 92_233_720_368_548)
    }
}
