/// What is known of particular servers, each fact with its source and the date it was looked up. Everything else about
/// S3 in this program is AWS's documented behaviour. A configuration overrides any of it.
package enum S3Quirks {
    /// One kind of server, found by the end of its host's name.
    package struct Server: Sendable, Equatable {
        /// For people.
        package let name: String
        let hostSuffixes: [String]
        /// The style that works there.
        package let addressing: S3Configuration.Addressing
        /// Signed for where the configuration names no region.
        package let region: String
        /// Over TLS; without TLS payloads are signed everywhere, because nothing else guards them on the way.
        let securePayload: S3Profile.Payload
        let conditionalCreate: Bool
        let conditionalComplete: Bool
        let equalParts: Bool

        init(
            _ name: String, _ hostSuffixes: [String], addressing: S3Configuration.Addressing = .path,
            region: String = "us-east-1", payload: S3Profile.Payload = .unsigned, conditionalCreate: Bool = true,
            conditionalComplete: Bool = true, equalParts: Bool = false
        ) {
            self.name = name
            self.hostSuffixes = hostSuffixes
            self.addressing = addressing
            self.region = region
            securePayload = payload
            self.conditionalCreate = conditionalCreate
            self.conditionalComplete = conditionalComplete
            self.equalParts = equalParts
        }

        /// What to count on when speaking to it over this scheme.
        package func profile(over scheme: S3Endpoint.Scheme) -> S3Profile {
            S3Profile(
                payload: scheme == .https ? securePayload : .signed, conditionalCreate: conditionalCreate,
                conditionalComplete: conditionalComplete, equalParts: equalParts)
        }
    }

    /// The server at an endpoint; `unknown` where its host is not in the table.
    package static func server(at endpoint: S3Endpoint) -> Server {
        servers.first { server in server.hostSuffixes.contains { endpoint.host.hasSuffix($0) } } ?? unknown
    }

    /// Any other server: Ceph, MinIO, OpenStack Swift and whatever else runs in somebody's own house.
    ///
    /// Ceph before 20 ignores If-None-Match on CompleteMultipartUpload (tried with 16.2.15, November 2026), and a
    /// host's name does not tell its version; so completion looks first.
    package static let unknown = Server("unknown", [], conditionalComplete: false)

    static let servers = [
        // Conditional writes on both requests:
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (November 2026). Path style is
        // deprecated there: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html (November 2026).
        Server("AWS", [".amazonaws.com", ".amazonaws.com.cn"], addressing: .virtualHost),

        // Equal parts: https://developers.cloudflare.com/r2/objects/multipart-objects (November 2026). Conditional
        // writes on both: https://developers.cloudflare.com/r2/api/s3/conditional-operations/ (November 2026). Region
        // "auto": https://developers.cloudflare.com/r2/api/s3/api/ (November 2026). Payload: litestream, see below.
        Server("Cloudflare R2", [".r2.cloudflarestorage.com"], region: "auto", payload: .signed, equalParts: true),

        // Conditional PutObject is answered 501 NotImplemented: https://github.com/lance-format/lance/issues/5614
        // (January 2026). Payload: litestream, see below.
        Server(
            "Backblaze B2", [".backblazeb2.com"], payload: .signed, conditionalCreate: false,
            conditionalComplete: false),

        // If-None-Match is for requests that retrieve; writes have x-goog-if-generation-match:
        // https://docs.cloud.google.com/storage/docs/request-preconditions (November 2026).
        Server(
            "Google Cloud Storage", ["storage.googleapis.com"], region: "auto", conditionalCreate: false,
            conditionalComplete: false),

        // The payload must be signed: https://litestream.io/guides/s3-compatible/, and for Hetzner the table in
        // s3/replica_client.go of https://github.com/benbjohnson/litestream (November 2026). Conditions on completion
        // are documented by none of them, so they are not relied on.
        // Tigris names t3.storage.dev as its endpoint: https://tigrisdata.com/llms.txt (November 2026).
        Server(
            "Tigris", [".tigris.dev", "t3.storage.dev"], region: "auto", payload: .signed, conditionalComplete: false),
        Server("Hetzner", [".your-objectstorage.com"], payload: .signed, conditionalComplete: false),
        Server("DigitalOcean Spaces", [".digitaloceanspaces.com"], payload: .signed, conditionalComplete: false),
        Server("Filebase", [".filebase.com"], payload: .signed, conditionalComplete: false),
        Server("Scaleway", [".scw.cloud"], payload: .signed, conditionalComplete: false),
        Server("Supabase", [".supabase.co"], payload: .signed, conditionalComplete: false),
    ]

    /// The region in the host names of AWS (`s3.eu-west-1.amazonaws.com`) and of those who name theirs likewise
    /// (`s3.us-west-004.backblazeb2.com`, `s3.fr-par.scw.cloud`); nil for all others.
    package static func region(ofHost host: String) -> String? {
        let labels = host.split(separator: ".")
        guard let word = labels.firstIndex(where: { $0 == "s3" }), word + 1 < labels.count else { return nil }
        let rest = labels[(word + 1)...]
        let domains = [["amazonaws", "com"], ["amazonaws", "com", "cn"], ["backblazeb2", "com"], ["scw", "cloud"]]
        let isRegional = domains.contains { Array(rest.dropFirst()).map(String.init) == $0 }
        return isRegional ? rest.first.map(String.init) : nil
    }
}
