"""Where the parts of a sealed stream lie (docs/FORMAT.md), so that damage can be aimed. Checks nothing."""

import struct

FIXED_BYTES = 16
SLOT_BYTES = 88
HEADER_REST_BYTES = 24 + 32
TRAILER_BYTES = 272


def slot_count(content):
    return struct.unpack_from("<H", content, 12)[0]


def header_bytes(content):
    return FIXED_BYTES + SLOT_BYTES * slot_count(content) + HEADER_REST_BYTES


def messages(content):
    """(start, end) of each message with its length prefix."""
    at, end, found = header_bytes(content), len(content) - TRAILER_BYTES, []
    while at < end:
        length = struct.unpack_from("<I", content, at)[0]
        found.append((at, at + 4 + length))
        at += 4 + length
    assert at == end
    return found
