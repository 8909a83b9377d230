import { defineMethod } from "../../method.ts";
import {
  choice,
  type Infer,
  list,
  name,
  nullable,
  oneOf,
  optional,
  place,
  shape,
  text,
  truth,
  whole,
} from "../../schema.ts";

const OPERATIONS = [
  "read",
  "write",
  "create",
  "unlink",
  "rename",
  "rename-to",
  "rename-over",
  "truncate",
  "exec",
  "link",
  "link-to",
  "attributes",
] as const;

export const PolicyVerdict = shape("PolicyVerdict", "What the rules say of one operation.", {
  operation: oneOf(
    OPERATIONS,
    "Which; `rename-to`: something gets this name, `rename-over`: something takes its place, `link-to`: it becomes another name",
  ),
  verdict: oneOf(
    ["allow", "watch", "deny", "ask", "checkpoint"],
    "`allow` also where no rule says anything",
  ),
  rule: nullable(text("Name of the rule that says so"), "Null if none does"),
});
export type PolicyVerdict = Infer<typeof PolicyVerdict>;

export const TestPolicyReport = shape("TestPolicyReport", "What the rules say of a path.", {
  path: text("From the root of the mount; outside it begins with a slash"),
  directory: truth("It was asked about as a directory"),
  branch: text("Where"),
  version: whole("Of the rules"),
  verdicts: list(PolicyVerdict, "In the order in which operations are listed"),
});
export type TestPolicyReport = Infer<typeof TestPolicyReport>;

export const method = defineMethod({
  brief: "What the rules say of a path, whether or not there is anything",
  version: 1,
  who: "outside",
  params: {
    path: name("From the root of the mount; a slash at its end: a directory"),
    outside: optional(truth("It is a path of the machine, outside the mount")),
    op: optional(choice(OPERATIONS, "Only about this operation")),
    branch: optional(name("Default: main")),
    program: optional(name("As who asks: name or absolute path of its program")),
    uid: optional(place("As who asks: number of its user")),
    session: optional(name("As who asks: number of its session")),
  },
  result: TestPolicyReport,
});
