/** What the methods about rules have in common. */

import {
  group,
  type Infer,
  list,
  nullable,
  oneOf,
  shape,
  text,
  time,
  truth,
  whole,
} from "../schema.ts";

export const PolicyRule = shape("PolicyRule", "A rule.", {
  name: text("Told to who is refused something"),
  path_pattern: text("As gitignore has them, from the root of the mount, or of the machine"),
  outside: truth("It is about paths of the machine, outside the mount"),
  verdict: oneOf(
    ["allow", "watch", "deny", "ask", "checkpoint"],
    "What holds where it matches; `checkpoint` decides nothing",
  ),
  operations: text(
    "`all`, or names of operations with commas between them; empty for `checkpoint`",
  ),
  filter: nullable(text("Who decides"), "Null unless the verdict is `ask`"),
  otherwise: nullable(
    oneOf(["allow", "deny"], "What holds where the filter gives no answer"),
    "Null unless the verdict is `ask`",
  ),
  deletions: nullable(
    whole("So many names"),
    "How many are deleted before what is there is recorded; null unless the verdict is `checkpoint`",
  ),
  branches: nullable(list(text("Pattern of names"), "To which it applies"), "Null: to all"),
  programs: nullable(list(text("Name or path"), "To which it applies"), "Null: to all"),
  uids: nullable(list(whole("Number"), "Users to whom it applies"), "Null: to all"),
  sessions: nullable(list(text("Number"), "To which it applies"), "Null: to all"),
});
export type PolicyRule = Infer<typeof PolicyRule>;

export const PolicyReport = shape("PolicyReport", "The rules of a workspace.", {
  version: whole("How often rules were installed or removed"),
  installed: nullable(time("When that was last"), "Null if none ever were"),
  from: list(text("Name of a built-in set, or path of a file"), "Where the rules came from"),
  rules: list(PolicyRule, "The first that matches holds"),
  opens: truth("The kernel asks this mount when a file is opened"),
  unheld: list(
    group({ rule: text("Its name"), why: text("A sentence for people") }, "A rule"),
    "Rules that do not hold altogether, or not on this mount",
  ),
  denied: whole("What was refused since the server began"),
});
export type PolicyReport = Infer<typeof PolicyReport>;
