/**
 * Makes the documentation a site of plain files: each page of Markdown as HTML, with a list of all, and links that lead somewhere.
 *
 * ```sh
 * deno run -A scripts/docs_site.ts [DIR]   # default: dist/site
 * ```
 *
 * @module
 */

import { basename, dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Marked } from "npm:marked@18.2.1";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Makes the site in `out`. Throws where a link leads nowhere. */
export async function docsSite(out: string): Promise<void> {
  const docs = (await Array.fromAsync(Deno.readDir(join(ROOT, "docs")))).map(({ name }) => name)
    .sort();
  const pages = [
    ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md"],
    ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
  ];
  const texts = new Map<string, string>();
  for (const page of pages) texts.set(page, await Deno.readTextFile(join(ROOT, page)));
  const made = new Map([...texts].map(([page, text]) => [page, rendered(page, text, texts)]));
  checkAnchors(made);
  for (const [page, { html }] of made) {
    const path = join(out, fileOf(page));
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, whole(page, html, texts));
  }
  for (const name of docs.filter((name) => /\.(svg|json)$/.test(name))) {
    await Deno.copyFile(join(ROOT, "docs", name), join(out, "docs", name));
  }
}

interface Rendered {
  readonly html: string;
  readonly anchors: ReadonlySet<string>;
  /** Pages that it leads to, with a place in them. */
  readonly links: readonly { readonly page: string; readonly anchor: string }[];
}

function rendered(page: string, text: string, texts: ReadonlyMap<string, string>): Rendered {
  const anchors = new Set<string>();
  const links: { page: string; anchor: string }[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        const slug = slugOf(inner.replace(/<[^>]*>/g, ""), anchors);
        return `<h${depth} id="${slug}">${inner}</h${depth}>\n`;
      },
      // Sources are not on the site.
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        return href === "" ? inner : `<a href="${escaped(href)}">${inner}</a>`;
      },
      html: ({ text }) => text.startsWith("<!--") ? "" : text,
    },
    walkTokens(token) {
      if (token.type !== "link" || /^[a-z]+:/.test(token.href)) return;
      const [path, anchor = ""] = token.href.split("#") as [string, string?];
      const target = path === "" ? page : normalize(join(dirname(page), path));
      if (texts.has(target)) {
        links.push({ page: target, anchor });
        const to = relative(dirname(page), fileOf(target)) || basename(fileOf(target));
        token.href = anchor === "" ? to : `${path === "" ? "" : to}#${anchor}`;
      } else if (!/\.(svg|json)$/.test(target) || !target.startsWith("docs/")) {
        Deno.statSync(join(ROOT, target)); // throws where there is no such file
        token.href = "";
      }
    },
  });
  const html = marked.parse(text, { async: false });
  return { html, anchors, links };
}

/** As GitHub has them, so that links work in both places. */
function slugOf(heading: string, taken: Set<string>): string {
  const plain = heading.replace(/&[a-z#0-9]+;/g, "").toLowerCase();
  const slug = plain.replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-");
  let unique = slug;
  for (let i = 1; taken.has(unique); i++) unique = `${slug}-${i}`;
  taken.add(unique);
  return unique;
}

function checkAnchors(made: ReadonlyMap<string, Rendered>): void {
  const wrong = [...made].flatMap(([from, { links }]) =>
    links.filter(({ page, anchor }) => anchor !== "" && !made.get(page)!.anchors.has(anchor))
      .map(({ page, anchor }) => `${from}: there is no #${anchor} in ${page}`)
  );
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

function fileOf(page: string): string {
  return page === "README.md" ? "index.html" : page.replace(/\.md$/, ".html");
}

function titleOf(page: string, texts: ReadonlyMap<string, string>): string {
  return /^# (.*)$/m.exec(texts.get(page)!)?.[1]?.replaceAll("`", "") ?? basename(page);
}

function whole(page: string, html: string, texts: ReadonlyMap<string, string>): string {
  const nav = [...texts.keys()].map((other) => {
    const current = other === page ? ' aria-current="page"' : "";
    const href = relative(dirname(page), fileOf(other));
    return `<li><a href="${href}"${current}>${escaped(titleOf(other, texts))}</a></li>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(titleOf(page, texts))}</title>
<style>${STYLE}</style>
<nav><ul>${nav.join("\n")}</ul></nav>
<main>
${html}</main>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const STYLE = `
body{margin:0;display:flex;font:16px/1.55 system-ui,sans-serif;color:#1c2127;background:#fff}
nav{flex:0 0 15em;padding:1em;background:#f4f6f8;min-height:100vh;font-size:14px;box-sizing:border-box}
nav ul{list-style:none;margin:0;padding:0}nav li{margin:.35em 0}
main{flex:1;min-width:0;max-width:56em;padding:1em 2em 4em}
a{color:#0b5cad;text-decoration:none}a:hover{text-decoration:underline}a[aria-current]{font-weight:bold;color:inherit}
pre{background:#15191e;color:#d7dce2;padding:1em;border-radius:6px;overflow-x:auto}
code{font:14px ui-monospace,Menlo,Consolas,monospace}:not(pre)>code{background:#eef1f4;padding:.1em .3em;border-radius:3px}
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #d5dae0;padding:.3em .6em;text-align:left;vertical-align:top}
img{max-width:100%}
@media(max-width:50em){body{display:block}nav{min-height:0}}
@media(prefers-color-scheme:dark){body{background:#101418;color:#d7dce2}nav{background:#181d22}a{color:#79c0ff}:not(pre)>code{background:#222930}td,th{border-color:#39424c}}
`;

if (import.meta.main) {
  const out = Deno.args[0] ?? join(ROOT, "dist/site");
  await docsSite(out);
  console.log(join(out, "index.html"));
}
