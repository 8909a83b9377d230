import { displayString } from "../../ffi/binary_string.ts";
import type { Denial } from "./denial.ts";

/** For a person, and for an agent that reads it. */
export function denialSentence({ operation, path, rule, branch }: Denial): string {
  const where = branch === null ? " of a checkpoint" : branch === "main" ? "" : ` on ${branch}`;
  const what = `${VERBS[operation] ?? operation} ${displayString(path)}${where}`;
  return `${what} was refused by the rule ${JSON.stringify(rule)}`;
}

const VERBS: Readonly<Record<string, string>> = {
  read: "Reading",
  write: "Writing",
  create: "Making",
  unlink: "Removing",
  rename: "Renaming",
  truncate: "Cutting off",
  exec: "Running",
  link: "Linking",
  attributes: "Changing attributes of",
};
