/**
 * How long `verify` and `gc` take on a store with many checkpoints, phase by phase:
 *
 * ```sh
 * deno run -A tests/bench/checks.ts --checkpoints 1700
 * ```
 *
 * The store is what rounds of work leave behind: in each a directory of 512 files is made, some of them new to the
 * store, and the oldest goes. 250 new objects a checkpoint. With `--store DIR` it is made there, if it is not yet, and
 * stays as it is; else it is in the temporary folder and collected in the end.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { History } from "../../src/history/history.ts";
import { StoreCollection } from "../../src/history/retention/collect_store.ts";
import { DEFAULT_POLICY, type RetentionPolicy } from "../../src/history/retention/retention.ts";
import { totalsOf } from "../../src/history/snapshots/totals.ts";
import { verifyStore } from "../../src/history/verify/verify_store.ts";
import { type InodeRecord, S_IFDIR, S_IFREG, type TreeEntry } from "../../src/store/trees/entry.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import type { ObjectId } from "../../src/store/format/object_id.ts";
import type { Work } from "../../src/store/format/sliced.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";

const DIRECTORIES = 16;
const FILES = 32;
/** Files of each round that no round before had. */
const NEW_FILES = 231;
const FILE_BYTES = 1200;

/** Rounds of work, each a checkpoint. */
class Rounds {
  #nextInode = 1000;
  #root: TreeEntry[] = [];

  constructor(readonly store: StoreWriter, readonly history: History) {}

  add(round: number): void {
    const record = this.#directory(
      Array.from({ length: DIRECTORIES }, (_, d) => ({
        ...this.#directory(
          Array.from({ length: FILES }, (_, f) => this.#file(round, d * FILES + f)),
        ),
        name: `d${d}`,
        linked: false as const,
      })),
    );
    const added = { ...record, name: `round-${round}`, linked: false as const };
    this.#root = [...this.#root, added].slice(-2);
    this.history.save({
      branch: "main",
      snapshot: { root: this.#directory(this.#root), links: null },
      segment: 1,
      nextInode: this.#nextInode,
      commit: { label: `round ${round}`, message: "", kind: "checkpoint", agent: null },
    });
  }

  #file(round: number, number: number): TreeEntry {
    const age = number < NEW_FILES ? round : 0;
    const bytes = new TextEncoder().encode(`${age}:${number};`.repeat(FILE_BYTES / 8));
    const content = this.store.putBlob(bytes);
    const size = bytes.length;
    return { ...this.#inode(S_IFREG | 0o644), content, size, name: `f${number}`, linked: false };
  }

  #directory(entries: TreeEntry[]): InodeRecord {
    const sorted = entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
    const content = this.store.putTree(sorted);
    return { ...this.#inode(S_IFDIR | 0o755), ...totalsOf(sorted), content };
  }

  #inode(mode: number): InodeRecord {
    const ino = this.#nextInode++;
    return {
      mode,
      nlink: 1,
      uid: 1000,
      gid: 1000,
      rdev: 0,
      ino,
      size: 0,
      entries: 0,
      mtimeSec: 1_700_000_000 + ino,
      mtimeNsec: 1,
      ctimeSec: 1_700_000_000 + ino,
      ctimeNsec: 1,
      content: null as ObjectId | null,
      chunked: false,
      xattrs: null,
    };
  }
}

/** Time this process had a CPU, ms: on a busy machine it says more than the time that passed. */
function cpuMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** Does all of the work and tells how long it took, and the CPU time of each of its phases. */
function timed<T>(name: string, begin: () => Work<T>): T {
  const phases = new Map<string, number>();
  const started = performance.now();
  const first = cpuMs();
  let before = first;
  const work = begin();
  for (let step = work.next(), last = "";; step = work.next()) {
    if (!step.done && step.value.phase === last) continue;
    const now = cpuMs();
    if (last !== "") phases.set(last, (phases.get(last) ?? 0) + now - before);
    before = last === "" ? first : now;
    if (!step.done) {
      last = step.value.phase;
      continue;
    }
    const parts = [...phases].map(([phase, ms]) => `${phase} ${Math.round(ms)}`).join(", ");
    const [ms, cpu] = [performance.now() - started, now - first].map(Math.round);
    console.log(`${name}: ${ms} ms, CPU ${cpu} ms (${parts})`);
    return step.value;
  }
}

const { values } = parseArgs({
  options: { checkpoints: { type: "string", default: "1700" }, store: { type: "string" } },
});
const folder = values.store === undefined
  ? Deno.makeTempDirSync({ prefix: "agentvfs-checks-" })
  : null;
const store = StoreWriter.create(values.store ?? `${folder}/store`, await loadHasher());
try {
  const history = new History(store);
  const rounds = new Rounds(store, history);
  const isMade = history.branches().length > 0;
  for (let round = 1; !isMade && round <= Number(values.checkpoints); round++) rounds.add(round);
  const { objects, packBytes } = store.stats();
  console.log(`${objects} objects, ${Math.round(packBytes / 2 ** 20)} MiB of packs`);
  const { clean } = timed("verify", () => verifyStore(store, { live: true }));
  if (!clean) throw new Error("The store is damaged");
  const gc = (policy: RetentionPolicy, dryRun: boolean) => () =>
    new StoreCollection(store, history, {
      policy,
      dryRun,
      live: [],
      now: Date.now(),
      worthIt: 0.1,
    }).run();
  timed("gc, everything is kept", gc(DEFAULT_POLICY, true));
  timed("gc --keep 100", gc({ keep: 100 }, folder === null));
} finally {
  store.close();
  if (folder !== null) Deno.removeSync(folder, { recursive: true });
}
