import { failure } from "../host/failure.ts";
import assert from "node:assert/strict";
import { binaryString } from "../../ffi/binary_string.ts";
import { runAtOnce } from "../store/format/sliced.ts";
import { compareSource, type SourceChanges } from "./compare_source.ts";
import { run, withWorkspace, type Workspace } from "./testing/fixtures.ts";
import { SourceDirectory } from "./read_source.ts";

const PROJECT = `
mkdir -p src/deep 'odd name' empty
for n in one two three; do echo $n >src/$n; echo $n >src/deep/$n; done
echo x >linked; ln linked 'odd name/also linked'
ln -s src/one symlink; mkfifo fifo
`;

interface Comparison {
  readonly workspace: Workspace;
  /** Runs a script in the source. */
  sh(script: string): Promise<string>;
  /** `time`: when the import was over, ms since 1970. */
  compare(spoil?: (source: SourceDirectory) => void, time?: number): SourceChanges;
}

async function withImported(
  test: (comparison: Comparison) => Promise<void>,
  script = PROJECT,
): Promise<void> {
  await withWorkspace(async (workspace) => {
    const { path, store } = workspace;
    const sh = (script: string) => run(["bash", "-euc", script], path);
    await sh(script);
    const { snapshot } = await workspace.import();
    const over = Date.now();
    const compare: Comparison["compare"] = (spoil, time = over) => {
      const source = new SourceDirectory(binaryString(path));
      spoil?.(source);
      try {
        return runAtOnce(compareSource(store, source, { snapshot, time }));
      } finally {
        source.close();
      }
    };
    await test({ workspace, sh, compare });
  });
}

const SAME = { added: 0, modified: 0, deleted: 0, touched: 0 };

Deno.test("a source that is as it was imported differs in nothing", () =>
  withImported(async ({ sh, compare }) => {
    assert.deepEqual(compare(), { ...SAME, newest: null });
    await sh("cat src/* linked >/dev/null 2>&1 || true; ls -R >/dev/null");
    assert.deepEqual(compare(), { ...SAME, newest: null });
  }));

const CHANGES: [script: string, counts: Partial<SourceChanges>, newest: string | null][] = [
  ["echo more >>src/one", { modified: 1 }, "src/one"],
  ["echo new >src/deep/new", { added: 1 }, "src/deep/new"],
  ["mkdir new; touch new/a", { added: 2 }, "new/a"],
  ["rm src/deep/two", { deleted: 1 }, "src/deep/two"],
  ["rm src/deep/two; echo new >src/deep/new", { added: 1, deleted: 1 }, "src/deep/new"],
  ["rm -r src", { deleted: 8 }, "src"],
  ["chmod 1700 empty", { modified: 1 }, "empty"],
  ["chmod +x src/one", { modified: 1 }, "src/one"],
  ["rm -r src/deep; echo file >src/deep", { modified: 1, deleted: 3 }, "src/deep"],
  ["rm symlink; ln -s src/two symlink", { modified: 1 }, "symlink"],
  // Both names of one inode.
  ["echo more >>linked", { modified: 2 }, null],
  ["rm 'odd name/also linked'", { deleted: 1, touched: 1 }, "odd name/also linked"],
  ["mv src/one src/uno", { added: 1, deleted: 1 }, null],
  ["touch -h -d 2001-02-03 fifo", { modified: 1 }, "fifo"],
  // Times that were set back, another name outside of the source, a copy in its place.
  [
    "touch -r src/one ../time; echo eno >src/one; touch -r ../time src/one",
    { touched: 1 },
    null,
  ],
  ["ln src/one ../elsewhere", { touched: 1 }, null],
  ["cp -a src/one ../copy; mv ../copy src/one", { touched: 1 }, null],
];

for (const [script, counts, newest] of CHANGES) {
  Deno.test(`a source after ${script}`, () =>
    withImported(async ({ sh, compare }) => {
      await sh(script);
      const { newest: found, ...found_counts } = compare();
      assert.deepEqual(found_counts, { ...SAME, ...counts });
      if (newest !== null) assert.equal(found?.path, newest);
    }));
}

Deno.test("what changed last is told with its time", () =>
  withImported(async ({ sh, compare, workspace }) => {
    await sh("echo a >>src/one; echo b >>src/deep/two; rm src/three; mkdir zoo");
    await sh(`echo c >>src/two; until test -n "$(find src/two -newercc src -newercc zoo)"
      do echo d >>src/two; done`);
    const { newest } = compare();
    assert.equal(newest?.path, "src/two");
    const { mtime } = await Deno.stat(`${workspace.path}/src/two`);
    assert.equal(newest!.time.sec, Math.floor(mtime!.getTime() / 1000));
  }));

Deno.test("what an import had to leave out is no change, unless it changed since", () =>
  withImported(async ({ compare, sh, workspace }) => {
    await sh("echo secret >left-out; mkdir shut; touch shut/in");
    const unreadable = (source: SourceDirectory) => {
      const { openFileAt, openDirectory } = source;
      source.openFileAt = (directory, name) =>
        name === "left-out" ? failure("EACCES") : openFileAt.call(source, directory, name);
      source.openDirectory = (path) =>
        `${path}` === "shut" ? failure("EACCES") : openDirectory.call(source, path);
    };
    const later = Date.now() + 5_000;
    assert.deepEqual(compare(unreadable, later), { ...SAME, newest: null });
    assert.equal(compare(unreadable, 0).added, 2, "made after the import");
    assert.equal(compare(undefined, later).added, 3, "once it can be read");
    // A socket and the mount's own name are never imported.
    await Deno.mkdir(`${workspace.path}/.agentvfs`);
    await sh("rm -r left-out shut");
    assert.deepEqual(compare(), { ...SAME, newest: null });
  }));
