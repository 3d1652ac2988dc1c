import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

/// Against the server that the environment names; without one there is nothing to test here.
@Suite(.enabled(if: RealServer.isConfigured)) struct RealServerTests {
    private let loop = CurlLoop()
    private let deadline = Deadline.after(seconds: 300)

    private func server() throws -> RealServer { try #require(RealServer()) }

    @Test func conformance() throws {
        let server = try server()
        // To an upload that was aborted, moto answers with a page of its own and Ceph 16 with InternalError.
        try runConformance(endedSession: [.refused, .serverFault], withRaces: server.bearsRaces) {
            try server.store(loop)
        }
    }

    /// Not for servers that check no signatures.
    @Test(.enabled(if: RealServer()?.checksSignatures == true)) func wrongSecretIsDenied() throws {
        let server = try server()
        let wrong = Credentials(accessKeyID: "nobody", secretAccessKey: "wrong")
        let store = try S3Store(
            configuration: try server.configuration(credentials: wrong), loop: loop, name: "test")
        let key = try #require(ObjectKey("absent"))
        let error = #expect(throws: StoreError.self) { try store.head(key, until: deadline) }
        #expect(error?.code == .denied)
    }

    @Test func bucketThatIsNotThereIsNoMissingObject() throws {
        let server = try server()
        let store = try S3Store(
            configuration: try server.configuration(bucket: "trunkline-no-such-bucket"), loop: loop, name: "test")
        let key = try #require(ObjectKey("absent"))
        let error = #expect(throws: StoreError.self) { try store.head(key, until: deadline) }
        #expect(error?.code == .misconfigured || error?.code == .denied)
    }

    @Test func largeUploadInParallelParts() throws {
        let store = try server().store(loop)
        let key = try #require(ObjectKey("large/object"))
        var random = SeededRandom("large upload")
        let part = Content.copying(random.octets(6 << 20))
        let session = try store.beginUpload(key, until: deadline)
        let deadline = deadline
        let receipts = try inParallel(8) { index in
            let offset = UInt64(index * part.count)
            return try store.upload(
                UploadPart(number: index + 1, offset: offset, content: part), to: session, until: deadline)
        }.map { try $0.get() }
        #expect(try store.complete(session, parts: receipts, until: deadline) == .created)
        #expect(try store.head(key, until: deadline)?.byteCount == UInt64(8 * part.count))
        var block = Block(capacity: 4096)
        let offset = UInt64(3 * part.count - 2048)
        #expect(
            try store.read(key, from: offset, into: &block, until: deadline)
                == .found(totalByteCount: UInt64(8 * part.count)))
        #expect(block.octets() == part.octets().suffix(2048) + part.octets().prefix(2048))
        // The reply was lost, so the caller says it again.
        #expect([.created, .alreadyExists].contains(try store.complete(session, parts: receipts, until: deadline)))
    }
}
