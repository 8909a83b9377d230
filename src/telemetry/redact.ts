/**
 * Arguments of programs may be secrets, and the log is read by others than those who typed them.
 *
 * @module
 */

/** Instead of what is left out. */
const REDACTED = "***";

/** Names of options, headers and variables whose values are secrets, and no authors nor what passed. */
const SECRET = String
  .raw`(?:pass(?:word|wd|phrase)?(?!e[ds]|ing|age|ive|thr)|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|auth(?:orization)?(?!or)|bearer|cookie)`;
/** The whole of one: what looks ahead is not tried again with less, so that long words take no long time. */
const WORD = String.raw`(?=[-\w.]*${SECRET})[-\w.]+(?![-\w.])`;
/** … and what is before a value. */
const NAME = String.raw`${WORD}\s*[=:]\s*`;
/** Up to where a shell would end it. */
const VALUE = String.raw`(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|(?:\\.|[^\s\\"';&|)])+)`;
/** `--token=…`, `AWS_SECRET_ACCESS_KEY=…`, `authorization: …`: the value is all behind it. */
const NAMED = new RegExp(String.raw`^(${NAME}).+$`, "is");
/** What is named so in an argument that is a command of a shell, or a program's text: `-H "authorization: …"`, up to the quote. */
const QUOTED = new RegExp(String.raw`(["'])(${NAME})(?:\\.|(?!\1)[^\\])+`, "gis");
/** … and `export TOKEN=…`, `"password": "…"`, `--token …` there. */
const WITHIN = new RegExp(
  String.raw`(?<![-\w.])(${WORD}["']?\s*[=:]\s*|--?[-\w]*${SECRET}\s+(?!-))${VALUE}`,
  "gi",
);
/** Of `--user me:…`, as curl takes it; a number is a user's, as docker takes it. */
const ACCOUNT_OPTION = /^(?:-[uU]|--(?:proxy-)?user)$/;
const ACCOUNT = /^([^\s:]+:)(?!\d+$).+$/s;
const ACCOUNT_WITHIN =
  /(?<![-\w.])((?:-[uU]|--(?:proxy-)?user)(?:\s+|=)["']?[^\s:"'/]+:)(?!\d+(?:\s|$))[^\s"']+/g;
/** `--token`: the next argument is the value. */
const OPTION = new RegExp(String.raw`^--?[-\w]*${SECRET}$`, "i");
/** `https://user:password@host` */
const IN_URL = /(?<![\w+.-])(\w[\w+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/g;
/** What services call their keys, so that leaks are found. */
const KEYS =
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|sk-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|npm_\w{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)/g;

/** Without what looks like a secret. With `all`, nothing is kept but the program's name. */
export function redactArguments(args: readonly string[], all: boolean): readonly string[] {
  if (all) return args.length > 1 ? [args[0]!, REDACTED] : args;
  let [isValue, isAccount] = [false, false];
  return args.map((argument) => {
    const [wasNamed, wasAccount] = [isValue, isAccount];
    isValue = OPTION.test(argument);
    isAccount = ACCOUNT_OPTION.test(argument);
    if (wasNamed && !argument.startsWith("-")) return REDACTED;
    if (wasAccount) return argument.replace(ACCOUNT, `$1${REDACTED}`);
    return argument.replace(NAMED, `$1${REDACTED}`)
      .replace(QUOTED, `$1$2${REDACTED}`)
      .replace(WITHIN, `$1${REDACTED}`)
      .replace(ACCOUNT_WITHIN, `$1${REDACTED}`)
      .replace(IN_URL, `$1${REDACTED}@`)
      .replace(KEYS, REDACTED);
  });
}
