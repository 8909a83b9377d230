/**
 * The names of what is said about the project and branches: docs/apply.md.
 *
 * @module
 */

export type { ApplyReview } from "../methods/project/review_apply.ts";
export type { ApplyReport } from "../methods/project/apply.ts";
export type { RefreshReport } from "../methods/project/refresh.ts";
export type { LeftAlone } from "../shapes/history.ts";
export type { ProjectMoved } from "../shapes/project.ts";
