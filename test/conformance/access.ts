import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  type Access,
  type ApiToken,
  type AuditEntry,
  InvalidCursorError,
} from "../../src/contracts.ts";

const hour = 3_600_000;
const sha = (sign: string) => sign.repeat(64);
const inAnHour = () => new Date(Date.now() + hour).toISOString();
const past = () => new Date(Date.now() - 1_000).toISOString();

function token(name: string, changes: Partial<ApiToken> = {}): ApiToken {
  return {
    ...{ name, sha256: sha(name.charAt(0)), scopes: ["read"] },
    ...{ createdAt: "2026-11-20T10:00:00.000Z", createdBy: "OPS_TOKENS" },
    ...changes,
  };
}

function entry(n: number, changes: Partial<AuditEntry> = {}): AuditEntry {
  const at = new Date(Date.now() - hour + n * 1_000).toISOString();
  return { id: `aud_${n}`, at, who: "anna", action: "listEvents", result: "done", ...changes };
}

/** What every store promises of tokens, sessions and the audit. */
export function testAccess(
  name: string,
  options: { skip: string | false },
  open: () => Promise<{ readonly access: Access; close(): Promise<void> }>,
): void {
  describe(`who may ask the API, in the ${name} store`, options, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    testTokens(() => opened.access.tokens);
    testSessions(() => opened.access.sessions);
    testAudit(() => opened.access.audit);
  });
}

function testTokens(tokens: () => Access["tokens"]): void {
  it("a token is found by its secret alone, and is as it was made", async () => {
    const whole = token("anna", {
      scopes: ["read", "operate"],
      accounts: ["700700700700700"],
      expiresAt: past(),
    });
    assert.equal(await tokens().create(whole), true);
    assert.equal(await tokens().create(token("ben")), true);
    assert.deepEqual(await tokens().withSecret(whole.sha256), whole);
    assert.equal(await tokens().withSecret(sha("c")), undefined);
    assert.equal(await tokens().withSecret("anna"), undefined);
    assert.deepEqual(await tokens().list(), [whole, token("ben")]);
  });

  it("a name is taken once, and free when its token is revoked", async () => {
    await tokens().create(token("anna"));
    assert.equal(await tokens().create(token("anna", { sha256: sha("z") })), false);
    assert.equal(await tokens().withSecret(sha("z")), undefined);
    assert.equal(await tokens().revoke("anna"), true);
    assert.equal(await tokens().revoke("anna"), false);
    assert.equal(await tokens().withSecret(sha("a")), undefined);
    assert.equal(await tokens().create(token("anna", { sha256: sha("z") })), true);
  });

  it("the last use is kept, never goes back, and makes no token", async () => {
    await tokens().create(token("anna"));
    const at = "2026-11-20T11:00:00.000Z";
    await tokens().used("anna", at);
    await tokens().used("anna", "2026-11-20T10:30:00.000Z");
    await tokens().used("ben", at);
    assert.deepEqual(await tokens().list(), [token("anna", { lastUsedAt: at })]);
  });
}

function testSessions(sessions: () => Access["sessions"]): void {
  it("a session is there until it ends or its time is over", async () => {
    const session = { sha256: sha("a"), token: sha("t"), revealed: true, expiresAt: inAnHour() };
    await sessions().begin(session);
    await sessions().begin({ ...session, sha256: sha("b"), revealed: false });
    await sessions().begin({ ...session, sha256: sha("c"), expiresAt: past() });
    assert.deepEqual(await sessions().find(sha("a")), session);
    assert.equal((await sessions().find(sha("b")))?.revealed, false);
    assert.equal(await sessions().find(sha("c")), undefined);
    await sessions().end(sha("a"));
    await sessions().end(sha("a"));
    assert.equal(await sessions().find(sha("a")), undefined);
    assert.notEqual(await sessions().find(sha("b")), undefined);
  });

  it("a code is redeemed once, however many ask at the same time", async () => {
    const code = { sha256: sha("a"), token: sha("t"), expiresAt: inAnHour() };
    await sessions().offer(code);
    const all = await Promise.all(Array.from({ length: 5 }, () => sessions().redeem(code.sha256)));
    assert.deepEqual(
      all.filter((each) => each !== undefined),
      [code],
    );
    assert.equal(await sessions().redeem(code.sha256), undefined);
  });

  it("a code is no session, a session no code, and one whose time is over is nothing", async () => {
    await sessions().offer({ sha256: sha("a"), token: sha("t"), expiresAt: inAnHour() });
    assert.equal(await sessions().find(sha("a")), undefined);
    await sessions().begin({
      ...{ sha256: sha("b"), token: sha("t"), revealed: false },
      expiresAt: inAnHour(),
    });
    assert.equal(await sessions().redeem(sha("b")), undefined);
    assert.notEqual(await sessions().find(sha("b")), undefined);
    await sessions().offer({ sha256: sha("c"), token: sha("t"), expiresAt: past() });
    assert.equal(await sessions().redeem(sha("c")), undefined);
  });
}

function testAudit(audit: () => Access["audit"]): void {
  const ids = async (question: Parameters<Access["audit"]["list"]>[0]) =>
    (await audit().list(question, { limit: 50 })).items.map(({ id }) => id);

  it("an entry comes back as it was, once", async () => {
    const whole = entry(1, {
      ...{ session: true, count: 3, result: "refused", reason: "a complaint" },
      filter: { contact: "ctc_1", type: ["whatsapp.#"], limit: 50, again: true },
    });
    await audit().record([whole, entry(2)]);
    await audit().record([whole]);
    const { items, next } = await audit().list({}, { limit: 50 });
    assert.deepEqual(items, [{ ...entry(2), at: items[0]?.at }, whole]);
    assert.equal(next, null);
    await audit().record([]);
  });

  it("pages are newest first and do not shift when more comes", async () => {
    await audit().record([1, 2, 3, 4, 5].map((n) => entry(n)));
    const first = await audit().list({}, { limit: 2 });
    await audit().record([entry(6)]);
    const second = await audit().list({}, { limit: 2, cursor: first.next ?? "" });
    const third = await audit().list({}, { limit: 2, cursor: second.next ?? "" });
    const all = [first, second, third].map(({ items }) => items.map(({ id }) => id));
    assert.deepEqual(all, [["aud_5", "aud_4"], ["aud_3", "aud_2"], ["aud_1"]]);
    assert.equal(third.next, null);
    await assert.rejects(audit().list({}, { limit: 2, cursor: "x" }), InvalidCursorError);
  });

  it("is asked by who, what and when", async () => {
    const [one, two, three] = [
      entry(1),
      entry(2, { who: "ben" }),
      entry(3, { action: "revokeToken" }),
    ];
    await audit().record([one, two, three]);
    assert.deepEqual(await ids({ who: "anna" }), ["aud_3", "aud_1"]);
    assert.deepEqual(await ids({ action: "listEvents" }), ["aud_2", "aud_1"]);
    assert.deepEqual(await ids({ who: "anna", action: "listEvents" }), ["aud_1"]);
    assert.deepEqual(await ids({ from: two.at }), ["aud_3", "aud_2"]);
    assert.deepEqual(await ids({ to: two.at }), ["aud_1"]);
    assert.deepEqual(await ids({ who: "anna", from: two.at, to: three.at }), []);
  });

  it("is kept for 400 days and no longer", async () => {
    const ago = (days: number) => new Date(Date.now() - days * 24 * hour).toISOString();
    await audit().record([entry(1, { at: ago(399) }), entry(2, { at: ago(401) })]);
    assert.deepEqual(await ids({}), ["aud_1"]);
  });
}
