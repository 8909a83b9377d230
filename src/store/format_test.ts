/** The example of docs/store-format.md, byte by byte: a change here is a change of the format. */

import assert from "node:assert/strict";
import type { ObjectId } from "./format/object_id.ts";
import { packName, packNumber } from "./format/pack_format.ts";
import { Store } from "./store.ts";
import { packPath } from "./files/store_paths.ts";
import { fileEntry, hasher, withStore } from "./testing/fixtures.ts";

const DOCUMENT = Deno.readTextFileSync(new URL("../../docs/store-format.md", import.meta.url));
const HI = new TextEncoder().encode("hi\n");

Deno.test("the pack of the document is the pack that is written", () => {
  const example = /```\n(415646535041434b[\s\S]*?)```/.exec(DOCUMENT)![1]!.replaceAll(/\s/g, "");
  withStore((store, directory) => {
    const content = hasher.blob(HI);
    store.putTree([{ name: "b", linked: true, ino: 300 }, fileEntry("a", { content, size: 3 })]);
    store.putBlob(HI);
    store.commit();
    assert.equal(Deno.readFileSync(packPath(directory, 1)).toHex(), example);
    assert.equal(Deno.readTextFileSync(`${directory}/format`), "agentvfs store\nversion 2\n");
    assert.equal(Deno.readTextFileSync(`${directory}/lock`), `${Deno.pid}\n`);
  });
});

Deno.test("each type of object has the bytes and the name it always had", () => {
  withStore((store) => {
    const { name: _, linked: __, ...record } = fileEntry("", {
      ino: 2 ** 53 - 1,
      nlink: 2,
      mtimeSec: -1,
      content: hasher.blob(HI),
      xattrs: "01".repeat(32) as ObjectId,
    });
    const links = store.updateLinks(null, new Map([[record.ino, record]]))!;
    const bucket = store.read(links).subarray(2).toHex() as ObjectId;
    const xattrs = store.putXattrs(new Map([["user.b", HI], ["user.a", new Uint8Array()]]))!;
    const chunks = store.putChunked(300_000, null, 0, [], () => {}).content!;
    const commit = store.putCommit(HI);
    const bytes = (id: ObjectId) => store.read(id).toHex();
    assert.equal(
      bytes(bucket),
      "001ca4830202e807e80700ffffffffffffff0f04000115cd5b0781e2cfaa06b168de3a" +
        hasher.blob(HI) + "01".repeat(32),
    );
    assert.equal(bytes(links), "01ff" + bucket);
    assert.equal(bytes(xattrs), "06757365722e610006757365722e620368690a");
    assert.equal(bytes(chunks), "e09304000000000002000000" + "00".repeat(32));
    assert.deepEqual({ bucket, xattrs, chunks, commit }, EXPECTED);
  });
});

/** What b3sum prints for those bytes with the keys of the document. */
const EXPECTED = {
  bucket: "2f01354a91c3a0f2e6e6169f739314b1c48bf248e5e8ac018b9c6c310a3571a3",
  xattrs: "43559a32be762ac189f13b7fff7dfc05fa12796baf023c76af03c618d3d8a479",
  chunks: "a453b617ab652356d44ec87b01e94c284eec51e25961f93cefab409ba21ee2f5",
  commit: "3be25cf9db12784585b6b00c6828a242bb65e71236d8f8c4bdffc55344f5752e",
};

Deno.test("a sparse chunk list has the bytes of the document, and its store the next version", () => {
  withStore((store, directory) => {
    const data = () => [{ offset: 8192, length: 3 }];
    const { content, chunked } = store.putFile(10_000, (_, into, length) => {
      into.fill(0, 0, length);
      into.set(HI, 8192);
    }, data);
    const file = new Uint8Array(10_000);
    file.set(HI, 8192);
    const example = /```\n(1027000000000001[\s\S]*?)```/.exec(DOCUMENT)![1]!.replaceAll(/\s/g, "");
    assert.equal(store.read(content!).toHex(), example);
    assert.equal(example.slice(24, 88), hasher.blob(file));
    assert.equal(chunked, true);
    assert.equal(content, "6e08fe815b70ab8eeac78ea584250b34a682502ade1052978bb8769ef99b8183");
    assert.equal(Deno.readTextFileSync(`${directory}/format`), "agentvfs store\nversion 4\n");
    store.commit();
    const reader = Store.open(directory, hasher);
    assert.equal(reader.nextData({ content, chunked }, 10_000, 0), 8192);
    reader.close();
  });
});

Deno.test("names of packs", () => {
  assert.equal(packName(1), "00000001.pack");
  assert.equal(packNumber("00000001.pack"), 1);
  assert.equal(packNumber(packName(123_456_789)), 123_456_789);
  for (const name of ["1.pack", "00000001.pack~", "x0000001.pack", "00000001.PACK", ""]) {
    assert.equal(packNumber(name), null);
  }
});
