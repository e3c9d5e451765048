/** What of a command a draft keeps. */
import { describe, expect, it } from "vitest";
import { withoutSecrets } from "../../src/learn/mask-secrets.js";

describe("withoutSecrets", () => {
  it.each<[readonly string[], readonly string[]]>([
    [["deploy", "--token", "abc123"], ["deploy", "--token", "***"]],
    [["deploy", "--api-key=abc123", "--region", "eu"], ["deploy", "--api-key=***", "--region", "eu"]],
    [["deploy", "--password", "--verbose"], ["deploy", "--password", "--verbose"]],
    [["mysql", "--password=a b"], ["mysql", "--password=***"]],
    [["env", "GITHUB_TOKEN=abc", "NODE_ENV=test", "npm", "test"], ["env", "GITHUB_TOKEN=***", "NODE_ENV=test", "npm", "test"]],
    [["git", "clone", "https://ada:hunter2@example.org/x.git"], ["git", "clone", "https://***@example.org/x.git"]],
    [["curl", "-H", "Authorization: Bearer abc.def", "https://example.org/?access_token=abc&page=2"],
      ["curl", "-H", "Authorization: ***", "https://example.org/?access_token=***&page=2"]],
    [["curl", "-H", "X-Api-Key: abc"], ["curl", "-H", "X-Api-Key: ***"]],
    [["sh", "-c", "deploy --token abc && curl -H 'Authorization: Bearer x' https://example.org"],
      ["sh", "-c", "deploy --token *** && curl -H 'Authorization: ***' https://example.org"]],
    [["tool", `ghp_${"a".repeat(36)}`, `AKIA${"A".repeat(16)}`, `sk-${"b".repeat(40)}`], ["tool", "***", "***", "***"]],
    [["npm", "test"], ["npm", "test"]],
    [["git", "commit", "-m", "fix the author of tokens", "--author", "Ada <ada@example.org>"],
      ["git", "commit", "-m", "fix the author of tokens", "--author", "Ada <ada@example.org>"]],
    [["python3", "-m", "pytest", "-k", "password"], ["python3", "-m", "pytest", "-k", "password"]],
    [["ssh-keygen", "-t", "ed25519"], ["ssh-keygen", "-t", "ed25519"]],
  ])("%j", (words, expected) => { expect(withoutSecrets(words)).toEqual(expected); });
});
