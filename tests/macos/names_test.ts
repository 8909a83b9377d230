/** Names that one system has and another has not: each row of the table in docs/platforms.md, as macOS's adapter has it. */

import assert from "node:assert/strict";
import { namesTable } from "../support/names_table.ts";
import { Fixture } from "../tree/fixture.ts";
import { DarwinClient, ROOT } from "./darwin_client.ts";
import { MemoryStream } from "./memory_stream.ts";
import { serveTree } from "./served.ts";

/** What macOS itself leaves. */
const OWN = [{
  names: "of macOS's own",
  stored: ["._file", ".DS_Store", ".nfs.20051028"],
}];

for (const { names, stored } of [...namesTable(), ...OWN]) {
  Deno.test(`names ${names}: each is a file of its own, byte for byte`, () => {
    const fixture = new Fixture();
    try {
      const stream = new MemoryStream();
      const client = new DarwinClient(stream, serveTree(fixture.tree, stream));
      client.init();
      const files = stored.map((name, i) => {
        const file = client.create(ROOT, name);
        client.write(file.node, file.handle, 0, `content ${i}`);
        return file.node;
      });
      assert.equal(new Set(files).size, stored.length);
      for (const [i, name] of stored.entries()) {
        assert.equal(client.lookup(ROOT, name).node, files[i]);
        assert.equal(client.read(files[i]!), `content ${i}`);
      }
      const listed = client.list(ROOT, client.open(ROOT, true), 0, 65536).map(({ name }) => name);
      assert.deepEqual(stored.filter((name) => !listed.includes(name)), []);
    } finally {
      fixture.close();
    }
  });
}
