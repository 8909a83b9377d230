import { defineMethod } from "../../method.ts";
import { jsonBody } from "../../plain_form.ts";
import { choice, flag, name, names, optional, words } from "../../schema.ts";
import { MERGE_STRATEGIES, MergeReport } from "../../service/merge.ts";

export const method = defineMethod({
  brief:
    "Merges branches or checkpoints into a branch. Rejects with `merge_conflicts`, and nothing is changed, if nothing can " +
    "be merged; `details` is then the report",
  version: 1,
  who: "outside",
  params: {
    sources: names("names", "Branches, with what is not recorded in them, or checkpoints"),
    into: optional(name("Branch; default: main")),
    strategy: optional(choice(MERGE_STRATEGIES, "How conflicts are decided; default: `conflict`")),
    label: optional(words("Label of the checkpoint it makes")),
    message: optional(words("Its longer description")),
    paths: optional(names("paths", "Only what the sources changed at these paths")),
    dryRun: optional(flag("Only tell what would change")),
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
});
