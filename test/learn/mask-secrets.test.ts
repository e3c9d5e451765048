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
    [["git", "clone", "https://ada:hunter@2@example.org/x.git"], ["git", "clone", "https://***@example.org/x.git"]],
    [["curl", "-u", "ada:hunter2", "https://example.org"], ["curl", "-u", "ada:***", "https://example.org"]],
    [["docker", "run", "--user", "1000"], ["docker", "run", "--user", "1000"]],
    [["env", "DB_PASS=hunter2", "MYSQL_PWD=hunter2", "PWD=/srv"], ["env", "DB_PASS=***", "MYSQL_PWD=***", "PWD=/srv"]],
    [["tool", "--pass", "hunter2", "--pwd", "hunter2", "--bypass", "yes"], ["tool", "--pass", "***", "--pwd", "***", "--bypass", "yes"]],
    [["curl", "-H", "Cookie: session=abc", "-d", '{"password": "hun\\"ter2", "user": "ada"}'],
      ["curl", "-H", "Cookie: ***", "-d", '{"password": "***", "user": "ada"}']],
    [["tool", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n"], ["tool", "***"]],
    [["npm", "test"], ["npm", "test"]],
    [["git", "commit", "-m", "fix the author of tokens", "--author", "Ada <ada@example.org>"],
      ["git", "commit", "-m", "fix the author of tokens", "--author", "Ada <ada@example.org>"]],
    [["python3", "-m", "pytest", "-k", "password"], ["python3", "-m", "pytest", "-k", "password"]],
    [["ssh-keygen", "-t", "ed25519"], ["ssh-keygen", "-t", "ed25519"]],
  ])("%j", (words, expected) => { expect(withoutSecrets(words)).toEqual(expected); });

  it.each(["a", "a-", "--token", "token=", "http://"])("is soon done with many of %j", (piece) => {
    expect(withoutSecrets([piece.repeat(100_000 / piece.length)]).join().length).toBeLessThan(100_001);
  });
});
