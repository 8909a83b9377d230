/** Fragments of the changelog: those that lie here are well-formed, and what is not is named. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { notes, notesOf, prepended, readFragments } from "../../scripts/releasing/changelog.ts";
import { withTemporary } from "../support/temporary.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("the fragments that are there are as they should be", async () => {
  const fragments = await readFragments(join(ROOT, "changes"));
  const changelog = await Deno.readTextFile(join(ROOT, "CHANGELOG.md"));
  assert.match(prepended(changelog, notes("999.0.0", "2030-01-01", fragments)), /\n## 999\.0\.0 /);
});

/** Files of `changes`, and what is said of them. */
const WRONG: [string, string, RegExp][] = [
  ["Quiet.fixed.md", "It is quiet.\n", /Quiet\.fixed\.md: its name is not NAME\.KIND\.md/],
  ["quiet.md", "It is quiet.\n", /its name is not/],
  ["quiet.mended.md", "It is quiet.\n", /mended is none of security, changed, /],
  ["quiet.fixed.md", "\n", /it says nothing/],
  ["quiet.fixed.md", `${"It is quiet. ".repeat(60)}\n`, /longer than 600/],
  ["quiet.fixed.md", "# Quiet\n\nIt is quiet.\n", /a heading or a list/],
  ["quiet.fixed.md", "- It is quiet.\n", /a heading or a list/],
  ["quiet.fixed.md", "It is quiet.\n\nIt is fast.\n", /more than one paragraph/],
  ["quiet.fixed.md", "it is quiet.\n", /does not begin like a sentence/],
  ["quiet.fixed.md", "It is quiet\n", /does not end like a sentence/],
];

for (const [name, text, said] of WRONG) {
  Deno.test(`${name} with ${JSON.stringify(text.slice(0, 20))} is refused`, () =>
    withTemporary(async (directory) => {
      await Deno.writeTextFile(join(directory, name), text);
      await assert.rejects(readFragments(directory), said);
    }));
}

Deno.test("a release puts them together by kind, and before what was released earlier", () =>
  withTemporary(async (directory) => {
    const write = (name: string, text: string) => Deno.writeTextFile(join(directory, name), text);
    await write("README.md", "what this is");
    await write("b.fixed.md", "It is quiet\nnow.\n");
    await write("a.fixed.md", "It is fast.\n");
    await write("c.added.md", "`agentvfs sing` sings.\n");
    const added = notes("1.3.0", "2030-01-02", await readFragments(directory));
    assert.equal(
      added,
      `## 1.3.0 (2030-01-02)

### Added

- \`agentvfs sing\` sings.

### Fixed

- It is fast.
- It is quiet
  now.
`,
    );
    const changelog = "# Changelog\n\nWhat is new.\n\n## 1.2.0 (2029-01-01)\n\nMuch.\n";
    const both = prepended(changelog, added);
    assert.equal(
      both,
      `# Changelog\n\nWhat is new.\n\n${added}\n## 1.2.0 (2029-01-01)\n\nMuch.\n`,
    );
    assert.equal(prepended("# Changelog\n", added), `# Changelog\n\n${added}`);
    assert.equal(notesOf("1.3.0", both), added);
    assert.equal(notesOf("1.2.0", both), "## 1.2.0 (2029-01-01)\n\nMuch.\n");
    assert.equal(notesOf("1.3", both), undefined);
    assert.throws(() => prepended(both, added), /has 1\.3\.0 already/);
  }));
