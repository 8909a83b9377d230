import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, rootsMeant, withDaemon } from "../../daemon_client.ts";
import { BRANCH_OPTION, REF_HELP } from "../../options/history_options.ts";
import { pathArguments, PATHS_FROM_OPTION } from "../../options/path_arguments.ts";
import { shownDiff } from "../../print/diff_output.ts";
import { printJson } from "../../print/output.ts";
import { chooseColour, DISPLAY_OPTIONS, showPaged } from "../../print/pager.ts";

/** Ways to show a difference that exclude each other; patch and stat can be had together. */
const FORMS = ["name-only", "name-status"] as const;

export const command: Command = {
  name: "diff",
  brief: "show what differs between checkpoints, or from the mount",
  prints: "diff",
  positionals: { usage: "[A [B]] [-- PATH…]", min: 0, max: Infinity, areBytes: true },
  options: {
    patch: { short: "p", brief: "show the changed lines of text files" },
    stat: { brief: "count the changed lines of each file" },
    "name-only": { brief: "only the paths" },
    "name-status": { brief: "only the paths and what became of them" },
    "no-renames": { brief: "moved files are deleted ones and new ones" },
    "against-project": { brief: "compare with the project as it is now" },
    "paths-from": PATHS_FROM_OPTION,
    branch: BRANCH_OPTION,
    ...DISPLAY_OPTIONS,
  },
  details: `Without A: HEAD against the mount as it is. With A only: that against the mount.
${REF_HELP}
Quote a label with spaces. A terminal gets it through $AGENTVFS_PAGER or less.`,
  example: "diff HEAD~2 --patch -- src",
  async run(input) {
    const refs = input.positionals.slice(0, input.positionals.length - input.afterDashes.length);
    const [from, to, extra] = refs;
    if (extra !== undefined) {
      throw usageError("agentvfs diff compares two checkpoints at most", "Put paths after --");
    }
    const isProject = input.flags.has("against-project");
    if (isProject && from !== undefined) throw usageError("--against-project stands without A");
    checkForms(input);
    chooseColour(input);
    const { paths, inside } = await pathArguments(input, input.afterDashes);
    const report = await withDaemon(input, async (client, daemon) => {
      return await client.diff({
        ...(paths.length === 0 ? {} : { paths: inside(await rootsMeant(client, daemon)) }),
        ...(from === undefined ? {} : { from }),
        ...(isProject ? { project: true } : {}),
        ...(to === undefined ? {} : { to }),
        ...(input.flags.has("patch") ? { patch: true } : {}),
        ...(input.flags.has("stat") ? { lines: true } : {}),
        ...(input.flags.has("no-renames") ? {} : { renames: true }),
        ...branchMeant(input, daemon, "branch", "branch"),
      });
    });
    if (input.flags.has("json")) printJson(report);
    else await showPaged(input, shownDiff(input, report));
    return 0;
  },
};

function checkForms({ flags }: CommandInput): void {
  const forms = FORMS.filter((form) => flags.has(form));
  const other = ["patch", "stat"].find((form) => flags.has(form));
  const both = forms.length > 1 ? forms : other === undefined ? [] : [...forms, other];
  if (forms.length > 0 && both.length > 1) {
    throw usageError(`--${both[0]} and --${both[1]} exclude each other`);
  }
}
