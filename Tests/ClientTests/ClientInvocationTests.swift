import Format
import Testing
import trunkline_wal

@Suite struct ClientInvocationTests {
    private static func invocation(
        _ path: String = "a", configuration: String? = nil, cluster: String? = nil, socket: String? = nil
    ) -> ClientInvocation {
        ClientInvocation(
            operation: .push(path: path), configuration: configuration, cluster: cluster, socket: socket,
            words: ["push", path])
    }

    private static func nothing(_: String) -> String? { nil }

    @Test func theEnvironmentStandsInForOptions() throws {
        let variables = ["TRUNKLINE_CONFIG": "/v", "TRUNKLINE_CLUSTER": "w", "TRUNKLINE_SOCKET": "/x"]
        let plain = Self.invocation()
        #expect(plain.socket { variables[$0] } == "/x")
        #expect(
            plain.request(directory: "/d") { variables[$0] }
                == (try AgentRequest(.push(path: "a"), configuration: "/v", cluster: "w", directory: "/d")))
        let told = Self.invocation(configuration: "/c", cluster: "m", socket: "/s")
        #expect(told.socket { variables[$0] } == "/s")
        #expect(
            told.request(directory: "/d") { variables[$0] }
                == (try AgentRequest(.push(path: "a"), configuration: "/c", cluster: "m", directory: "/d")))
        for empty in [Self.nothing, { _ in "" }] as [(String) -> String?] {
            #expect(plain.socket(variable: empty) == "/run/trunkline/agent.sock")
            #expect(
                plain.request(directory: "/d", variable: empty)
                    == (try AgentRequest(.push(path: "a"), configuration: "", cluster: "", directory: "/d")))
        }
    }

    @Test func aRelativeConfigurationIsOfTheWorkingDirectory() {
        let request = Self.invocation(configuration: "etc/t.toml").request(directory: "/d", variable: Self.nothing)
        #expect(request?.configuration == "/d/etc/t.toml")
    }

    @Test func whatDoesNotFitIsNotAsked() {
        let long = String(repeating: "a", count: AgentProtocol.bodyByteCountMax)
        #expect(Self.invocation(long).request(directory: "/d", variable: Self.nothing) == nil)
        #expect(Self.invocation("a\u{FFFD}").request(directory: "/d", variable: Self.nothing) == nil)
        #expect(Self.invocation().request(directory: "/\u{FFFD}", variable: Self.nothing) == nil)
        #expect(Self.invocation().request(directory: "(unreachable)/d", variable: Self.nothing) == nil)
    }
}
