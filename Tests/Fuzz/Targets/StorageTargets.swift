import Platform
import Storage

extension FuzzTarget {
    static let storage = [s3Documents, iniFile, httpFields]

    private static let s3Documents = FuzzTarget(
        name: "s3-documents", byteCountMax: 8192,
        seeds: {
            [
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix>a/</Prefix>
                <KeyCount>2</KeyCount><MaxKeys>2</MaxKeys>
                <IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>
                <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken><Contents>
                <Key>a/b%20c</Key><LastModified>2026-11-21T02:00:00.000Z</LastModified><ETag>&quot;d41d&quot;</ETag>
                <Size>11</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>
                """,
                "<Error><Code>NoSuchKey</Code><Message>m &amp; n</Message><Region>eu</Region><Key>k</Key></Error>",
                "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]><a>&d;</a>",
                "\n <a:b xmlns:a='c'><![CDATA[x]]></a:b>",
                "<CompleteMultipartUploadResult><ETag>\"x-2\"</ETag></CompleteMultipartUploadResult>",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            _ = S3ErrorDocument(bytes)
            guard let root = try? XMLReader.read(bytes) else { return }
            _ = S3ErrorDocument(root)
            _ = try? S3Listing(root)
        })

    private static let iniFile = FuzzTarget(
        name: "ini-file", byteCountMax: 2048,
        seeds: {
            [
                "[default]\naws_access_key_id = AKIA\naws_secret_access_key=abc#def ; comment\n",
                "# c\r\n[profile  x]\r\nregion=eu-west-1\r\ns3 =\r\n  addressing_style = path\r\n[\n]\n=\n",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            let file = IniFile(bytes)
            expect(file.sections.values.allSatisfy { $0[""] == nil }, "no value is without a name")
        })

    private static let httpFields = FuzzTarget(
        name: "http-fields", byteCountMax: 256,
        seeds: {
            [
                "bytes 0-9/443", "bytes */443", "Sun, 06 Nov 1994 08:49:37 GMT", "2026-11-21T02:00:00.000Z",
                "https://s3.example.net:9000", "http://[::1]:80/", "s3://bucket/prefix/", "http://127.0.0.1",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            for request in [
                RangeAnswer.Request.from(offset: 0, room: 10), .from(offset: 433, room: 10), .last(room: 10),
            ] {
                for status in [200, 206, 416] {
                    _ = try? RangeAnswer(request, status: status, contentRange: text, received: 10)
                }
            }
            _ = UnixTime(httpDate: text).map { $0.iso8601() }
            _ = try? S3Location(text)
            _ = try? S3Endpoint(text)
            guard let time = UnixTime(iso8601: text) else { return }
            expect(UnixTime(iso8601: time.iso8601())?.seconds == time.seconds, "a time is read as it is printed")
        })
}
