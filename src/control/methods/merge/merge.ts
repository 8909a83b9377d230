import { defineMethod } from "../../method.ts";
import { jsonBody, refusedWords, suffix } from "../../plain_form.ts";
import {
  choice,
  flag,
  id,
  type Infer,
  list,
  ms,
  name,
  names,
  nullable,
  oneOf,
  optional,
  shape,
  text,
  truth,
  words,
} from "../../schema.ts";
import { ChangeCounts, DRY_RUN, TOUCH } from "../../shapes/history.ts";

/** How conflicts are decided: docs/merge.md. */
export const MERGE_STRATEGIES = ["conflict", "ours", "theirs", "union", "markers"] as const;
export type MergeStrategy = typeof MERGE_STRATEGIES[number];

/** The parameter of what merges. */
export const STRATEGY = {
  strategy: optional(choice(MERGE_STRATEGIES, "How conflicts are decided; default: `conflict`")),
};

export const ConflictSide = shape("ConflictSide", "What a side of a conflict has.", {
  kind: text("As in `Change`"),
  mode: text("Octal"),
  id: nullable(id("Of the content"), "Null for what has none"),
});
export type ConflictSide = Infer<typeof ConflictSide>;

export const ConflictReport = shape(
  "ConflictReport",
  "A path that both sides changed, each in its own way.",
  {
    path: text("For people; exact where it is valid UTF-8"),
    pathBytes: optional(text("The exact bytes in base64, only where they are not UTF-8")),
    kind: text("`edit/edit`, `edit/delete`, …: docs/merge.md lists them"),
    base: nullable(ConflictSide, "Before either changed it; null where it was not there"),
    ours: nullable(ConflictSide, "In the branch that is merged into; null where it is not there"),
    theirs: nullable(ConflictSide, "In the source; null where it is not there"),
    oursPath: optional(text("Where our side has it, if it moved it")),
    theirsPath: optional(text("Where their side has it, if it moved it")),
  },
);
export type ConflictReport = Infer<typeof ConflictReport>;

export const MergedSource = shape("MergedSource", "What became of a source.", {
  name: text("As it was given"),
  merged: truth("False: nothing of it was merged, because of the conflicts"),
  conflicts: list(ConflictReport, "Those that nothing decided"),
  decided: list(ConflictReport, "Those that the strategy decided"),
  changed: ChangeCounts,
});
export type MergedSource = Infer<typeof MergedSource>;

export const MergeReport = shape("MergeReport", "What a merge has done, or would do.", {
  into: text("Branch"),
  state: oneOf(
    ["merged", "unchanged", "settle", "refused"],
    "`merged`: a checkpoint was made; `unchanged`: there was nothing to merge; `settle`: conflicts are marked in files, the " +
      "merge has to be continued or aborted; `refused`: nothing could be merged. In a dry run, what would be",
  ),
  id: nullable(id("The checkpoint"), "Null where none was made"),
  label: nullable(text("Its label"), "Null if it has none"),
  dryRun: truth("Nothing was done"),
  sources: list(MergedSource, "In the order they were given"),
  changed: ChangeCounts,
  safety: nullable(id("Automatic checkpoint taken first"), "Null where nothing was unsaved"),
  ms: ms("Time inside the daemon"),
});
export type MergeReport = Infer<typeof MergeReport>;

export const method = defineMethod({
  brief:
    "Merges branches or checkpoints into a branch. Rejects with `merge_conflicts`, and nothing is changed, if nothing can " +
    "be merged; `details` is then the report",
  version: 1,
  who: "family",
  params: {
    sources: names("names", "Branches, with what is not recorded in them, or checkpoints"),
    into: optional(name("Branch; default: main")),
    ...STRATEGY,
    label: optional(words("Label of the checkpoint it makes")),
    message: optional(words("Its longer description")),
    paths: optional(names("paths", "Only what the sources changed at these paths")),
    exactly: optional(flag(
      "Only if the branch becomes what the one source is: rejects with `branch_moved` where it has work that the source has not",
    )),
    ...DRY_RUN,
    ...TOUCH,
  },
  result: MergeReport,
  plain: {
    usage: 'branch.merge {"source":…,"target":…,"label":…}',
    adds: "`commit`, `source`, `target`",
    params(given) {
      const { source, target, label } = jsonBody(given) as Record<string, unknown>;
      return { sources: [source], into: target, ...(label === undefined ? {} : { label }) };
    },
    reply: (report, { sources: [source], into }) => ({
      commit: report.id ?? "",
      source,
      target: into,
      ...report,
    }),
  },
  words: {
    usage: "merge SRC… [into=B]",
    params(given) {
      const into = suffix("into", given);
      const sources = into === undefined ? given : given.slice(0, -1);
      if (sources.length === 0) throw refusedWords("merge needs SRC…");
      return { sources, ...(into === undefined ? {} : { into }) };
    },
  },
});
