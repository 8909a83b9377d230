/**
 * The names of what is said about filters of telemetry (docs/filters.md).
 *
 * @module
 */

export type { FilterReport, FiltersReport } from "../shapes/filters.ts";
