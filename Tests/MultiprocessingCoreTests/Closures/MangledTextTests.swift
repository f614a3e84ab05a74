import Testing

@testable import MultiprocessingCore

@Suite struct MangledTextTests {
    private func text(_ bytes: [UInt8]) -> MangledText {
        // The zero that ends the name, and one that would end it too late.
        (bytes + [0, 0]).withUnsafeBytes { raw in
            MangledText(raw.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped)
        }
    }

    private func text(_ string: String) -> MangledText { text(Array(string.utf8)) }

    @Test(arguments: [
        ("Bi1_", 1), ("Bi8_", 1), ("Bi16_", 2), ("Bi32_", 4), ("Bi64_", 8), ("Bi128_", 16), ("Bf32_", 4),
        ("Bf64_", 8),
    ])
    func theCompilersNumbersHaveASize(name: String, size: Int) {
        #expect(text(name).builtinSize == size)
        #expect(text(name).length == name.utf8.count)
    }

    @Test(arguments: [
        "", "Si", "Bi", "Bi_", "Bi64", "Bi7_", "Bi-8_", "Bix_", "Bw_", "Bp", "Bi99999999999999999999_",
    ])
    func otherNamesHaveNone(name: String) {
        #expect(text(name).builtinSize == nil)
    }

    @Test func referencesMayHoldZeros() {
        #expect(text([0x01, 0, 0, 0, 0]).length == 5)
        #expect(text([0x17, 0, 1, 0, 0] + Array("Sg".utf8)).length == 7)
        #expect(text([0x18, 0, 0, 0, 0, 0, 0, 0, 0]).length == 9)
        #expect(text([0x1F, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0]).length == 14)
        #expect(text([]).length == 0)
    }

    @Test func whatFollowsAReferenceIsNoNumber() {
        #expect(text([0x01, 0, 0, 0, 0] + Array("Bi64_".utf8)).builtinSize == nil)
    }

    @Test(arguments: [
        ("$sIegg_", true), ("SiSiIegyd_", true), ("Iegr_", true), ("Ieg_", true), ("Ieg", false),
        ("Igg_", false),
    ])
    func ordinaryClosuresAreKnown(name: String, isThick: Bool) {
        #expect(text(name).isThickFunction == isThick)
    }

    @Test func theAttributesComeAfterTheLastReference() {
        #expect(text([0x01, 0, 0, 0, 0] + Array("Iegr_".utf8)).isThickFunction)
        #expect(!text(Array("Iegr_".utf8) + [0x01, 0, 0, 0, 0]).isThickFunction)
    }
}
