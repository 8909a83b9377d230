/**
 * A directory, what it is to become, and a place for the record of that.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { StoreWriter } from "../../store/store_writer.ts";
import { intercepted, PROJECT_CALLS } from "../project_calls.ts";
import { everyChange } from "./every_change.ts";
import {
  expected,
  inDirectory,
  observe,
  type Scene,
  withoutInodes,
  withoutTimes,
} from "./fixtures.ts";

/** Of the calls of an apply, tests look at every so many; `AGENTVFS_CRASH=all` is all of them. */
export const STEP = Deno.env.get("AGENTVFS_CRASH") === "all" ? 1 : 6;

const { before, after } = everyChange();

/** Paths that are there before or after. */
export const PATHS: readonly string[] = [
  ...new Set([...expected(before).keys(), ...expected(after).keys()]),
].filter((path) => path !== "");

/** Those that are there before and after. */
export const STAYING: ReadonlySet<string> = new Set(
  PATHS.filter((path) => expected(before).has(path) && expected(after).has(path)),
);

/** Runs `use` with a directory between which and what it is to become there is every kind of change. */
export function withScene<T>(
  store: StoreWriter,
  use: (scene: Scene) => T | Promise<T>,
  dir?: string,
): Promise<T> {
  return inDirectory(store, before, after, use, dir);
}

export function isBefore(root: string, what?: string): void {
  assert.deepEqual(withoutInodes(observe(root)), expected(before), what);
}

export function isAfter(root: string, what?: string): void {
  assert.deepEqual(withoutTimes(observe(root)), withoutTimes(expected(after)), what);
}

/** Nothing was done, or everything. */
export function isBeforeOrAfter(root: string, what?: string): void {
  if (observe(root).has("fresh")) isAfter(root, what);
  else isBefore(root, what);
}

/** The calls, in a world where nobody cuts the power. */
export const UNSYNCED = intercepted(
  PROJECT_CALLS,
  (call, name) => name === "fsync" || name === "syncfs" ? 0 : call(),
);
