/**
 * The changelog, put together from fragments: each change that a user notices brings a file `changes/NAME.KIND.md` of one
 * sentence or a few. So two branches never change the same lines.
 *
 * @module
 */

import { join } from "node:path";

/** What a fragment may be, and its heading. Headings come in this order. */
const KINDS: Readonly<Record<string, string>> = {
  security: "Security",
  changed: "Changed",
  removed: "Removed",
  added: "Added",
  fixed: "Fixed",
};

/** One change. */
export interface Fragment {
  readonly file: string;
  readonly kind: string;
  readonly text: string;
}

const LONGEST = 600;

/** The fragments of a directory, by name. Throws if one is not as it should be, and says all that is wrong. */
export async function readFragments(directory: string): Promise<Fragment[]> {
  const fragments: Fragment[] = [];
  const wrong: string[] = [];
  for await (const { name: file } of Deno.readDir(directory)) {
    if (file === "README.md") continue;
    const [, kind] = /^[a-z0-9][a-z0-9-]*\.([a-z]+)\.md$/.exec(file) ?? [];
    const text = (await Deno.readTextFile(join(directory, file))).trim();
    const fault = kind === undefined
      ? "its name is not NAME.KIND.md, in small letters"
      : !(kind in KINDS)
      ? `${kind} is none of ${Object.keys(KINDS).join(", ")}`
      : faultOf(text);
    if (fault === undefined) fragments.push({ file, kind: kind!, text });
    else wrong.push(`${join(directory, file)}: ${fault}`);
  }
  if (wrong.length > 0) throw new Error(wrong.toSorted().join("\n"));
  return fragments.toSorted((a, b) => a.file < b.file ? -1 : 1);
}

function faultOf(text: string): string | undefined {
  if (text === "") return "it says nothing";
  if (text.length > LONGEST) {
    return `it is longer than ${LONGEST} characters: say what a user has to know`;
  }
  if (/^\s*(#|[-*] )/m.test(text)) {
    return "it has a heading or a list: headings and bullets are put in front of it";
  }
  if (/\n\s*\n/.test(text)) return "it has more than one paragraph: make a file of each";
  if (!/^[A-Z`]/.test(text)) return "it does not begin like a sentence";
  if (!/[.!)`]$/.test(text)) return "it does not end like a sentence";
  return undefined;
}

/** What is new in a version, as Markdown. */
export function notes(version: string, date: string, fragments: readonly Fragment[]): string {
  const parts = [`## ${version} (${date})\n`];
  for (const [kind, heading] of Object.entries(KINDS)) {
    const texts = fragments.filter((fragment) => fragment.kind === kind).map(({ text }) =>
      `- ${text.replaceAll("\n", "\n  ")}\n`
    );
    if (texts.length > 0) parts.push(`### ${heading}\n`, texts.join(""));
  }
  if (fragments.length === 0) parts.push("Nothing that a user notices.\n");
  return parts.join("\n");
}

/** The changelog with `added` in front of the versions it has. Throws if it has that version. */
export function prepended(changelog: string, added: string): string {
  const version = /^## (\S+)/.exec(added)![1]!;
  if (changelog.includes(`\n## ${version} `)) {
    throw new Error(`CHANGELOG.md has ${version} already`);
  }
  const at = changelog.search(/^## /m);
  if (at < 0) return `${changelog.trimEnd()}\n\n${added}`;
  return `${changelog.slice(0, at)}${added}\n${changelog.slice(at)}`;
}

/** What a changelog says of a version, as {@linkcode notes} wrote it; undefined if it does not have it. */
export function notesOf(version: string, changelog: string): string | undefined {
  const parts = changelog.split(/^(?=## )/m).filter((part) => part.startsWith(`## ${version} `));
  return parts[0]?.replace(/\n+$/, "\n");
}
