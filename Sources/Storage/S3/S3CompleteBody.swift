import Stream

/// The body of CompleteMultipartUpload
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
enum S3CompleteBody {
    static func text(_ parts: [PartReceipt], withChecksums: Bool) -> String {
        let lines = parts.map { part in
            let checksum =
                withChecksums ? "<ChecksumCRC32C>\(CRC32C.text(of: part.checksum))</ChecksumCRC32C>" : ""
            return "<Part><PartNumber>\(part.number)</PartNumber><ETag>&quot;\(escape(part.tag))&quot;</ETag>"
                + "\(checksum)</Part>"
        }
        return "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(lines.joined())"
            + "</CompleteMultipartUpload>"
    }

    private static func escape(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(character)
            }
        }.joined()
    }
}
