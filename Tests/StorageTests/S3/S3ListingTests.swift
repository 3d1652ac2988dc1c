import Platform
import Storage
import Testing

@Suite struct S3ListingTests {
    private func listing(_ inner: String) throws -> S3Listing {
        try S3Listing(try XMLReader.read(Array("<ListBucketResult>\(inner)</ListBucketResult>".utf8)))
    }

    private func entry(_ key: String, size: String = "1") -> String {
        "<Contents><Key>\(key)</Key><Size>\(size)</Size></Contents>"
    }

    @Test func page() throws {
        let listing = try listing(
            """
            <IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>
            <NextContinuationToken>next</NextContinuationToken>
            <Contents><Key>a%2Bb/c</Key><Size>12</Size><ETag>&quot;tag&quot;</ETag>
            <LastModified>2026-11-21T02:00:00.000Z</LastModified><Owner><ID>x</ID></Owner></Contents>
            """)
        #expect(listing.isTruncated)
        #expect(listing.continuation == "next")
        let entry = try #require(listing.entries.first)
        #expect(entry.key == "a+b/c" && entry.byteCount == 12 && entry.tag == "tag")
        #expect(entry.modified == UnixTime(iso8601: "2026-11-21T02:00:00Z"))
    }

    @Test func keysAreTakenAsTheyAreWithoutEncoding() throws {
        #expect(
            try listing("<IsTruncated>false</IsTruncated>" + entry("a%2Bb+c")).entries.map(\.key) == ["a%2Bb+c"])
    }

    @Test(arguments: [
        "", "<IsTruncated>perhaps</IsTruncated>", "<IsTruncated>false</IsTruncated><Contents><Size>1</Size></Contents>",
        "<IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>",
        "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>-1</Size></Contents>",
        "<IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>"
            + "<Contents><Key>%</Key><Size>1</Size></Contents>",
    ])
    func malformed(_ inner: String) {
        #expect(throws: XMLReader.Failure.self) { try listing(inner) }
    }

    @Test func orderIsChecked() {
        #expect(throws: XMLReader.Failure(cause: "the keys are not in the order of their bytes")) {
            try listing("<IsTruncated>false</IsTruncated>" + entry("b") + entry("a"))
        }
    }

    @Test func otherDocuments() {
        #expect(throws: XMLReader.Failure.self) { try S3Listing(try XMLReader.read(Array("<Error/>".utf8))) }
    }
}
