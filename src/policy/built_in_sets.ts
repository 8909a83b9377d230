/**
 * Sets of rules to start from, by name.
 *
 * @module
 */

export interface BuiltInSet {
  /** One line for people. */
  readonly brief: string;
  /** As a policy's file has them. */
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

/** Everything but looking at it. */
const CHANGES = "write,truncate,create,unlink,rename,link,attributes";

/** More may come behind what is there. */
const KEPT = "truncate,unlink,rename";

const secret = (name: string, path_pattern: string) => ({ name, path_pattern, deny: "all" });
const readOnly = (name: string, path_pattern: string) => ({ name, path_pattern, deny: CHANGES });

export const BUILT_IN_SETS: Readonly<Record<string, BuiltInSet>> = {
  "protect-git": {
    brief: "hooks, configuration and history of git; commits can be made",
    rules: [
      readOnly("git hooks", "**/.git/hooks"),
      readOnly("git configuration", "**/.git/config"),
      readOnly("git configuration of a worktree", "**/.git/config.worktree"),
      readOnly("git attributes", "**/.git/info/attributes"),
      readOnly("alternate objects of git", "**/.git/objects/info/alternates"),
      // Objects are made under other names. What has its name is history.
      { name: "git objects being made", path_pattern: "**/.git/objects/**/tmp_*", allow: "all" },
      {
        name: "git packs being made",
        path_pattern: "**/.git/objects/pack/.tmp-*",
        allow: "all",
      },
      // It is made and taken away after each commit.
      {
        name: "the lock of git's maintenance",
        path_pattern: "**/.git/objects/maintenance.lock",
        allow: "all",
      },
      {
        name: "git objects",
        path_pattern: "**/.git/objects/**",
        deny: "write,truncate,unlink",
      },
      // What git could not finish it takes away, or it would be in the way of what comes next.
      { name: "locks of git's logs", path_pattern: "**/.git/logs/**/*.lock", allow: "all" },
      { name: "the log of HEAD", path_pattern: "**/.git/logs/HEAD", deny: KEPT },
      { name: "logs of git branches", path_pattern: "**/.git/logs/refs/heads/**", deny: KEPT },
      // The folder itself stays, whatever git does in it.
      { name: "the rest of git", path_pattern: "**/.git/**", allow: "unlink,rename" },
      { name: "the git folder", path_pattern: "**/.git/", deny: "unlink,rename" },
      // Of a worktree it is a file: that of the project itself stays, others go with their worktrees.
      { name: "where git is", path_pattern: "/.git", deny: "unlink,rename" },
    ],
  },
  secrets: {
    brief: "files with keys and passwords can be neither read nor changed",
    rules: [
      { name: "an example of an environment", path_pattern: ".env.example", allow: "all" },
      { name: "a sample of an environment", path_pattern: ".env.sample", allow: "all" },
      { name: "a template of an environment", path_pattern: ".env.template", allow: "all" },
      secret("an environment", ".env"),
      secret("an environment by name", ".env.*"),
      secret("an environment of direnv", ".envrc"),
      secret("a private key of ssh (rsa)", "id_rsa"),
      secret("a private key of ssh (ed25519)", "id_ed25519"),
      secret("a private key of ssh (ecdsa)", "id_ecdsa"),
      secret("a private key", "*.key"),
      secret("a key or certificate", "*.pem"),
      secret("a store of keys", "*.p12"),
      secret("a store of keys (pfx)", "*.pfx"),
      secret("a store of keys (jks)", "*.jks"),
      secret("a store of passwords", "*.kdbx"),
      secret("passwords of hosts", ".netrc"),
      secret("a token of npm", ".npmrc"),
      secret("a token of PyPI", ".pypirc"),
      secret("credentials of AWS", "**/.aws/credentials"),
      secret("credentials of git", ".git-credentials"),
      secret("credentials of Docker", "**/.docker/config.json"),
      secret("credentials of Kubernetes", "**/.kube/config"),
    ],
  },
  "deps-readonly": {
    brief: "what package managers installed is not changed",
    rules: [
      readOnly("packages of node", "node_modules/"),
      readOnly("packages of Python", "site-packages/"),
      readOnly("packages that are vendored", "/vendor/"),
    ],
  },
  "no-mass-delete": {
    brief: "before very much is deleted, what is there is recorded",
    rules: [{ name: "mass deletion", path_pattern: "**", checkpoint: 50 }],
  },
};
