import MultiprocessingCore
import Testing

@Suite struct MangledNameTests {
    /// Names must lie in an image, so they are text that the compiler put there.
    private func name(_ text: StaticString) throws -> MangledName {
        try #require(MangledName(at: unsafe UInt(bitPattern: text.utf8Start)))
    }

    @Test func closuresAreToldFromOtherFunctions() throws {
        for text in ["SiIeghd_", "SiIeghHd_", "S2iIeghyd_", "SSs5Error_pIeghHozo_", "xq_Isegnr_", "Ieg_"]
            as [StaticString]
        {
            #expect(try name(text).isClosure, "\(text)")
        }
        // Blocks, C functions, methods, witnesses, thin and non-escaping functions, coroutines, an isolated
        // one, and what is no function.
        let others: [StaticString] = [
            "SiIegBhd_", "SiIetCd_", "SiIegMd_", "SiIegWd_", "SiIetd_", "SiIgd_", "SiIegA_", "SiIegG_",
            "SiIeAgd_",
            "Si", "q_", "Bi64_", "SaySiG", "SiIeghd_Sg", "",
        ]
        for text in others { #expect(try !name(text).isClosure, "\(text)") }
    }

    @Test func referencesThatAreNotStrongAreRecognised() throws {
        for text in ["4main1CCSgXw", "4main1CCXo", "4main1CCXu"] as [StaticString] {
            #expect(try name(text).isWeakReference)
        }
        #expect(try !name("4main1CC").isWeakReference)
        #expect(try name("Siz_Xx").isVariableBox)
        #expect(try !name("Si").isVariableBox)
    }

    @Test func aNameThatLiesNowhereIsNone() throws {
        let heap = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
        defer { heap.deallocate() }
        #expect(MangledName(at: UInt(bitPattern: heap)) == nil)
        #expect(MangledName(at: 0) == nil)
        #expect(MangledName(at: .max) == nil)
    }
}
