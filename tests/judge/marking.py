"""Marks articles of an index as deleted, by what docs/index-format.md says of tombstones: a second hand to write them."""

import os
import struct

import xxhash

PAGE = 65536


def checked(payload):
    """A file of pages that carry checksums."""
    pages = b"".join(struct.pack("<Q", xxhash.xxh3_64_intdigest(payload[at:at + PAGE]))
                     for at in range(0, len(payload), PAGE))
    trailer = pages + b"NSPAGES1" + struct.pack("<Q", len(payload))
    return payload + trailer + struct.pack("<Q", xxhash.xxh3_64_intdigest(trailer))


def tombstones(documents, numbers):
    """The documents of these numbers are gone."""
    bits = sum(1 << number for number in numbers)
    return checked(b"NSTOMBS1" + struct.pack("<II", documents, len(numbers))
                   + bits.to_bytes((documents + 63) // 64 * 8, "little"))


def mark(path, documents, numbers):
    """Marks documents of an index of one segment, which has so many and no tombstones yet."""
    manifest = os.path.join(path, "manifest")
    with open(manifest, "rb") as file:
        lines = file.read().split(b"\n")[:-2]  # without the checksum
    number, = (int(line.split()[1]) for line in lines if line.startswith(b"next "))
    for at, line in enumerate(lines):
        if line.startswith(b"next "):
            lines[at] = b"next %d" % (number + 1)
        if line.startswith(b"segment "):
            lines[at] = b" ".join(line.split(b" ")[:4] + [b"%d %d" % (number, len(numbers))])
    with open(os.path.join(path, "%06d.tombstones" % number), "wb") as file:
        file.write(tombstones(documents, numbers))
    text = b"\n".join(lines) + b"\n"
    with open(manifest, "wb") as file:
        file.write(text + b"checksum %016x\n" % xxhash.xxh3_64_intdigest(text))
