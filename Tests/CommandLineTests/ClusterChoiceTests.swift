import Format
import Operations
import Testing
import trunkline

@Suite struct ClusterChoiceTests {
    private let two = Reading.least + "[cluster.other]\npgdata = \"/other/\"\n[cluster.third]\n"

    private func chosen(
        _ text: String, option: String? = nil, variable: String? = nil, in directories: [String] = []
    ) -> String {
        do {
            let choice = ClusterChoice(option: option, variable: variable, directories: directories)
            let configuration = try Reading.configuration(text)
            return try configuration.cluster(choice) { $0 == "/data" ? "/real/data" : nil }.name.text
        } catch {
            return "\(error)"
        }
    }

    @Test func theOptionBeforeTheVariableBeforeThePlace() {
        #expect(chosen(two, option: "main", variable: "other", in: ["/other"]) == "main")
        #expect(chosen(two, variable: "other", in: ["/data"]) == "other")
        #expect(chosen(two, variable: "", in: ["/data"]) == "main")
        #expect(chosen(two, in: ["/nowhere", "/other"]) == "other")
        #expect(chosen(two, in: ["/real/data"]) == "main")
        #expect(chosen(two, in: ["/other", "/data"]) == "other")
    }

    @Test func theOnlyOneNeedsNoName() {
        #expect(chosen(Reading.least, in: ["/elsewhere"]) == "main")
    }

    @Test func unknownNamesAndNoPlace() {
        #expect(
            chosen(two, option: "man")
                == "\"t.toml\": there is no cluster \"man\", which --cluster names")
        #expect(
            chosen(Reading.least, variable: "x").hasSuffix("there is no cluster \"x\", which TRUNKLINE_CLUSTER names"))
        #expect(chosen(two, in: ["/"]).contains("which cluster: \"main\", \"other\", \"third\"?"))
    }
}
