/**
 * Arguments of programs may be secrets, and the log is read by others than those who typed them.
 *
 * @module
 */

/** Instead of what is left out. */
const REDACTED = "***";

/** Names of options, headers and variables whose values are secrets. */
const SECRET = String
  .raw`(?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|auth(?:orization)?|bearer|cookie)`;
/** `--token=…`, `AWS_SECRET_ACCESS_KEY=…`, `authorization: …`: the value is behind it. */
const NAMED = new RegExp(String.raw`^([-\w.]*${SECRET}[-\w.]*\s*[=:]\s*).+$`, "is");
/** `--token`: the next argument is the value. */
const OPTION = new RegExp(String.raw`^--?[-\w]*${SECRET}$`, "i");
/** `https://user:password@host` */
const IN_URL = /(\w[\w+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/g;
/** What services call their keys, so that leaks are found. */
const KEYS =
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|sk-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|npm_\w{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)/g;

/** Without what looks like a secret. With `all`, nothing is kept but the program's name. */
export function redactArguments(args: readonly string[], all: boolean): readonly string[] {
  if (all) return args.length > 1 ? [args[0]!, REDACTED] : args;
  let isValue = false;
  return args.map((argument) => {
    const wasNamed = isValue;
    isValue = OPTION.test(argument);
    if (wasNamed && !argument.startsWith("-")) return REDACTED;
    return argument.replace(NAMED, `$1${REDACTED}`)
      .replace(IN_URL, `$1${REDACTED}@`)
      .replace(KEYS, REDACTED);
  });
}
