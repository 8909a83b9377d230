/**
 * Checks a whole store: index, packs, history and journals.
 *
 * It only reads, and goes in pieces, so it can run next to everything else.
 *
 * @module
 */

import { checkIndex, checkIndexHeader, isDamage } from "../../store/verify/check_index.ts";
import { checkPacks } from "../../store/verify/check_packs.ts";
import { type Damage, Findings } from "../../store/format/damage.ts";
import { databaseError } from "../../store/files/io_error.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { ObjectTable } from "../../store/index/object_table.ts";
import { prepared } from "../../store/index/prepared.ts";
import { createQuarantine, quarantine, quarantined } from "../../store/index/quarantine.ts";
import { recountPacks, type RepairedIndex, repairIndex } from "../../store/verify/repair_index.ts";
import type { Work } from "../../store/format/sliced.ts";
import type { Store } from "../../store/store.ts";
import { indexPath, journalsPath } from "../../store/files/store_paths.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { checkJournal, type TornTail } from "../../tree/journal/check_journal.ts";
import { type Affected, checkHistory } from "./check_history.ts";
import type { RecoveredIndex } from "./recover_index.ts";
import { LeafDirectories } from "./leaf_directories.ts";
import { HISTORY_TABLES } from "../commits/schema.ts";

export interface VerifyOptions {
  /** A server may be writing to the journals. */
  readonly live: boolean;
  /** Puts right what can be: the same store, open for writing. */
  readonly repair?: StoreWriter;
  /** What was found in the index already ({@linkcode indexDamage}); absent: it is checked here. */
  readonly found?: readonly Damage[];
}

/** What was put right. */
export interface Repaired extends RepairedIndex {
  /** Torn ends of journal segments that were cut. */
  readonly cut: number;
  /** A new index was made. */
  readonly rebuilt: RecoveredIndex | null;
}

export interface VerifyResult {
  /** True if nothing is wrong. */
  readonly clean: boolean;
  /** What was looked at. */
  readonly checked: {
    readonly packs: number;
    readonly packBytes: number;
    readonly objects: number;
    readonly commits: number;
    readonly branches: number;
    readonly trees: number;
    readonly files: number;
    readonly journalSegments: number;
    readonly journalRecords: number;
    readonly journalBytes: number;
  };
  /** The first of what is wrong. */
  readonly damage: readonly Damage[];
  readonly damageCount: number;
  /** Objects that cannot be read. */
  readonly lost: readonly ObjectId[];
  /** What of the history cannot be read because of them. */
  readonly affected: readonly Affected[];
  /** Ends of journal segments that a crash cut off: never answered, so nothing is lost. */
  readonly torn: readonly TornTail[];
  /** Ends of packs that were never committed. */
  readonly uncommitted: readonly { readonly file: string; readonly bytes: number }[];
  /** Null if nothing was to be repaired. */
  readonly repaired: Repaired | null;
}

/**
 * What is wrong with the index by itself. With `stopped` also where that can be seen only while this process has no connection
 * to it.
 */
export function indexDamage(directory: string, { stopped }: { stopped: boolean }): Damage[] {
  const findings = new Findings();
  if (stopped) checkIndexHeader(directory, findings);
  checkIndex(directory, HISTORY_TABLES, findings);
  return findings.damage;
}

/** Of a store whose index cannot be used: without it nothing else can be checked. */
export function unusableIndex(damage: readonly Damage[]): VerifyResult {
  const none = { packs: 0, packBytes: 0, objects: 0, commits: 0, branches: 0, trees: 0, files: 0 };
  return {
    clean: false,
    checked: { ...none, journalSegments: 0, journalRecords: 0, journalBytes: 0 },
    damage,
    damageCount: damage.length,
    lost: [],
    affected: [],
    torn: [],
    uncommitted: [],
    repaired: null,
  };
}

/** Checks everything. Damage is in the result, as it was found; throws only where it cannot look. */
export function* verifyStore(store: Store, options: VerifyOptions): Work<VerifyResult> {
  const { directory, database, hasher } = store;
  const { repair } = options;
  const findings = new Findings();
  try {
    for (const damage of options.found ?? indexDamage(directory, { stopped: false })) {
      findings.add(damage);
    }
    let table = yield* ObjectTable.load(database);
    const leaves = new LeafDirectories(table);
    const decode = leaves.look.bind(leaves);
    const packs = yield* checkPacks({ directory, database, hasher, table, findings, decode });
    // Where something is wrong already, the walk looks at everything itself.
    const known = findings.count === 0 ? leaves : null;
    let repaired: Repaired | null = null;
    if (repair !== undefined && findings.count > 0) {
      repaired = { ...NOTHING, ...repairIndex(repair, table, packs, findings) };
      table = yield* ObjectTable.load(database);
    }
    const history = yield* checkHistory(store, table, findings, known);
    if (repair !== undefined) repaired = quarantineMissing(repair, findings, repaired);
    const journals = yield* checkJournals(store, options, findings);
    if (repair !== undefined) repaired = cutTails(journals.torn, repaired);
    return {
      clean: findings.count === 0,
      checked: {
        packs: packs.packs,
        packBytes: packs.bytes,
        objects: table.count,
        commits: history.commits,
        branches: history.branches,
        trees: history.trees,
        files: history.files,
        journalSegments: journals.segments,
        journalRecords: journals.records,
        journalBytes: journals.bytes,
      },
      damage: findings.damage,
      damageCount: findings.count,
      lost: [...findings.lost.keys()],
      affected: history.affected,
      torn: journals.torn,
      uncommitted: packs.uncommitted,
      repaired,
    };
  } catch (cause) {
    if (findings.count > 0 && isDamage(cause)) return unusableIndex(findings.damage);
    throw databaseError("verify", indexPath(directory), cause);
  }
}

const NOTHING: Repaired = { indexed: 0, removed: 0, quarantined: 0, cut: 0, rebuilt: null };

/** What the history needs and no pack has is lost as well. */
function quarantineMissing(
  store: StoreWriter,
  { lost }: Findings,
  repaired: Repaired | null,
): Repaired | null {
  const known = new Set(quarantined(store.database).map(({ id }) => id));
  const missing = [...lost].filter(([id]) => !known.has(id));
  if (missing.length === 0) return repaired;
  createQuarantine(store.database);
  store.rewriteIndex((database) => {
    for (const [id, reason] of missing) quarantine(database, id, reason);
    recountPacks(database);
  });
  const before = repaired ?? NOTHING;
  return { ...before, quarantined: before.quarantined + missing.length };
}

function cutTails(torn: readonly TornTail[], repaired: Repaired | null): Repaired | null {
  for (const { path, position } of torn) Deno.truncateSync(path, position);
  return torn.length === 0 ? repaired : { ...(repaired ?? NOTHING), cut: torn.length };
}

/** Directories of journals, one for each branch, below the store. */
function* checkJournals(store: Store, { live }: VerifyOptions, findings: Findings) {
  const total = { segments: 0, records: 0, bytes: 0, torn: [] as TornTail[] };
  const root = journalsPath(store.directory);
  for (const name of journalDirectories(root)) {
    const needed = () => neededSegment(store, Number(name));
    const directory = `${root}/${name}`;
    const check = yield* checkJournal({ directory, needed, live, findings });
    total.segments += check.segments;
    total.records += check.records;
    total.bytes += check.bytes;
    total.torn.push(...check.torn);
  }
  return total;
}

/** Names of the directories with journals below `root`: the numbers of the branches. */
export function journalDirectories(root: string): string[] {
  try {
    return [...Deno.readDirSync(root)]
      .filter(({ name, isDirectory }) => isDirectory && /^\d+$/.test(name))
      .map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function neededSegment(store: Store, branch: number): number | null {
  const { database } = store;
  const table = prepared(database, "SELECT 1 FROM sqlite_master WHERE name = 'branches'").get();
  if (table === undefined) return null;
  const row = prepared(database, "SELECT segment FROM branches WHERE number = ?").get(branch);
  return row === undefined ? null : Number(row.segment);
}
