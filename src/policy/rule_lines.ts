/**
 * The line of each rule of a policy's file, from 1: that of the brace that it begins with. The text is JSON.
 */
export function ruleLines(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  /** Of the array of rules; 0 before it. */
  let rulesDepth = 0;
  let key = "";
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === "\n") line++;
    else if (c === '"') {
      const end = endOfString(text, at);
      if (depth === 1) key = text.slice(at + 1, end);
      at = end;
    } else if (c === "[" || c === "{") {
      if (c === "{" && rulesDepth > 0 && depth === rulesDepth) lines.push(line);
      depth++;
      if (c === "[" && (depth === 1 || (depth === 2 && key === "rules"))) rulesDepth = depth;
    } else if (c === "]" || c === "}") {
      if (depth === rulesDepth) rulesDepth = 0;
      depth--;
    }
  }
  return lines;
}

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
