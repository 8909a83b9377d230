import type { Params } from "../../../control/methods.ts";
import { QUESTIONS } from "../../../policy/question.ts";
import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { given, withDaemon } from "../../daemon_client.ts";
import { columns } from "../../print/format.ts";
import { print, printJson, safe } from "../../print/output.ts";

type Operation = NonNullable<Params<"testPolicy">["op"]>;

export const command: Command = {
  name: "policy test",
  brief: "say which rule holds for a path",
  prints: "testPolicy",
  positionals: { usage: "PATH", min: 1, max: 1 },
  options: {
    op: { value: "OP", brief: "only about read, write, create, unlink, rename, …" },
    branch: { value: "B", brief: "in this branch; else main" },
    program: { value: "P", brief: "as if this program asked: its name, or absolute path" },
    uid: { value: "N", brief: "as if this user asked" },
    outside: { brief: "PATH is one of the machine, outside the mount" },
    session: { value: "N", brief: "as if this session asked" },
  },
  details: `PATH is from the root of the mount, whether or not there is anything; one that
ends in a slash is a directory. An operation is denied, too, if a part of it is:
to rename a file is to unlink its name. rename-to is about a name that something
gets, rename-over about a file whose place another one takes, link-to about a
new name. A file that is kept at one place does not go to where it would not be.
Exit code 1 if anything asked about is denied.`,
  example: "policy test infra/prod/main.tf --op write",
  async run(input) {
    const op = input.values.get("op");
    if (op !== undefined && !Object.hasOwn(QUESTIONS, op)) {
      const hint = `There are ${Object.keys(QUESTIONS).join(", ")}`;
      throw usageError(`There is no operation ${op}`, hint);
    }
    const uid = input.values.get("uid");
    if (uid !== undefined && !/^\d+$/.test(uid)) throw usageError("--uid takes a user's number");
    const report = await withDaemon(input, (client) =>
      client.testPolicy({
        path: input.positionals[0]!,
        ...(op === undefined ? {} : { op: op as Operation }),
        ...(uid === undefined ? {} : { uid: Number(uid) }),
        ...(input.flags.has("outside") ? { outside: true } : {}),
        ...given(input, "branch", "branch"),
        ...given(input, "program", "program"),
        ...given(input, "session", "session"),
      }));
    if (input.flags.has("json")) printJson(report);
    else {
      const rows = report.verdicts.map(({ operation, verdict, rule }) => [
        operation,
        verdict,
        rule === null ? "no rule" : safe(rule),
      ]);
      for (const line of columns(rows)) print(line);
    }
    return report.verdicts.some(({ verdict }) => verdict === "deny") ? 1 : 0;
  },
};
