import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { localTime } from "../../print/format.ts";
import { print, printJson, safe } from "../../print/output.ts";

export const command: Command = {
  name: "policy denials",
  brief: "list what the rules refused lately",
  prints: "listDenials",
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run(input) {
    const report = await withDaemon(input, (client) => client.listDenials());
    if (input.flags.has("json")) {
      printJson(report);
      return 0;
    }
    if (report.count === 0) print("nothing was refused since the server began");
    for (const { time, operation, path, branch, rule, thread, uid } of report.denials) {
      const where = branch === null ? "a checkpoint" : branch;
      const who = thread === 0 ? "" : uid === null ? `, process ${thread}` : `, user ${uid}`;
      const by = `by ${JSON.stringify(rule)}${who}`;
      print(safe(`${localTime(time)}  ${operation}  ${path}  on ${where}  ${by}`));
    }
    const more = report.count - report.denials.length;
    if (more > 0) print(`and ${more} before`);
    return 0;
  },
};
