import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import * as fc from "fast-check";
import { diffSnapshots } from "./diff.ts";
import {
  directory,
  file,
  type ModelInode,
  storeModel,
  symlink,
  textBytes,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { quotePath } from "../../../ffi/quote_path.ts";
import { patchOf } from "./patch.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";

function patch(store: StoreWriter, a: Snapshot, b: Snapshot): string {
  return [...diffSnapshots(store, a, b)].map((change) => patchOf(store, change)).join("");
}

/** Writes a model of files and links out as a real directory. */
function writeOut(path: string, node: ModelInode): void {
  if (node.kind === "symlink") return fs.symlinkSync(node.text, path);
  if (node.kind === "file") {
    return fs.writeFileSync(path, textBytes(node.text), { mode: node.mode });
  }
  fs.mkdirSync(path, { recursive: true });
  for (const [name, child] of node.children) {
    writeOut(`${path}/${Buffer.from(name, "latin1").toString()}`, child);
  }
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const output = await new Deno.Command("git", { args, cwd: directory }).output();
  const text = new TextDecoder().decode(output.stdout);
  if (!output.success) throw new Error(`git ${args}: ${new TextDecoder().decode(output.stderr)}`);
  return text;
}

/** Applies the patch between two models with git and compares the directories. */
async function applies(store: StoreWriter, before: ModelInode, after: ModelInode): Promise<void> {
  const text = patch(store, storeModel(store, before), storeModel(store, after));
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-patch-" });
  try {
    writeOut(`${directory}/a`, before);
    writeOut(`${directory}/b`, after);
    fs.writeFileSync(`${directory}/p`, Buffer.from(text, "latin1"));
    if (text !== "") await git(`${directory}/a`, "apply", "--whitespace=nowarn", "../p");
    const differ = await new Deno.Command("diff", {
      args: ["-r", "--no-dereference", `${directory}/a`, `${directory}/b`],
    }).output();
    assert.equal(new TextDecoder().decode(differ.stdout), "", text);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("git applies additions, edits, deletions, modes and changes of type", async () => {
  await withStore(async (store) => {
    await applies(
      store,
      directory({
        "edit me": file("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"),
        gone: file("bye\n"),
        "gone-empty": file(""),
        script: file("#!/bin/sh\n"),
        link: symlink("old"),
        kind: file("was a file\n"),
        noeol: file("a\nb"),
        crlf: file("a\r\nb\r\n"),
        d: directory({ '\xc3\xbc\t"q"': file("x\n") }),
      }),
      directory({
        "edit me": file("1\n2\nthree\n4\n5\n6\n7\n8\n9\n10\n11\n12"),
        fresh: file("hello\n"),
        "fresh-empty": file(""),
        script: file("#!/bin/sh\n", { mode: 0o755 }),
        link: symlink("new/target"),
        kind: symlink("is a link"),
        noeol: file("a\nb\n"),
        crlf: file("a\r\nc\r\n"),
        d: directory({ '\xc3\xbc\t"q"': file("y\n") }),
      }),
    );
  });
});

Deno.test("git applies the patch between random texts", async () => {
  const text = fc.array(fc.constantFrom("a\n", "b\n", "", "c\r\n", "\f\n", "\x85\n", "last"), {
    maxLength: 12,
  }).map((lines) => lines.join(""));
  await withStore(async (store) => {
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        (a, b) => applies(store, directory({ f: file(a) }), directory({ f: file(b) })),
      ),
      { numRuns: 40, verbose: 1 },
    );
  });
});

Deno.test("very different files are shown as replaced, and git applies that", async () => {
  const lines = (count: number, word: string) =>
    Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join("");
  await withStore((store) =>
    applies(
      store,
      directory({ f: file(lines(8000, "old")) }),
      directory({ f: file(lines(9000, "new") + "end") }),
    )
  );
});

Deno.test("binary files are said to differ", async () => {
  await withStore((store) => {
    const a = storeModel(store, directory({ f: file("a\0b") }));
    const b = storeModel(store, directory({ f: file("a\0c"), g: file("\0") }));
    assert.equal(
      patch(store, a, b),
      "diff --git a/f b/f\nBinary files a/f and b/f differ\n" +
        "diff --git a/g b/g\nnew file mode 100644\nBinary files /dev/null and b/g differ\n",
    );
  });
});

Deno.test("a patch looks as git's does", async () => {
  await withStore((store) => {
    const a = storeModel(store, directory({ f: file("one\ntwo") }));
    const b = storeModel(store, directory({ f: file("one\n2\n"), d: directory() }));
    assert.equal(
      patch(store, a, b),
      "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n one\n-two\n" +
        "\\ No newline at end of file\n+2\n",
    );
  });
});

Deno.test("paths are quoted as git quotes them", () => {
  assert.equal(quotePath("a/plain name"), "a/plain name");
  assert.equal(quotePath('a/\t"\\\xff'), '"a/\\t\\"\\\\\\377"');
});

Deno.test("files of nothing but holes differ by their size", async () => {
  await withStore((store) => {
    const [change] = diffSnapshots(store, null, storeModel(store, directory({ f: file("") })));
    const holes = { ...change!, before: change!.after, after: { ...change!.after!, size: 5 } };
    assert.match(patchOf(store, holes), /^Binary files a\/f and b\/f differ$/m);
  });
});
