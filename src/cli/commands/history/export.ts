import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { exportArchive } from "../../export/export_archive.ts";
import { exportDirectory } from "../../export/export_directory.ts";
import { exportGit } from "../../export/export_git.ts";
import { exportPatch } from "../../export/export_patch.ts";
import { ONLY_OPTION } from "../../export/only_globs.ts";
import { BRANCH_OPTION, REF_HELP } from "../../options/history_options.ts";
import { STORE_OPTION } from "../../store_client.ts";

export const command: Command = {
  name: "export",
  brief: "write what was done out of the mount: archive, patch, commits of git",
  prints: () => import("../../outputs/export.ts"),
  positionals: { usage: "[REF]", min: 0, max: 1 },
  options: {
    to: { value: "DIR", brief: "directory to write, new or empty" },
    output: { value: "FILE", short: "o", brief: "file to write; - is standard output" },
    format: {
      value: "F",
      brief: "tar, tar.gz or tar.zst; else as FILE ends",
      completes: ["tar", "tar.gz", "tar.zst"],
    },
    git: {
      value: "NAME",
      valueIsOptional: true,
      brief: "commits on branch NAME of the project's repository",
    },
    repository: { value: "DIR", brief: "of several in the project, the one that is meant" },
    patch: { short: "p", brief: "a patch that git apply takes, binary files included" },
    from: {
      value: "REF",
      brief: "what the patch is against; else what the project has",
    },
    ignored: { brief: "in a patch what git ignores, too" },
    only: ONLY_OPTION,
    branch: BRANCH_OPTION,
    store: STORE_OPTION,
  },
  details: `${REF_HELP}
Without one: the branch as it is; with --git: checkpoints up to HEAD.`,
  example: "export HEAD~1 -o before.tar.zst",
  async run(input) {
    const [ref] = input.positionals;
    const isPatch = input.flags.has("patch");
    const forms = ["to", "patch", "git"].filter((name) =>
      input.values.has(name) || input.flags.has(name)
    );
    if (input.values.has("repository") && !input.flags.has("git")) {
      throw usageError("--repository means nothing without --git");
    }
    if (forms.length > 1) throw usageError(`--${forms.join(" and --")} exclude each other`);
    if (!isPatch && (input.values.has("from") || input.flags.has("ignored"))) {
      throw usageError("--from and --ignored mean nothing without --patch");
    }
    if (input.values.has("to")) return await exportDirectory(input, ref);
    if (isPatch) return await exportPatch(input, ref);
    return input.flags.has("git") ? await exportGit(input, ref) : await exportArchive(input, ref);
  },
};
