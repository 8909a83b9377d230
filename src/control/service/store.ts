/**
 * The names of what methods about the store answer with: docs/maintenance.md.
 *
 * @module
 */

export type { GcReport } from "../methods/store/gc.ts";
export type { StoreStatsReport } from "../methods/store/store_stats.ts";
export type { AffectedReport, DamageReport, VerifyReport } from "../methods/store/verify.ts";
