import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as fc from "fast-check";
import { binaryString } from "../../ffi/binary_string.ts";
import { listSnapshot } from "../history/snapshots/testing/fixtures.ts";
import {
  type InodeRecord,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  type Snapshot,
} from "../store/trees/entry.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { later, QUIET, readText, run, withWorkspace } from "./testing/fixtures.ts";
import { importSource } from "./import_source.ts";
import { SourceDirectory } from "./read_source.ts";

/**
 * An independent walk: for each path (hex, from the root of the tree given) everything a snapshot should
 * say of it. Not in this runtime, whose lstat knows no nanoseconds.
 */
const WALK = `
import hashlib, os, stat, sys
def show(path, shown):
    s = os.lstat(path)
    content = b""
    if stat.S_ISREG(s.st_mode): content = open(path, "rb").read()
    if stat.S_ISLNK(s.st_mode): content = os.readlink(path)
    known = stat.S_ISREG(s.st_mode) or stat.S_ISLNK(s.st_mode)
    digest = hashlib.sha256(content).hexdigest() if known else ""
    print(shown.hex() + ":", oct(s.st_mode)[2:], s.st_uid, s.st_gid, s.st_ino, s.st_mtime_ns,
          s.st_ctime_ns, s.st_size if known else 0, digest)
    if stat.S_ISDIR(s.st_mode):
        for name in os.listdir(path): show(path + b"/" + name, shown + b"/" + name)
show(os.fsencode(sys.argv[1]), b"")
`;

function describeStored(store: StoreWriter, record: InodeRecord): string {
  const kind = record.mode & S_IFMT;
  const size = kind === S_IFDIR ? 0 : record.size;
  const bytes = new Uint8Array(size);
  store.readContent(record, size, 0, bytes, 0, size);
  const ns = (sec: number, nsec: number) => BigInt(sec) * 1_000_000_000n + BigInt(nsec);
  return [
    record.mode.toString(8),
    record.uid,
    record.gid,
    record.ino,
    ns(record.mtimeSec, record.mtimeNsec),
    ns(record.ctimeSec, record.ctimeNsec),
    size,
    kind === S_IFREG || kind === S_IFLNK ? sha256(bytes) : "",
  ].join(" ").trimEnd();
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function walkStored(store: StoreWriter, snapshot: Snapshot): string[] {
  return [...listSnapshot(store, snapshot)].map(([path, record]) => {
    const shown = path === "" ? "" : Buffer.from(`/${path}`, "latin1").toString("hex");
    return `${shown}: ${describeStored(store, record)}`;
  });
}

async function assertSame(root: string, store: StoreWriter, snapshot: Snapshot): Promise<void> {
  const real = (await run(["python3", "-c", WALK, root])).trimEnd().split("\n");
  assert.deepEqual(walkStored(store, snapshot).sort(), real.map((line) => line.trimEnd()).sort());
}

Deno.test("a tree of everything is imported as an independent walk sees it", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    fs.mkdirSync(`${path}/.git/objects/aa`, { recursive: true });
    fs.mkdirSync(`${path}/empty`);
    fs.writeFileSync(`${path}/.git/HEAD`, "ref: refs/heads/main\n");
    fs.writeFileSync(`${path}/zero`, "");
    fs.writeFileSync(`${path}/big`, new Uint8Array(1_000_000).map((_, i) => i * 7));
    fs.writeFileSync(`${path}/ünï ©`, "unicode name");
    fs.symlinkSync("nowhere/at all", `${path}/dangling`);
    fs.symlinkSync("/etc", `${path}/outside`);
    fs.chmodSync(`${path}/zero`, 0o4750);
    fs.utimesSync(`${path}/empty`, 0, 1234567890.5);
    await run(["mkfifo", `${path}/fifo`]);
    const result = await imported();
    assert.deepEqual(result.skipped, []);
    await assertSame(path, store, result.snapshot);
    assert.equal(result.files, 7);
    assert.equal(result.directories, 5);
    const { root } = result.snapshot;
    assert.equal(root.entries, 11);
    assert.equal(root.size, 21 + 1_000_000 + 12 + 14 + 4);
  });
});

Deno.test("names that are not UTF-8 come through", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    await run(["bash", "-c", "printf x > $'\\xff\\xfe name'"], path);
    const { snapshot } = await imported();
    const [entry] = store.readTree(snapshot.root.content);
    assert.equal(entry!.name, "\xff\xfe name");
  });
});

Deno.test("hard links inside are linked, those with one name inside are ordinary", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    for (const name of ["a", "b/deep", "c"]) fs.mkdirSync(`${path}/${name}`, { recursive: true });
    fs.writeFileSync(`${path}/a/first`, "linked");
    fs.linkSync(`${path}/a/first`, `${path}/b/deep/second`);
    fs.linkSync(`${path}/a/first`, `${path}/c/third`);
    fs.writeFileSync(`${path}/c/alone`, "alone");
    fs.linkSync(`${path}/c/alone`, `${path}/../alone-outside`);
    const { snapshot, files } = await imported();
    assert.equal(files, 4);
    await assertSame(path, store, snapshot);
    const listing = listSnapshot(store, snapshot);
    for (const name of ["a/first", "b/deep/second", "c/third"]) {
      assert.equal(listing.get(name)!.nlink, 3);
    }
    assert.equal(listing.get("c/alone")!.nlink, 1);
    assert.equal(store.readLinks(snapshot.links).size, 1);
    assert.deepEqual([snapshot.root.size, snapshot.root.entries], [5, 8]);
    assert.deepEqual([listing.get("a")!.size, listing.get("a")!.entries], [0, 1]);
  });
});

Deno.test("random trees are imported as an independent walk sees them, also with a cache", async () => {
  const node = fc.letrec((tie) => ({
    tree: fc.dictionary(
      fc.constantFrom("a", "b", "cc", "d d", "e.ts", "-f"),
      fc.oneof({ maxDepth: 4 }, fc.string(), tie("tree")),
      { maxKeys: 5 },
    ),
  })).tree;
  const make = (path: string, tree: unknown) => {
    fs.mkdirSync(path);
    for (const [name, child] of Object.entries(tree as Record<string, unknown>)) {
      if (typeof child !== "string") make(`${path}/${name}`, child);
      else if (child.length % 3 === 2) fs.symlinkSync(`${child.length}`, `${path}/${name}`);
      else fs.writeFileSync(`${path}/${name}`, child.repeat(child.length % 4 === 3 ? 40_000 : 1));
    }
  };
  await withWorkspace(async ({ path, store, import: imported }) => {
    await fc.assert(
      fc.asyncProperty(node, async (tree) => {
        fs.rmSync(path, { recursive: true });
        make(path, tree);
        const { snapshot } = await imported();
        await assertSame(path, store, snapshot);
        const again = await imported({ previous: snapshot, previousTime: later() });
        assert.deepEqual(again.snapshot, snapshot);
      }),
      { numRuns: 25, verbose: 1 },
    );
  });
});

Deno.test("extended attributes come along, on directories too", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    fs.mkdirSync(`${path}/d`);
    fs.writeFileSync(`${path}/d/f`, "x");
    const set = `import os,sys
os.setxattr(sys.argv[1] + "/d", "user.one", b"1")
os.setxattr(sys.argv[1] + "/d/f", "user.two", bytes(range(256)))
os.setxattr(sys.argv[1] + "/d/f", "user.empty", b"")`;
    await run(["python3", "-c", set, path]);
    const { snapshot } = await imported();
    const listing = listSnapshot(store, snapshot);
    const text = (name: string) => Object.fromEntries(store.readXattrs(listing.get(name)!.xattrs));
    assert.deepEqual(text("d"), { "user.one": Uint8Array.of(49) });
    assert.deepEqual(text("d/f"), {
      "user.two": Uint8Array.from({ length: 256 }, (_, i) => i),
      "user.empty": new Uint8Array(),
    });
  });
});

Deno.test("sockets and our own name at the root are skipped by path", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    fs.mkdirSync(`${path}/.agentvfs`);
    fs.mkdirSync(`${path}/d/.agentvfs`, { recursive: true });
    const socket = Deno.listen({ transport: "unix", path: `${path}/d/s.sock` });
    const { snapshot, skipped } = await imported();
    socket.close();
    assert.deepEqual(skipped, [
      { path: ".agentvfs", reason: "this name is the mount's own" },
      { path: "d/s.sock", reason: "socket" },
    ]);
    assert.deepEqual([...listSnapshot(store, snapshot).keys()], ["", "d", "d/.agentvfs"]);
  });
});

class WithStreams extends SourceDirectory {
  constructor(root: string, readonly count: (fd: number) => number) {
    super(root);
  }

  override streams(fd: number): number {
    return this.count(fd);
  }
}

Deno.test("files with streams are told of together, and once", async () => {
  await withWorkspace(async ({ path, store }) => {
    for (const name of ["a", "b", "c"]) fs.writeFileSync(`${path}/${name}`, name);
    fs.symlinkSync("a", `${path}/l`);
    const skippedWith = async (count: (fd: number) => number) => {
      const source = new WithStreams(binaryString(path), count);
      try {
        return (await importSource(store, source, QUIET)).skipped;
      } finally {
        source.close();
      }
    };
    assert.deepEqual(await skippedWith(() => 0), []);
    assert.deepEqual(await skippedWith(() => -1), [], "where that is not told");
    let seen = 0;
    assert.deepEqual(await skippedWith(() => seen++ === 1 ? 1 : 0), [
      { path: "b", reason: "its streams are not recorded" },
    ]);
    assert.deepEqual(await skippedWith(() => 2), [
      { path: "a", reason: "3 files, this one and others, have streams, which are not recorded" },
    ]);
  });
});

Deno.test("a second import reads only what changed", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    for (const name of ["same", "edited"]) fs.writeFileSync(`${path}/${name}`, `${name} before`);
    const first = await imported();
    // The bytes change, stat does not: what a cache that is trusted must not notice.
    const trusted = new Map(listSnapshot(store, first.snapshot));
    fs.writeFileSync(`${path}/edited`, "edited after");
    const second = await imported({ previous: first.snapshot, previousTime: later() });
    const listing = listSnapshot(store, second.snapshot);
    assert.equal(listing.get("same")!.content, trusted.get("same")!.content);
    assert.equal(readText(store, listing.get("edited")!), "edited after");
    await assertSame(path, store, second.snapshot);
  });
});

Deno.test("an import that was interrupted is continued: what it had stored is not read again", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    const count = 30;
    fs.mkdirSync(`${path}/d`);
    for (let i = 0; i < count; i++) {
      const name = `${path}/${i % 3 === 0 ? "d/" : ""}${100 + i}`;
      fs.writeFileSync(name, new Uint8Array(2_000_000).fill(i));
    }
    fs.linkSync(`${path}/101`, `${path}/d/linked`);
    let partial: Snapshot | null = null;
    const interrupted = imported({
      commitEvery: 1,
      onCommit: (snapshot) => {
        partial = snapshot;
        if (snapshot.root.entries > count / 3) throw new Error("interrupted");
      },
    });
    await assert.rejects(interrupted, /interrupted/);
    store.discard();
    const known = [...listSnapshot(store, partial!).values()]
      .filter(({ mode }) => (mode & S_IFMT) === S_IFREG).length;
    assert.ok(known >= count / 3 && known < count, `${known} files are known`);
    let read = 0;
    const { putFile } = store;
    store.putFile = (...file) => {
      read++;
      return putFile.apply(store, file);
    };
    const { snapshot } = await imported({ previous: partial, previousTime: later() });
    // Names of one inode are known as such at the end only.
    assert.ok(read >= count - known && read <= count - known + 1, `${read} files were read`);
    await assertSame(path, store, snapshot);
    assert.deepEqual(snapshot, (await imported()).snapshot);
  });
});

Deno.test("the cache is what is shown, so it is not asked about files that may have changed since", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    fs.writeFileSync(`${path}/f`, "real");
    const { snapshot } = await imported();
    const entry = store.readTree(snapshot.root.content)[0]!;
    const lie = {
      ...(entry as InodeRecord & typeof entry),
      content: store.putBlob(new Uint8Array(4)),
    };
    const lying = { ...snapshot, root: { ...snapshot.root, content: store.putTree([lie]) } };
    const text = async (previousTime?: { sec: number; nsec: number }) => {
      const options = previousTime === undefined ? {} : { previousTime };
      const again = await imported({ previous: lying, ...options });
      return readText(store, listSnapshot(store, again.snapshot).get("f")!);
    };
    assert.equal(await text(later()), "\0\0\0\0");
    assert.equal(await text(), "real");
    assert.equal(await text({ sec: Math.floor(Date.now() / 1000), nsec: 0 }), "real");
  });
});

Deno.test("a large sparse file is stored without its holes, with pauses and commits in between", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    const size = 200 * 1024 * 1024;
    const file = fs.openSync(`${path}/sparse`, "w");
    fs.writeSync(file, new TextEncoder().encode("begin"), 0, 5, 0);
    fs.writeSync(file, new Uint8Array(40_000_000).fill(7), 0, 40_000_000, 50_000_000);
    fs.writeSync(file, new TextEncoder().encode("end"), 0, 3, size - 3);
    fs.closeSync(file);
    let pauses = 0;
    const { snapshot, bytes } = await imported({
      commitEvery: 1_000_000,
      pause: () => Promise.resolve(void pauses++),
    });
    assert.equal(bytes, size);
    assert.ok(pauses >= 3, `only ${pauses} pauses`);
    const record = listSnapshot(store, snapshot).get("sparse")!;
    assert.ok(store.allocatedBytes(record, size) < 42_000_000);
    await assertSame(path, store, snapshot);
  });
});

Deno.test("a file that goes on changing is taken as it was read and reported", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    fs.writeFileSync(`${path}/log`, new Uint8Array(40 * 1024 * 1024));
    fs.writeFileSync(`${path}/other`, "x");
    const { snapshot, skipped } = await imported({
      pause: () => Promise.resolve(fs.appendFileSync(`${path}/log`, "more\n")),
    });
    assert.deepEqual(skipped, [{ path: "log", reason: "changed while it was read" }]);
    const listing = listSnapshot(store, snapshot);
    assert.ok(listing.get("log")!.size >= 40 * 1024 * 1024);
    assert.equal(readText(store, listing.get("other")!), "x");
  });
});

Deno.test("what vanishes or turns into a link while the import runs is reported, and nothing else", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    for (const name of ["a", "b", "c"]) {
      fs.mkdirSync(`${path}/${name}`);
      fs.writeFileSync(`${path}/${name}/f`, name);
    }
    fs.writeFileSync(`${path}/0`, new Uint8Array(40 * 1024 * 1024));
    let changed = false;
    const { snapshot, skipped } = await imported({
      pause: () => {
        if (!changed) {
          fs.rmSync(`${path}/b`, { recursive: true });
          fs.rmSync(`${path}/c`, { recursive: true });
          fs.symlinkSync("/etc", `${path}/c`);
        }
        changed = true;
        return Promise.resolve();
      },
    });
    assert.deepEqual(skipped.map((skip) => skip.path), ["b", "c"]);
    assert.deepEqual([...listSnapshot(store, snapshot).keys()], ["", "0", "a", "a/f"]);
  });
});

Deno.test("a directory that moves while the import runs keeps one number for one inode", async () => {
  await withWorkspace(async ({ path, store, import: imported }) => {
    fs.mkdirSync(`${path}/a/d/e`, { recursive: true });
    fs.mkdirSync(`${path}/z`);
    fs.writeFileSync(`${path}/a/d/e/f`, "x");
    fs.writeFileSync(`${path}/b`, "");
    fs.mkdirSync(`${path}/m`);
    fs.writeFileSync(`${path}/m/large`, new Uint8Array(40 * 1024 * 1024));
    let files = 0;
    const { snapshot, skipped } = await imported({
      onProgress: (progress) => files = progress.files,
      pause: () => {
        // There are pauses in a large file, and before it where the machine is slow.
        const isInLarge = files === 2;
        if (isInLarge && fs.existsSync(`${path}/a/d`)) {
          fs.renameSync(`${path}/a/d`, `${path}/z/d`);
        }
        return Promise.resolve();
      },
    });
    const listing = listSnapshot(store, snapshot);
    assert.ok(listing.has("a/d/e/f") && listing.has("z/d/e/f"));
    const inodes = [...listing.values()].map((record) => record.ino);
    assert.equal(new Set(inodes).size, inodes.length);
    assert.deepEqual(skipped.map((skip) => skip.path).sort(), ["a/d", "a/d/e", "a/d/e/f"]);
    assert.equal(snapshot.root.entries, listing.size - 1);
  });
});
