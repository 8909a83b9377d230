import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { shortId } from "../../print/format.ts";
import { onTerminal, print, printJson, safe } from "../../print/output.ts";

export const command: Command = {
  name: "branch delete",
  brief: "remove a branch; what it was stays a checkpoint",
  prints: "deleteBranch",
  positionals: { usage: "NAME", min: 1, max: 1, completes: { NAME: "branch" } },
  options: { force: { short: "f", brief: "although processes are using it" } },
  details: `What was not recorded is recorded first. The command prints the checkpoint, from
which agentvfs branch create NAME --from ID brings the branch back.`,
  async run(input) {
    const [name] = input.positionals;
    const report = await withDaemon(input, (client) =>
      client.deleteBranch({
        name: name!,
        ...(input.flags.has("force") ? { force: true } : {}),
      }));
    if (input.flags.has("json")) printJson(report);
    else if (input.originalClient) print("ok");
    else if (!onTerminal()) print(report.head);
    else print(`deleted ${safe(report.name)}; it was at checkpoint ${shortId(report.head)}`);
    return 0;
  },
};
