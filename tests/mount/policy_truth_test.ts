/**
 * What `policy test` says and what happens are the same: random rules, paths and operations, each asked about and then done in a
 * mount. `AGENTVFS_SEED` repeats a run.
 */

import assert from "node:assert/strict";
import type { ControlClient } from "../../src/control/client.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { binaryString, cString } from "../../ffi/binary_string.ts";
import { type Random, randomness, SEED } from "../support/random.ts";
import { installRules } from "../support/rules.ts";

const ROUNDS = 5;
const OPERATIONS_A_ROUND = 30;
const MOVES_A_ROUND = 8;

const PARTS = ["a", "b", "c", "x", "y.k", "*", "**", "?", "*.k", "[ab]", "[!a]"];
const WORDS = [
  "read",
  "write",
  "exec",
  "create",
  "unlink",
  "rename",
  "truncate",
  "link",
  "attributes",
  "all",
  "all",
  "write,unlink",
  "create,rename",
];
const TREE = `for d in . a b a/b a/b/c c c/a; do
    mkdir -p $d; echo '#!/bin/true' >$d/x; echo k >$d/y.k; chmod 755 $d/x $d/y.k
  done; mkdir b/empty c/b`;
const NAMES = ["a", "b", "c", "x", "y.k", "new", "new.k"];

function rules(random: Random): object[] {
  return Array.from({ length: 3 + random(7) }, (_, i) => {
    const parts = Array.from({ length: 1 + random(2) }, () => PARTS[random(PARTS.length)]!);
    return {
      name: `r${i}`,
      path_pattern: (random(4) === 0 ? "/" : "") + parts.join("/") + (random(5) === 0 ? "/" : ""),
      [random(3) === 0 ? "allow" : "deny"]: WORDS[random(WORDS.length)]!,
      ...(random(10) === 0 ? { branch: random(2) === 0 ? "main" : "other" } : {}),
    };
  });
}

type Op = NonNullable<Parameters<ControlClient["testPolicy"]>[0]["op"]>;

class Scene {
  #new = 0;

  constructor(readonly m: Mounted, readonly client: ControlClient, readonly random: Random) {}

  /** What may not be done at a path. */
  async denied(path: string): Promise<Set<Op>> {
    const { verdicts } = await this.client.testPolicy({ path });
    return new Set(
      verdicts.filter(({ verdict }) => verdict === "deny").map((each) => each.operation),
    );
  }

  /** Everything there is but what a file with two names is. */
  all(directory = "", found: { path: string; isDirectory: boolean }[] = []) {
    for (const { name, isDirectory } of Deno.readDirSync(this.m.path(directory))) {
      if (name === ".agentvfs") continue;
      const path = directory === "" ? name : `${directory}/${name}`;
      if (Deno.statSync(this.m.path(path)).nlink === 1 || isDirectory) {
        found.push({ path, isDirectory });
      }
      if (isDirectory) this.all(path, found);
    }
    return found;
  }

  /** Whether a file below a directory has two names. */
  hasLinked(directory: string): boolean {
    return Deno.readDirSync(this.m.path(directory)).some(({ name, isDirectory }) => {
      const path = `${directory}/${name}`;
      return isDirectory ? this.hasLinked(path) : Deno.statSync(this.m.path(path)).nlink !== 1;
    });
  }

  one<T>(from: readonly T[]): T | undefined {
    return from[this.random(from.length)];
  }

  /** A path at which there is nothing. */
  free(): string {
    const directories = [
      "",
      ...this.all().filter((each) => each.isDirectory).map(({ path }) => path),
    ];
    const directory = this.one(directories)!;
    const name = this.random(3) === 0 ? `n${this.#new++}` : this.one(NAMES)!;
    const path = directory === "" ? name : `${directory}/${name}`;
    try {
      Deno.lstatSync(this.m.path(path));
      return this.free();
    } catch {
      return path;
    }
  }
}

/** Whether it is refused, in one word; whatever else may be wrong is an error. */
function done(act: () => void): "done" | "refused" {
  try {
    act();
    return "done";
  } catch (error) {
    // EACCES
    if (error instanceof Deno.errors.PermissionDenied) return "refused";
    throw error;
  }
}

const CONTENT: readonly Op[] = ["read", "write", "truncate", "attributes"];
/** What is kept at a place and would not be at another. */
const lost = (before: Set<Op>, after: Set<Op>) =>
  ["exec" as const, ...CONTENT].some((op) => before.has(op) && !after.has(op));

type Attempt = (s: Scene) => Promise<readonly [what: string, expected: boolean, () => void] | null>;

const onFile = (op: Op, act: (path: string) => void): Attempt => async (s) => {
  // Of an empty file nothing is read.
  const file = s.one(
    s.all().filter(({ path, isDirectory }) =>
      !isDirectory && Deno.statSync(s.m.path(path)).size > 0
    ),
  );
  if (file === undefined) return null;
  const isDenied = (await s.denied(file.path)).has(op);
  return [`${op} ${file.path}`, isDenied, () => act(s.m.path(file.path))];
};

/** The kernel reads a program when it runs it, so only what may be read is tried. It may be a program no more: that is no refusal. */
const onProgram: Attempt = async (s) => {
  const program = s.one(
    s.all().filter(({ path, isDirectory }) =>
      !isDirectory && (Deno.statSync(s.m.path(path)).mode! & 0o111) !== 0
    ),
  );
  if (program === undefined) return null;
  const denied = await s.denied(program.path);
  if (denied.has("read") && !denied.has("exec")) return null;
  const act = () => {
    try {
      new Deno.Command(s.m.path(program.path), { stderr: "null", stdout: "null" }).outputSync();
    } catch (error) {
      if (error instanceof Deno.errors.PermissionDenied) throw error;
    }
  };
  return [`exec ${program.path}`, denied.has("exec"), act];
};

const libc = Deno.dlopen("libc.so.6", {
  truncate: { parameters: ["buffer", "i64"], result: "i32" },
});

/** truncate(2): Deno's own opens the file for writing, which is more. */
function truncate(path: string): void {
  const isDone = libc.symbols.truncate(cString(binaryString(path)), 1n) === 0;
  if (!isDone) throw new Deno.errors.PermissionDenied(path);
}

const ATTEMPTS: readonly Attempt[] = [
  onFile("read", (path) => void Deno.readFileSync(path)),
  onFile("write", (path) => {
    using file = Deno.openSync(path, { write: true });
    file.writeSync(new Uint8Array([120]));
  }),
  onFile("truncate", truncate),
  onFile("attributes", (path) => Deno.chmodSync(path, 0o750)),
  onFile("unlink", (path) => Deno.removeSync(path)),
  async (s) => {
    const path = s.free();
    const isDenied = (await s.denied(path)).has("create");
    return [`create ${path}`, isDenied, () => Deno.createSync(s.m.path(path)).close()];
  },
  async (s) => {
    const path = s.free();
    const isDenied = (await s.denied(`${path}/`)).has("create");
    return [`mkdir ${path}`, isDenied, () => Deno.mkdirSync(s.m.path(path))];
  },
  async (s) => {
    const empty = s.one(
      s.all().filter(({ path, isDirectory }) =>
        isDirectory && [...Deno.readDirSync(s.m.path(path))].length === 0
      ),
    );
    if (empty === undefined) return null;
    const isDenied = (await s.denied(`${empty.path}/`)).has("unlink");
    return [`rmdir ${empty.path}`, isDenied, () => Deno.removeSync(s.m.path(empty.path))];
  },
  async (s) => {
    const from = s.one(s.all().filter(({ isDirectory }) => !isDirectory));
    if (from === undefined) return null;
    const to = s.free();
    const [before, after] = [await s.denied(from.path), await s.denied(to)];
    const isDenied = before.has("rename") || after.has("rename-to") || lost(before, after);
    return [
      `rename ${from.path} ${to}`,
      isDenied,
      () => Deno.renameSync(s.m.path(from.path), s.m.path(to)),
    ];
  },
  async (s) => {
    const files = s.all().filter(({ isDirectory }) => !isDirectory);
    const [from, to] = [s.one(files), s.one(files)];
    if (from === undefined || to === undefined || from.path === to.path) return null;
    const [before, after] = [await s.denied(from.path), await s.denied(to.path)];
    const isDenied = before.has("rename") || after.has("rename-over") || lost(before, after);
    return [
      `rename ${from.path} over ${to.path}`,
      isDenied,
      () => Deno.renameSync(s.m.path(from.path), s.m.path(to.path)),
    ];
  },
  async (s) => {
    const from = s.one(s.all().filter(({ isDirectory }) => !isDirectory));
    if (from === undefined) return null;
    const to = s.free();
    const [before, after] = [await s.denied(from.path), await s.denied(to)];
    const isDenied = before.has("link") || after.has("link-to") || lost(before, after);
    return [
      `link ${from.path} ${to}`,
      isDenied,
      () => Deno.linkSync(s.m.path(from.path), s.m.path(to)),
    ];
  },
];

const isEmpty = (path: string) => [...Deno.readDirSync(path)].length === 0;

/** A directory that moves takes nothing where more may be done with it, and what may move without that is not refused. */
async function moveDirectory(s: Scene): Promise<"done" | "refused" | null> {
  const directories = s.all().filter(({ isDirectory }) => isDirectory).map(({ path }) => path);
  const from = s.one(directories);
  if (from === undefined) return null;
  const empty = s.one(directories.filter((path) => path !== from && isEmpty(s.m.path(path))));
  const over = s.random(3) === 0 ? empty : undefined;
  const to = over ?? s.free();
  if (`${to}/`.startsWith(`${from}/`)) return null;
  const what = (path: string, isDirectory: boolean) => isDirectory ? `${path}/` : path;
  const moved = s.all().filter(({ path }) => `${path}/`.startsWith(`${from}/`));
  const places = await Promise.all(moved.map(async ({ path, isDirectory }) => {
    const there = to + path.slice(from.length);
    const [before, after] = [what(path, isDirectory), what(there, isDirectory)];
    return { path, before: await s.denied(before), after: await s.denied(after) };
  }));
  const own = places.find(({ path }) => path === from)!;
  const within = places.filter(({ path }) => path !== from);
  const kept = ["exec", "unlink", "rename", ...CONTENT] as const;
  const isLost = within.some(({ before, after }) =>
    kept.some((op) => before.has(op) && !after.has(op))
  );
  const hasLinked = s.hasLinked(from);
  const outcome = done(() => Deno.renameSync(s.m.path(from), s.m.path(to)));
  const said = `${from} becomes ${to}${over === undefined ? "" : ", which was empty"}: ${outcome}`;
  if (isLost) assert.equal(outcome, "refused", said);
  const mayNot = own.before.has("rename") ||
    own.after.has(over === undefined ? "rename-to" : "rename-over");
  if (mayNot) assert.equal(outcome, "refused", said);
  // What a file with two names may lose is said of neither place.
  const isSame = !hasLinked &&
    places.every(({ before, after }) => before.symmetricDifference(after).size === 0);
  if (!mayNot && isSame) assert.equal(outcome, "done", said);
  return outcome;
}

for (const asked of [false, true]) {
  const kind = asked ? "that is asked for opens" : "that is not asked for opens";
  Deno.test(`policy test says what happens in a mount ${kind}, seed ${SEED}`, () => compare(asked));
}

/** Without opens what is in the kernel's memory is run whatever rules say. */
function compare(asked: boolean): Promise<void> {
  const attempts = asked ? [onProgram, onProgram, ...ATTEMPTS] : ATTEMPTS;
  return withProject("true", async (m) => {
    const random = randomness(SEED);
    const client = await m.connect();
    const scene = new Scene(m, client, random);
    const outcomes = { done: 0, refused: 0 };
    const moves = { done: 0, refused: 0 };
    try {
      await client.createBranch({ name: "other" });
      for (let round = 0; round < ROUNDS; round++) {
        await client.removePolicy();
        await shell(`rm -rf -- *; ${TREE}`, { cwd: m.mount });
        const installed = rules(random);
        await installRules(m, installed);
        for (let i = 0; i < OPERATIONS_A_ROUND; i++) {
          const attempt = await scene.one(attempts)!(scene);
          if (attempt === null) continue;
          const [what, isDenied, act] = attempt;
          const outcome = done(act);
          outcomes[outcome]++;
          const said = `${what}: ${outcome}; ${JSON.stringify(installed)}`;
          assert.equal(outcome, isDenied ? "refused" : "done", said);
        }
        for (let i = 0; i < MOVES_A_ROUND; i++) {
          try {
            const outcome = await moveDirectory(scene);
            if (outcome !== null) moves[outcome]++;
          } catch (error) {
            throw new Error(`With ${JSON.stringify(installed)}`, { cause: error });
          }
        }
      }
    } finally {
      client.close();
    }
    assert.ok(outcomes.done > 10 && outcomes.refused > 10, JSON.stringify(outcomes));
    assert.ok(moves.done + moves.refused > 5, JSON.stringify(moves));
  }, { arguments: asked ? ["--telemetry", "opens"] : [] });
}
