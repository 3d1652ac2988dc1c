import Format
import Postgres

extension FuzzTarget {
    static let postgres = [controlFile, segmentCheck]

    private static let controlFile = FuzzTarget(
        name: "control-file", byteCountMax: 512,
        seeds: {
            try (14...18).map {
                Vectors.octets(hexadecimal: try Vectors.lines("PostgresTests/Vectors/control-\($0)-new.hex")[0])
            }
        },
        run: { bytes in
            _ = try? ControlFile(bytes.span)
            // The checksum keeps the fuzzer out, so that it is put right for a second try.
            for offset in [288, 292] where bytes.count >= offset + 4 {
                var sound = bytes
                let checksum = ControlChecksum.of(bytes.span, count: offset)
                sound.replaceSubrange(offset..<offset + 4, with: LittleEndian.octets(checksum))
                _ = try? ControlFile(sound.span)
            }
        })

    private static let segmentCheck = FuzzTarget(
        name: "segment-check", byteCountMax: 96,
        seeds: { try Vectors.segmentHeads().map { LittleEndian.octets($0.byteCount) + Array($0.name.utf8) + $0.head } },
        run: { bytes in
            guard bytes.count >= 32, let name = SegmentName(String(decoding: bytes[8..<32], as: UTF8.self)) else {
                return
            }
            let head = Array(bytes[32...])
            let system = head.count >= 32 ? LittleEndian.uint64(head.span, at: 24) : 0
            let check = SegmentCheck(system: SystemIdentifier(rawValue: system))
            let byteCount = LittleEndian.uint64(bytes.span, at: 0)
            guard let header = try? check.check(head: head.span, byteCount: byteCount, as: name) else { return }
            let size = SegmentSize(byteCount: byteCount)
            expect(
                size.flatMap { name.firstLSN(size: $0) } == header.pageAddress, "a segment stands where its name says")
            expect(header.timeline <= name.timeline, "a segment is of its name's timeline or of an ancestor's")
        })
}
