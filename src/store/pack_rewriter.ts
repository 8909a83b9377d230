/**
 * Takes objects out of packs, so that their space comes back.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { FileCalls } from "./files/file_calls.ts";
import type { Location } from "./format/location.ts";
import { putMeta } from "./index/meta.ts";
import { type ObjectId, objectIdBytes } from "./format/object_id.ts";
import type { ObjectWriter } from "./objects/object_writer.ts";
import type { PackAppender } from "./packs/pack_appender.ts";
import type { PackReader } from "./packs/pack_reader.ts";
import { prepared } from "./index/prepared.ts";
import { StoreError } from "./format/store_error.ts";
import { packPath } from "./files/store_paths.ts";

/** A committed object and where it is. */
export interface StoredObject {
  readonly id: ObjectId;
  readonly location: Location;
}

/** What the rewriter asks of the store it belongs to. */
export interface RewrittenStore {
  readonly directory: string;
  /** Commits what is pending and `transaction` in one durable transaction. */
  rewriteIndex(transaction: (database: DatabaseSync) => void): void;
  /** Forgets what was put and not committed. */
  discard(): void;
}

export interface RewriterParts {
  readonly store: RewrittenStore;
  readonly writer: ObjectWriter;
  readonly appender: PackAppender;
  readonly packs: PackReader;
  readonly calls: FileCalls;
}

/** Of one store; `StoreWriter.rewriter` makes it. */
export class PackRewriter {
  readonly #parts: RewriterParts;

  constructor(parts: RewriterParts) {
    this.#parts = parts;
  }

  /**
   * Commits what was put, and goes on in a new pack. Returns its number: what is in the packs below it does not become
   * more.
   */
  beginPack(): number {
    const { writer, appender } = this.#parts;
    writer.commit();
    appender.leave();
    return appender.next;
  }

  /**
   * Takes objects that nobody needs out of the index, in one durable transaction. The rows stand in the order of ids: so
   * objects that follow each other cost least. Throws as `StoreWriter.commit`; then nothing has changed.
   */
  drop(dropped: readonly StoredObject[]): void {
    const { store, writer } = this.#parts;
    writer.commit();
    store.rewriteIndex((database) => {
      const drop = prepared(database, "DELETE FROM objects WHERE id = ?");
      const totals = new Map<number, { objects: number; plain: number }>();
      for (const { id, location: { pack, size } } of dropped) {
        drop.run(objectIdBytes(id));
        const { objects, plain } = totals.get(pack) ?? { objects: 0, plain: 0 };
        totals.set(pack, { objects: objects + 1, plain: plain + size });
      }
      for (const [pack, { objects, plain }] of totals) lessen(database, pack, objects, plain);
    });
  }

  /**
   * Copies objects of a pack that is not appended to to the end of the packs, in one durable transaction. With `last`,
   * nothing is left in it and its file is removed. Throws as `StoreWriter.commit`; then nothing has changed.
   */
  move(pack: number, moved: readonly StoredObject[], last: boolean): void {
    const { store, writer, appender } = this.#parts;
    // What others have put is not to be forgotten if this fails.
    writer.commit();
    try {
      for (const { id, location } of moved) writer.copy(id, location);
      store.rewriteIndex((database) => {
        const plain = moved.reduce((sum, { location }) => sum + location.size, 0);
        lessen(database, pack, moved.length, plain);
        if (!last) return;
        const { objects } = prepared(
          database,
          "DELETE FROM packs WHERE number = ? RETURNING objects",
        )
          .get(pack) as { objects: number };
        if (objects !== 0) throw notEmpty(store.directory, pack, objects);
        // Numbers are not used again, also where this was the highest.
        putMeta(database, "next_pack", appender.next);
      });
    } catch (error) {
      store.discard();
      throw error;
    }
    if (last) this.#remove(pack);
  }

  #remove(pack: number): void {
    const { store, packs, calls } = this.#parts;
    packs.forget(pack);
    try {
      calls.remove(packPath(store.directory, pack));
    } catch {
      // No row names it: the next one who opens the store removes it.
    }
  }
}

/** The pack has so many objects, and bytes of them, less. */
function lessen(database: DatabaseSync, pack: number, objects: number, plain: number): void {
  prepared(
    database,
    "UPDATE packs SET objects = objects - ?, plain = plain - ? WHERE number = ?",
  ).run(objects, plain, pack);
}

function notEmpty(directory: string, pack: number, objects: number): StoreError {
  const path = packPath(directory, pack);
  return new StoreError(
    "damaged_store",
    `Cannot remove the pack ${path}: the index counts ${objects} more objects in it. Run verify`,
    { path },
  );
}
