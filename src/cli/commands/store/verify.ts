import type { VerifyReport } from "../../../control/service/store.ts";
import { verifyOffline } from "../../../daemon/offline_store.ts";
import type { Command } from "../../command.ts";
import { byteSize, duration, grouped, joined, quoted, shortId, words } from "../../print/format.ts";
import { print, printJson, safe, style } from "../../print/output.ts";
import { STORE_OPTION, withStore } from "../../store_client.ts";

/** Findings and paths that are shown; the rest is counted. */
const SHOWN = 20;

export const command: Command = {
  name: "verify",
  brief: "check everything that is stored, bit by bit",
  prints: "verify",
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    repair: { brief: "put right what can be, and remember what is lost" },
    store: STORE_OPTION,
  },
  details: `Checks packs, index, checkpoints, directories and journals, while the daemon
runs or without one. Exit code 1 if anything is damaged; the answer names it and
the checkpoints and paths it affects. With --repair the index is put right from
the packs, lost objects are marked, and what a crash tore off is cut.`,
  example: "verify --store /data/shop",
  async run(input) {
    const repair = input.flags.has("repair");
    const report = await withStore(input, {
      name: "verify",
      online: (client) => client.verify(repair ? { repair } : {}),
      offline: (store, onProgress) => verifyOffline(store, { repair, onProgress }),
    });
    if (input.flags.has("json")) printJson(report);
    else for (const line of lines(report)) print(line);
    return report.clean || (report.repaired !== null && report.lost.length === 0) ? 0 : 1;
  },
};

function lines(report: VerifyReport): string[] {
  const { checked, damage, damageCount, affected, torn, repaired, ms } = report;
  const shown = [
    joined(
      report.clean ? style("everything is whole", "green") : style("damage was found", "red"),
      `${grouped(checked.objects)} objects, ${byteSize(checked.packBytes)} in packs`,
      `${grouped(checked.commits)} checkpoints`,
      `${grouped(checked.journalRecords)} journal records`,
      duration(ms),
    ),
    ...damage.slice(0, SHOWN).map(({ message }) => `  ${safe(message)}`),
    ...more(damageCount - Math.min(damageCount, SHOWN, damage.length), "findings"),
  ];
  for (const { commit, label, branch, paths, pathCount } of affected) {
    const name = commit === null
      ? `branch ${safe(branch)}, not in a checkpoint`
      : words("checkpoint", shortId(commit), quoted(label), "of branch", safe(branch));
    shown.push(`${name}: ${grouped(pathCount)} paths cannot be read`);
    shown.push(...paths.slice(0, SHOWN).map((path) => `  ${safe(path)}`));
    shown.push(...more(pathCount - Math.min(paths.length, SHOWN), "paths"));
  }
  for (const { path, bytes } of torn) {
    shown.push(`${safe(path)} ends in ${grouped(bytes)} bytes that were never answered`);
  }
  if (repaired !== null) {
    const { indexed, removed, quarantined, cut, rebuilt } = repaired;
    if (rebuilt !== null) {
      shown.push(joined(
        "a new index was made",
        `${grouped(rebuilt.objects)} objects`,
        `${grouped(rebuilt.commits)} checkpoints`,
        `${grouped(rebuilt.branches)} branches`,
      ));
      for (const name of rebuilt.guessed) {
        shown.push(
          `  branch ${safe(name)} stands at its newest checkpoint: changes after it are lost`,
        );
      }
      if (rebuilt.operationsLost) shown.push("  earlier rollbacks cannot be undone any more");
    }
    shown.push(joined(
      "repaired",
      `${grouped(indexed)} objects indexed again`,
      `${grouped(removed)} wrong lines of the index removed`,
      `${grouped(quarantined)} lost objects marked`,
      `${grouped(cut)} torn ends cut`,
    ));
  } else if (!report.clean) shown.push("hint: agentvfs verify --repair");
  if (repaired?.rebuilt === null && damage.some(({ code }) => code.startsWith("index_file"))) {
    shown.push(
      "hint: the index is made anew while no daemon runs: agentvfs stop, then verify --repair",
    );
  }
  return shown;
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`  and ${grouped(count)} more ${what} (agentvfs verify --json)`] : [];
}
