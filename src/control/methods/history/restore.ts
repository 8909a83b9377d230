import { defineMethod } from "../../method.ts";
import { refusedWords, suffix } from "../../plain_form.ts";
import { names, ref } from "../../schema.ts";
import { BRANCH, DRY_RUN, GUARD, RollbackReport, TOUCH } from "../../shapes/history.ts";

export const method = defineMethod({
  brief: "Makes paths of the working tree what they are in a checkpoint",
  version: 1,
  who: "branch",
  params: {
    paths: names("paths", "Relative to the root of the tree"),
    from: ref("Checkpoint that has them"),
    ...BRANCH,
    ...DRY_RUN,
    ...TOUCH,
    ...GUARD,
  },
  result: RollbackReport,
  plain: {
    usage: "restore PATH from=TARGET",
    params(given) {
      const from = suffix("from", given);
      const path = given.slice(0, -1).join(" ");
      if (from === undefined || path === "") {
        throw refusedWords("restore takes a path, then from=<target>");
      }
      return { paths: [path], from };
    },
  },
});
