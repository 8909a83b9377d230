#!/usr/bin/env python3
"""Prints what a directory tree is, exactly: one JSON object per path, sorted by the bytes of the path.

    manifest.py [--no-content] [--inodes] [--hash auto|blake3|sha256] DIR

It knows nothing of agentvfs on purpose, so that it can be a witness for it. Only python's standard library and,
where it is installed, b3sum are used. Names and link targets are JSON strings in which one character stands for
one byte, so that every name survives. The root's own entry has the path "".

Fields: path, type, mode (permission bits), uid, gid, size (files and links), mtime (ns since 1970), target, xattrs
(those of the namespace user., values in hex), hash, links (of a file with several names: how many, and the first
path in the tree that leads to the same file), rdev; with --inodes also ino, ctime, nlink and blocks.
The directory .agentvfs at the root is left out.
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys

TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFBLK: "block",
    stat.S_IFCHR: "character",
}
LEFT_OUT = b".agentvfs"
PIECE = 1 << 20
FILES_PER_PROCESS = 500


def text(name):
    return name.decode("latin-1")


def paths_below(root):
    """All paths relative to root, unsorted."""
    pending = [b""]
    while pending:
        directory = pending.pop()
        with os.scandir(os.path.join(root, directory) if directory else root) as entries:
            for entry in entries:
                if not directory and entry.name == LEFT_OUT:
                    continue
                path = os.path.join(directory, entry.name)
                yield path
                if entry.is_dir(follow_symlinks=False):
                    pending.append(path)


def user_xattrs(path):
    found = {}
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return found
    for name in sorted(names):
        if name.startswith("user."):
            value = os.getxattr(path, name, follow_symlinks=False)
            found[text(os.fsencode(name))] = value.hex()
    return found


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def hashes_of(paths, algorithm):
    """Path to content hash."""
    if algorithm == "sha256":
        return {path: sha256_of(path) for path in paths}
    hashes = {}
    for i in range(0, len(paths), FILES_PER_PROCESS):
        batch = paths[i:i + FILES_PER_PROCESS]
        lines = subprocess.run(
            [b"b3sum", b"--no-names", b"--"] + batch, check=True, stdout=subprocess.PIPE
        ).stdout.split()
        hashes.update(zip(batch, (line.decode() for line in lines), strict=True))
    return hashes


def manifest(root, content=True, inodes=False, algorithm="sha256"):
    """The entries of a tree, as a list of dictionaries."""
    root = os.fsencode(root)
    entries = []
    first_paths = {}
    to_hash = {}
    for path in sorted([b""] + list(paths_below(root))):
        full = os.path.join(root, path) if path else root
        info = os.lstat(full)
        kind = stat.S_IFMT(info.st_mode)
        entry = {
            "path": text(path),
            "type": TYPES[kind],
            "mode": stat.S_IMODE(info.st_mode),
            "uid": info.st_uid,
            "gid": info.st_gid,
            "mtime": info.st_mtime_ns,
        }
        if kind in (stat.S_IFREG, stat.S_IFLNK):
            entry["size"] = info.st_size
        if kind == stat.S_IFLNK:
            entry["target"] = text(os.readlink(full))
        if kind in (stat.S_IFBLK, stat.S_IFCHR):
            entry["rdev"] = info.st_rdev
        xattrs = user_xattrs(full)
        if xattrs:
            entry["xattrs"] = xattrs
        identity = (info.st_dev, info.st_ino)
        if kind != stat.S_IFDIR and info.st_nlink > 1:
            group = first_paths.setdefault(identity, [path, 0])
            group[1] += 1
            entry["links"] = group
        if kind == stat.S_IFREG and content:
            to_hash.setdefault(identity, (full, []))[1].append(entry)
        if inodes:
            entry["ino"] = info.st_ino
            entry["ctime"] = info.st_ctime_ns
            entry["nlink"] = info.st_nlink
            entry["blocks"] = info.st_blocks
        entries.append(entry)
    hashes = hashes_of([full for full, _ in to_hash.values()], algorithm)
    for full, users in to_hash.values():
        for entry in users:
            entry["hash"] = hashes[full]
    for entry in entries:
        if "links" in entry:
            path, count = entry["links"]
            if count > 1:
                entry["links"] = [text(path), count]
            else:
                del entry["links"]  # its other names are outside the tree
    return entries


def chosen_algorithm(name):
    if name == "auto":
        return "blake3" if shutil.which("b3sum") else "sha256"
    return name


def main(args):
    algorithm = "auto"
    if "--hash" in args:
        at = args.index("--hash")
        algorithm = args[at + 1]
        del args[at:at + 2]
    algorithm = chosen_algorithm(algorithm)
    options = {"content": "--no-content" not in args, "inodes": "--inodes" in args}
    (root,) = [arg for arg in args if not arg.startswith("--")]
    out = sys.stdout
    out.write(json.dumps({"root": True, "hash": algorithm if options["content"] else None}) + "\n")
    for entry in manifest(root, algorithm=algorithm, **options):
        out.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
