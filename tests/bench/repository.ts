/**
 * A repository to run tools in, with a program to compile and packages to install.
 *
 * @module
 */

import { isInstalled } from "../support/process.ts";
import { makeTree } from "./layout.ts";
import { tool } from "./tool.ts";

/** A repository with a commit of `files` files, and a branch `other` in which 1 000 of them are different. */
export async function makeRepository(directory: string, files: number): Promise<void> {
  makeTree(directory, files);
  await Deno.writeTextFile(`${directory}/.gitignore`, "/app\n/job\n/copy\n/extracted\n/clone\n");
  const git = (...args: string[]) => tool(["git", ...args], directory);
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-q", "-m", "initial");
  await git("checkout", "-q", "-b", "other");
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 100; j++) {
      const path = `directory-0${i}/module-${String(j).padStart(2, "0")}.ts`;
      await Deno.writeTextFile(`${directory}/${path}`, `export const other = ${i * j};\n`);
    }
  }
  await git("commit", "-q", "-a", "-m", "other");
  await git("checkout", "-q", "main");
  // Git reads again what was written in the same second as its index: write that anew, later.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await Deno.remove(`${directory}/.git/index`);
  await git("reset", "-q");
  // With the names of HEAD's trees in it, as after a commit: else git reads each of them.
  await git("write-tree");
}

const FUNCTIONS = 60;

/** A program of `files` C files that share a header, and its makefile. */
export function addCompileJob(directory: string, files: number): void {
  Deno.mkdirSync(directory);
  const names = Array.from({ length: files }, (_, i) => `part_${i}`);
  const prototypes = names.map((name) => `long ${name}(long);`).join("\n");
  Deno.writeTextFileSync(`${directory}/parts.h`, `${prototypes}\n`);
  for (const name of names) {
    let text = `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include "parts.h"\n`;
    for (let i = 0; i < FUNCTIONS; i++) {
      text += `static long ${name}_${i}(long n) { long s = ${i}; ` +
        `for (long k = 0; k < n; k++) s = s * 31 + k % ${i + 2}; return s; }\n`;
    }
    const sum = Array.from({ length: FUNCTIONS }, (_, i) => `${name}_${i}(n)`).join(" + ");
    Deno.writeTextFileSync(
      `${directory}/${name}.c`,
      `${text}long ${name}(long n) { return ${sum}; }\n`,
    );
  }
  const total = names.map((name) => `${name}(3)`).join(" + ");
  const main =
    `#include <stdio.h>\n#include "parts.h"\nint main(void) { printf("%ld\\n", ${total}); }\n`;
  Deno.writeTextFileSync(`${directory}/main.c`, main);
  const objects = ["main", ...names].map((name) => `${name}.o`).join(" ");
  const makefile = `CFLAGS = -O1\nprogram: ${objects}\n\tcc -o $@ $^\n${objects}: parts.h\n` +
    `clean:\n\trm -f *.o program\n`;
  Deno.writeTextFileSync(`${directory}/Makefile`, makefile);
}

/** Some packages with many small files. */
const PACKAGES = { lodash: "4.17.21", rxjs: "7.8.1" };

/** Makes each directory a project whose packages are in a cache; or says why that cannot be. */
export async function addPackages(
  directories: readonly string[],
  folder: string,
): Promise<{ cache: string } | { why: string }> {
  if (!await isInstalled("npm")) return { why: "npm is not installed" };
  const cache = `${folder}/npm-cache`;
  const [first] = directories;
  const manifest = JSON.stringify({ name: "app", version: "1.0.0", dependencies: PACKAGES });
  for (const directory of directories) {
    await Deno.mkdir(directory);
    await Deno.writeTextFile(`${directory}/package.json`, manifest);
  }
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--cache", cache];
  try {
    await tool(["npm", "install", "--package-lock-only", ...options], first!);
    await tool(["npm", "ci", ...options], first!);
    await tool(["rm", "-rf", "node_modules"], first!);
  } catch (error) {
    return { why: `the packages cannot be had: ${String(error).slice(0, 200)}` };
  }
  for (const directory of directories.slice(1)) {
    await Deno.copyFile(`${first}/package-lock.json`, `${directory}/package-lock.json`);
  }
  return { cache };
}
