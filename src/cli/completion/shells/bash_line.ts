/**
 * A command line as bash's completion has it: one string up to the cursor, which its quotes and backslashes divide.
 *
 * @module
 */

export interface BashLine {
  /** What is before the word that is being typed, the program's name included, without quotes. */
  readonly words: readonly string[];
  /** The word that is being typed, as far as it goes, without quotes. */
  readonly current: string;
  /** The beginning of {@linkcode current} that bash leaves as it is: it puts a completion behind it. */
  readonly kept: string;
  /** The quote that is open at the cursor, or nothing. */
  readonly quote: "" | '"' | "'";
}

/** @param breaks the characters behind which bash completes (`$COMP_WORDBREAKS`) */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: string[] = [];
  let word: string | null = null;
  let quote: BashLine["quote"] = "";
  let kept = "";
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quote === "" && /\s/.test(c)) {
      if (word !== null) words.push(word);
      [word, kept] = [null, ""];
      continue;
    }
    word ??= "";
    if (quote === "" && c === "\\" || quote === '"' && c === "\\" && /["$`\\]/.test(line[i + 1]!)) {
      word += line[++i] ?? "";
    } else if (quote === "" && (c === '"' || c === "'")) {
      quote = c;
      kept = word;
    } else if (quote === c) {
      quote = "";
    } else {
      word += c;
      if (quote === "" && breaks.includes(c)) kept = word;
    }
  }
  return { words, current: word ?? "", kept, quote };
}

/** `word` as it is to stand behind what bash keeps of the line. */
export function quotedForBash(word: string, { kept, quote }: Pick<BashLine, "kept" | "quote">) {
  const text = word.slice(kept.length);
  if (quote === '"') return text.replace(/["$`\\]/g, "\\$&");
  if (quote === "'") return text.replaceAll("'", `'\\''`);
  return text.replace(/[^\w.,/@%+:=\-\u0080-\u{10ffff}]/gu, "\\$&");
}
