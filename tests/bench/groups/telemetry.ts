/**
 * What a program notices of its being recorded, at each level.
 *
 * @module
 */

import { type Level, LEVELS } from "../../../src/telemetry/level.ts";
import { type Case, figure, type Group, type Run } from "../benchmark.ts";
import type { Project } from "../project.ts";

const ROUNDS = 10;
/** Files that are made in each round. */
const FILES = 500;

type Projects = { readonly [L in Level]: Project };

async function mountAll({ bed }: Run): Promise<Projects> {
  const mounted = await Promise.all(LEVELS.map(async (level) => {
    const source = `${bed.folder}/telemetry-${level}`;
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/a`, "one\n");
    return [level, await bed.mount(source, { arguments: ["--telemetry", level] })] as const;
  }));
  return Object.fromEntries(mounted) as Record<Level, Project>;
}

let rounds = 0;

function making(level: Level): Case<Projects> {
  return figure<Projects>(`make ${FILES} files, ${level}`, "ms", {}, async (projects, { bed }) => {
    const values: number[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const begun = performance.now();
      const directory = projects[level].mount;
      await bed.worker.measure({ measure: "makeFiles", directory, count: FILES, round: ++rounds });
      if (round >= 0) values.push(performance.now() - begun);
    }
    return values;
  });
}

/** Microseconds to open and close a file. */
function opening(level: Level): Case<Projects> {
  return figure<Projects>(`open and close a file, ${level}`, "us", {}, (projects) => {
    const path = `${projects[level].mount}/a`;
    const values: number[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const begun = performance.now();
      for (let i = 0; i < FILES; i++) Deno.openSync(path).close();
      if (round >= 0) values.push((performance.now() - begun) * 1000 / FILES);
    }
    return Promise.resolve(values);
  });
}

export const TELEMETRY: Group<Projects> = {
  title: "telemetry",
  setUp: mountAll,
  cases: [...LEVELS.map(making), ...LEVELS.map(opening)],
};
