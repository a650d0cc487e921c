import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { OptionError } from "../../../src/destinations/destination-kind.ts";
import { parseSmtpUrl } from "../../../src/destinations/email/smtp-url.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { createAuthority } from "../../support/certificates.ts";
import { startStub } from "../stub.ts";
import { startMailServer } from "./mail-server.ts";
import { createEmailTo } from "./mailing.ts";

const authority = createAuthority("Acme CA");
const certificate = authority.issue("127.0.0.1", "IP:127.0.0.1");
const login = { user: "waypost", password: "pa/ss+w@rd:1" };

describe("the connection to a mail server", () => {
  it("is encrypted before anything is said, where that is wanted", async () => {
    const server = await startMailServer({ ...login, ...certificate, allowInsecureAuth: false });
    const options = { requireTls: true, tls: { ca: authority.cert } };
    const destination = createEmailTo(server.url, options);
    const [check] = await destination.check(AbortSignal.timeout(5_000));
    assert.match(check?.detail ?? "", /with TLS, logged in$/);
    assert.ok(!((await attempt(destination, makeText("x"))) instanceof DeliveryError));
    await destination.close();
    const stranger = createEmailTo(server.url, { requireTls: true });
    const outcome = await attempt(stranger, makeText("x"));
    assert.ok(outcome instanceof DeliveryError);
    assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", false]);
    assert.match(outcome.message, /certificate is not accepted/);
    await stranger.close();
    await server.close();
  });

  it("tells nothing to a server without STARTTLS, where that is wanted", async () => {
    const server = await startMailServer({
      ...login,
      hideSTARTTLS: true,
      disabledCommands: ["STARTTLS"],
    });
    const destination = createEmailTo(server.url, { requireTls: true });
    const outcome = await attempt(destination, makeText("x"));
    assert.ok(outcome instanceof DeliveryError);
    assert.equal(outcome.verdict, "config");
    assert.match(outcome.message, /offers no STARTTLS/);
    assert.deepEqual(server.logins(), []);
    await destination.close();
    await server.close();
  });

  it("is encrypted from the start with smtps://", async () => {
    const server = await startMailServer({ ...login, ...certificate, secure: true });
    const url = server.url.replace("smtp:", "smtps:");
    const destination = createEmailTo(url, { tls: { ca: authority.cert } });
    assert.ok(!((await attempt(destination, makeText("x"))) instanceof DeliveryError));
    await destination.close();
    await server.close();
  });

  it("logs in by access tokens, and asks for another when one is refused", async () => {
    const accessTokens = new Set(["token-1"]);
    const server = await startMailServer({ accessTokens });
    let made = 0;
    const endpoint = await startStub(() => {
      made += 1;
      const body = JSON.stringify({ access_token: `token-${made}`, expires_in: 3_600 });
      return { status: 200, headers: { "content-type": "application/json" }, body };
    });
    const url = server.url.replace("//", "//waypost%40acme.example@");
    const oauth = { tokenUrl: `${endpoint.url}/token`, clientId: "id", clientSecret: "secret" };
    const destination = createEmailTo(url, { oauth });
    const [check] = await destination.check(AbortSignal.timeout(5_000));
    assert.match(check?.detail ?? "", /logged in by access token/);
    assert.deepEqual(server.logins(), ["XOAUTH2"]);
    assert.match(endpoint.requests[0]?.body ?? "", /scope=https%3A%2F%2Foutlook\.office365\.com/);
    // The first connection is kept; another one needs a token that is still good.
    accessTokens.clear();
    accessTokens.add("token-2");
    const hanging = new AbortController();
    server.faults.push({ hang: "rcpt" });
    const held = attempt(destination, makeText("held"), { signal: hanging.signal });
    while (server.faults.length > 0) await new Promise(setImmediate);
    const refused = await attempt(destination, makeText("x"));
    assert.ok(refused instanceof DeliveryError);
    assert.deepEqual([refused.verdict, refused.maybeDone], ["outage", false]);
    assert.ok(!((await attempt(destination, makeText("x"))) instanceof DeliveryError));
    hanging.abort();
    await held;
    accessTokens.clear();
    const other = createEmailTo(url, { oauth });
    await attempt(other, makeText("x"));
    const hopeless = await attempt(other, makeText("x"));
    assert.ok(hopeless instanceof DeliveryError);
    assert.equal(hopeless.verdict, "config");
    await Promise.all([destination.close(), other.close(), endpoint.close(), server.close()]);
  });
});

describe("what the options say", () => {
  it("reads the address of a server, with its password as it is or encoded", () => {
    const base = { host: "mail.acme.example", port: 587, secure: false, isLocal: false };
    const password = "pa/ss+w@rd:1#?";
    const table: readonly [string, object | undefined][] = [
      ["smtp://mail.acme.example", base],
      ["smtps://mail.acme.example", { ...base, port: 465, secure: true }],
      ["smtp://mail.acme.example:2525/", { ...base, port: 2525 }],
      [`smtp://AKIA:${password}@mail.acme.example`, { ...base, user: "AKIA", password }],
      [
        `smtp://a%40b:${encodeURIComponent(password)}@mail.acme.example`,
        { ...base, user: "a@b", password },
      ],
      ["smtp://localhost:25", { ...base, host: "localhost", port: 25, isLocal: true }],
      ["smtp://[::1]", { ...base, host: "::1", isLocal: true }],
      ["smtp://127.0.0.1.evil.example", { ...base, host: "127.0.0.1.evil.example" }],
      ["https://mail.acme.example", undefined],
      ["smtp://mail.acme.example?tls.rejectUnauthorized=false", undefined],
      ["smtp://mail.acme.example:0", undefined],
      ["mail.acme.example", undefined],
    ];
    for (const [url, expected] of table) assert.deepEqual(parseSmtpUrl(url), expected, url);
  });

  it("names the option that cannot be used, and never shows a secret", () => {
    const cases: readonly [string, Record<string, unknown>][] = [
      ["smtp", { smtp: "mail:hidden-secret" }],
      ["smtp", { smtp: "smtp://hidden-secret@host" }],
      ["from", { from: "Acme" }],
      ["from", { from: "{{ contact.name }}@acme.example" }],
      ["to.1", { to: ["a@acme.example", "b@acme.example, c@acme.example"] }],
      ["cc.0", { cc: "nobody" }],
      ["replyTo", { replyTo: "x@acme.example\nBcc: y@acme.example" }],
      ["html", { html: "{{ contact.name | raw }}" }],
      ["tls", { tls: { cert: certificate.cert } }],
      ["smtp", { oauth: { tokenUrl: "https://x", clientId: "a", clientSecret: "hidden-secret" } }],
    ];
    for (const [option, given] of cases) {
      assert.throws(
        () => createEmailTo("smtp://localhost", given),
        (error) => {
          assert.ok(error instanceof OptionError, String(error));
          assert.equal(error.option, option);
          return !error.message.includes("hidden-secret");
        },
      );
    }
  });
});
