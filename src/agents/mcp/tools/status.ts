import { defineTool, READS } from "../tool.ts";
import { lines, named, shown } from "../words.ts";

export const status = defineTool({
  name: "status",
  title: "Status of the checkpoints",
  description:
    "Says whether this directory is protected by agentvfs, which branch it is, the checkpoint it stands on, and how many " +
    "paths changed since. Use it first, and whenever you are not sure where you are.",
  hints: READS,
  method: "status",
  params: ["branch"],
  fields: ["state", "branch", "head", "dirty", "changes", "showing", "source", "mount", "version"],
  text: (status) =>
    lines(
      `Branch ${status.branch}, ${
        status.head === null
          ? "while the project is imported"
          : `at checkpoint ${named(status.head)} of ${status.head.time}`
      }`,
      status.dirty ? `Paths changed since: ${status.changes}` : "Nothing changed since",
      status.showing,
      `Project: ${shown(status.source)}`,
      `Mount: ${shown(status.mount)}`,
      `State: ${status.state}, agentvfs ${status.version}`,
    ),
});
