/** The table of names in docs/platforms.md is what a volume shows, and each name that it shows is found. */

import assert from "node:assert/strict";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { given, Script } from "./script.ts";
import { serveTree } from "./served.ts";

const ROW = /^\| [^|`]+ \| `([^`]+)` \|.*\| `([^`]+)`[^|`]*\|$/;

/** What is stored and what Windows is shown, row by row. */
function rows(): { stored: string; shown: string }[] {
  const docs = Deno.readTextFileSync(new URL("../../docs/platforms.md", import.meta.url));
  return docs.split("\n").map((line) => line.replace(/  +/g, " ")).flatMap((line) => {
    const match = ROW.exec(line);
    return match === null ? [] : [{ stored: match[1]!.replace("\\|", "|"), shown: match[2]! }];
  });
}

Deno.test("names that one system has and another has not are shown on Windows as the docs say", () => {
  const fixture = new Fixture();
  try {
    const all = rows();
    assert.ok(all.length >= 15, `${all.length} rows`);
    all.forEach(({ stored, shown }, i) => {
      const tree = fixture.open(EMPTY_SNAPSHOT, 2 + i);
      given(tree, stored);
      const script = new Script(serveTree(tree).driver);
      assert.equal(script.run("open; list"), shown, stored);
      for (const name of shown.split(" ")) {
        const found = script.run(`open ${name.replace("%e4", "%u00e4")}`);
        assert.equal(found, "SUCCESS opened", name);
      }
      script.end();
      tree.journal.close();
    });
  } finally {
    fixture.close();
  }
});
