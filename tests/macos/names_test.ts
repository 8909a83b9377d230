/** Names that one system has and another has not: each row of the table in docs/platforms.md, as macOS's adapter has it. */

import assert from "node:assert/strict";
import { Fixture } from "../tree/fixture.ts";
import { DarwinClient, ROOT } from "./darwin_client.ts";
import { MemoryStream } from "./memory_stream.ts";
import { serveTree } from "./served.ts";

/** Names as they go over the wire, binary. */
function binary(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

const ROWS: Readonly<Record<string, readonly string[]>> = {
  "names that differ in case": ["Readme", "README", "readme"],
  "names that differ in how letters are composed": [
    binary("\u00e9t\u00e9".normalize("NFC")),
    binary("\u00e9t\u00e9".normalize("NFD")),
  ],
  "bytes that are no UTF-8": ["caf\xe9", "\xff\xfe", "\x80"],
  "names that Windows cannot have": ["con", "aux.txt", "a:b", "trailing.", "trailing ", '<>|?*"'],
  "what macOS itself leaves": ["._file", ".DS_Store", ".nfs.20051028"],
};

for (const [row, names] of Object.entries(ROWS)) {
  Deno.test(`${row}: each is a file of its own, byte for byte`, () => {
    const fixture = new Fixture();
    try {
      const stream = new MemoryStream();
      const client = new DarwinClient(stream, serveTree(fixture.tree, stream));
      client.init();
      for (const name of names) {
        const file = client.create(ROOT, name);
        client.write(file.node, file.handle, 0, `content of ${binary(name)}`);
      }
      const numbers = names.map((name) => client.lookup(ROOT, name).node);
      assert.equal(new Set(numbers).size, names.length);
      for (const [i, name] of names.entries()) {
        assert.equal(client.read(numbers[i]!), `content of ${binary(name)}`);
      }
      const listed = client.list(ROOT, client.open(ROOT, true), 0, 65536).map(({ name }) => name);
      assert.deepEqual(names.filter((name) => !listed.includes(name)), []);
    } finally {
      fixture.close();
    }
  });
}
