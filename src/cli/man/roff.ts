/**
 * Text as the macros of man(7) take it.
 *
 * @module
 */

/** One argument of a macro, or a line of text: nothing in it is taken for a request. */
export function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll('"', "\\(dq")
    .replace(/^(['.])/gm, "\\&$1").replaceAll("`", "\\(ga").replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti").replaceAll("…", "...").replaceAll("→", "\\(->");
}

/** A term and what it means. */
export function term(name: string, meaning: string): string {
  return `.TP\n.B ${roff(name)}\n${roff(meaning)}`;
}

export function section(title: string, ...parts: string[]): string {
  return `.SH ${title}\n${parts.join("\n")}`;
}

/**
 * Help that was laid out for a screen. Lines that begin at the margin are paragraphs; of those that are indented, what has two
 * columns is a list, and the rest stays as it is.
 */
export function laidOut(text: string): string {
  const out: string[] = [];
  let inside: "paragraph" | "list" | "plain" | null = null;
  const enter = (kind: typeof inside) => {
    if (inside === kind) return;
    if (inside === "plain") out.push(".fi");
    if (kind === "plain") out.push(".nf");
    else if (kind === "paragraph") out.push(".PP");
    inside = kind;
  };
  for (const line of text.split("\n")) {
    const row = /^ {2}(\S(?:\S| (?! ))*) {2,}(\S.*)$/.exec(line);
    if (row !== null) {
      enter("list");
      out.push(term(row[1]!, row[2]!));
    } else if (inside === "list" && /^ {4,}\S/.test(line)) {
      out.push(roff(line.trim()));
    } else if (/^\s+\S/.test(line)) {
      enter("plain");
      out.push(roff(line));
    } else if (line.trim() !== "") {
      enter("paragraph");
      out.push(roff(line));
    }
  }
  if (inside === "plain") out.push(".fi");
  return out.join("\n");
}
