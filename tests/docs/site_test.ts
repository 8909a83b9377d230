/** The site: every page is made, every link of it leads to a file that is there. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { docsSite } from "../../scripts/docs_site.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("links of the site lead to pages that are there, and what is for the tests is not shown", async () => {
  await withTemporary(async (out) => {
    await docsSite(out);
    const pages = ["index.html", "SECURITY.html", "docs/index.html", "docs/cli.html"];
    let links = 0;
    for (const page of pages) {
      const html = await Deno.readTextFile(join(out, page));
      assert.doesNotMatch(html, /<!--|run first:|not run:/);
      for (const [, to] of html.matchAll(/(?:href|src)="(?!https?:|#)([^"#]+)/g)) {
        assert.ok((await Deno.stat(join(out, dirname(page), to!))).isFile, `${page}: ${to}`);
        links++;
      }
    }
    assert.ok(links > 100, `${links} links`);
  });
});
