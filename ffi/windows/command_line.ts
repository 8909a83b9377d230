/**
 * A command line, which is one text on Windows, as the arguments that programs make of it.
 *
 * @module
 */

/**
 * By the rules of Microsoft's C runtime: blanks part arguments, but in quotes; before a quote, two backslashes stand for one
 * and an odd one makes the quote a character; two quotes in quotes are a character, too. The program's name has no
 * backslashes that mean anything.
 */
export function splitCommandLine(line: string): string[] {
  const program = /^"([^"]*)"?|^[^ \t]*/.exec(line)!;
  const args = [program[1] ?? program[0]];
  let at = skipBlanks(line, program[0].length);
  while (at < line.length) {
    const { argument, end } = takeArgument(line, at);
    args.push(argument);
    at = skipBlanks(line, end);
  }
  return args;
}

function takeArgument(line: string, start: number): { argument: string; end: number } {
  let argument = "";
  let isQuoted = false;
  let at = start;
  while (at < line.length && (isQuoted || !isBlank(line[at]!))) {
    const slashes = /^\\*/.exec(line.slice(at))![0].length;
    at += slashes;
    if (line[at] !== '"') {
      argument += "\\".repeat(slashes);
      if (slashes === 0) argument += line[at++];
      continue;
    }
    argument += "\\".repeat(slashes >> 1);
    if (slashes % 2 === 1) argument += '"';
    else if (isQuoted && line[at + 1] === '"') {
      argument += '"';
      at++;
    } else isQuoted = !isQuoted;
    at++;
  }
  return { argument, end: at };
}

function skipBlanks(line: string, at: number): number {
  while (at < line.length && isBlank(line[at]!)) at++;
  return at;
}

function isBlank(character: string): boolean {
  return character === " " || character === "\t";
}
