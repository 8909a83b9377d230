/**
 * Every operation on one side against every operation on the other, here and in git: whether they conflict, and the
 * result where they do not. docs/merge.md says why the differences below are wanted.
 */

import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  copyModel,
  type ModelInode,
  storeModel,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { conflictLines, merge, mirroredLines, type Triple, triples } from "./testing/fixtures.ts";
import { GitFixture, gitTree, hasGit } from "./testing/git_fixture.ts";
import { OPERATIONS, startTree } from "./testing/git_operations.ts";

/** What is not as in git: what it is here. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  // git guesses from files that moved that what the other side adds should move too, and asks.
  "f-rename-into-d × d-rename": "clean",
  "d-child-add × d-rename": "clean",
  "one-rename × one-add": "clean",
  // A file that takes the place of the directory it was in is not followed.
  "d-child-edit × d-child-over-d": "d directory/file",
  "d-child-edit-last × d-child-over-d": "d directory/file",
  "d-child-chmod × d-child-over-d": "d directory/file",
  "d-child-delete × d-child-over-d": "clean",
};

Deno.test({
  name: "two operations merge as in git, whichever side is which",
  ignore: !hasGit(),
  fn: () =>
    withStore((store) => {
      const git = new GitFixture();
      try {
        const base = startTree();
        const models = new Map(
          Object.entries(OPERATIONS).map(([name, operation]) => {
            const model = copyModel(base);
            operation.apply(model);
            return [name, model] as const;
          }),
        );
        git.commit(base, models);
        const before = storeModel(store, base);
        const snapshots = new Map([...models].map(([n, model]) => [n, storeModel(store, model)]));
        const differences: Record<string, string> = {};
        const problems: string[] = [];
        for (const [a, b] of pairs()) {
          const [ours, theirs] = [snapshots.get(a)!, snapshots.get(b)!];
          const forth = merge(store, before, ours, theirs);
          const back = merge(store, before, theirs, ours);
          const conflicts = conflictLines(forth).sort();
          assert.deepEqual(conflicts, mirroredLines(back), `${a} × ${b}`);
          const clean = conflicts.length === 0;
          const tree = gitTree(store, forth.snapshot);
          if (clean) assert.equal(tree, gitTree(store, back.snapshot), `${a} × ${b}`);
          const expected = git.merge(a, b);
          if (clean === expected.clean && (!clean || tree === expected.tree)) continue;
          differences[`${a} × ${b}`] = clean ? "clean" : conflicts.join("; ");
          problems.push(`${a} × ${b}: git ${expected.clean ? "merges" : expected.messages}`);
        }
        assert.deepEqual(differences, DIFFERENCES, problems.join("\n"));
      } finally {
        git.remove();
      }
    }),
});

Deno.test({
  name: "random changes without renames merge as in git",
  ignore: !hasGit(),
  fn: () =>
    withStore((store) => {
      const git = new GitFixture();
      let clean = 0;
      try {
        fc.assert(
          fc.property(triples(false).map(asGitSees), ({ base, ours, theirs }) => {
            git.commit(base, new Map([["ours", ours], ["theirs", theirs]]));
            const expected = git.merge("ours", "theirs");
            const [b, o, t] = [base, ours, theirs].map((model) => storeModel(store, model));
            const result = merge(store, b!, o!, t!);
            const conflicts = conflictLines(result);
            assert.equal(
              conflicts.length === 0,
              expected.clean,
              `${conflicts} ${expected.messages}`,
            );
            if (!expected.clean) return;
            clean++;
            assert.equal(gitTree(store, result.snapshot), expected.tree);
          }),
          { numRuns: 60, verbose: 1 },
        );
      } finally {
        git.remove();
      }
      assert.ok(clean > 10 && clean < 60, `${clean} clean merges`);
    }),
});

/** Without what git does not know; lines name their file, so that git finds no renames. */
function asGitSees(models: Triple): Triple {
  const simplify = (node: ModelInode): ModelInode => {
    Object.assign(node, { uid: 0, xattr: null, mode: 0o755 - (node.mode & 0o100 ? 0 : 0o111) });
    if (node.kind !== "file") node.mode = 0o755;
    else node.text = node.text.replaceAll(/^/gm, `${node.ino} `);
    for (const [name, child] of node.children) {
      simplify(child);
      if (child.kind === "directory" && child.children.size === 0) node.children.delete(name);
    }
    return node;
  };
  for (const model of [models.base, models.ours, models.theirs]) simplify(model);
  return models;
}

/** Operations on the same things, each pair once. */
function pairs(): [string, string][] {
  const names = Object.keys(OPERATIONS);
  const things = (name: string) => OPERATIONS[name]!.on.split(" ");
  return names.flatMap((a, i) =>
    names.slice(i).filter((b) => things(a).some((thing) => things(b).includes(thing)))
      .map((b): [string, string] => [a, b])
  );
}
