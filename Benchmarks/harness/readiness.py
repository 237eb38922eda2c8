"""What each run finds: a quiet disk, its corpus in memory, and memory for all that it writes."""

import os

# What most jobs write for each byte of their corpus, and some more.
WRITTEN_FOR_A_BYTE = 1.5

# What a program takes besides the files that it writes.
SPARE_MEMORY = 128 << 20


def make_ready(corpus):
    """Leaves a run nothing to pay for that is not its own.

    That is what earlier runs left to be written to the disk, and memory that the host of a virtual machine has taken back
    meanwhile, with what the system kept of files in it: a page that must come from there first costs several times as much.
    """
    os.sync()
    _read(corpus.path)
    _fetch_memory(int(corpus.bytes * WRITTEN_FOR_A_BYTE) + SPARE_MEMORY)


def _read(path):
    buffer = bytearray(1 << 20)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def _fetch_memory(size):
    """Has the system hold so many bytes of free memory, where it can: takes them, writes to all of them, and lets go of them."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    bytearray(b"\1") * min(size, free // 2)
