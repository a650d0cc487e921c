import assert from "node:assert/strict";
import { type RequestOptions, request } from "node:https";
import { describe, it } from "node:test";
import { connect } from "node:tls";
import { metaClientName } from "../../src/receive/server.ts";
import { createAuthority } from "../support/certificates.ts";
import { messagesPost, textMessage } from "../support/meta-post.ts";
import { openRaw, path, post, send, startReceiver } from "../support/receiver.ts";
import { sign } from "../support/signed.ts";
import { waitFor } from "../support/wait-for.ts";

const text = JSON.stringify(messagesPost([textMessage("wamid.one")]));
const signed = `POST ${path} HTTP/1.1\r\nHost: a\r\nX-Hub-Signature-256: ${sign(text)}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;

describe("a receiver that closes", () => {
  it("lets a running POST end, says Connection: close, and takes no more", async () => {
    const receiver = await startReceiver();
    receiver.bus.confirmMs = 100;
    const raw = await openRaw(receiver.port, signed);
    await waitFor("the publish", () => receiver.bus.published.length === 1);
    const closed = receiver.close();
    await assert.rejects(send(receiver.port, {}), /ECONNREFUSED/);
    await closed;
    await raw.closed;
    assert.match(raw.received(), /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(raw.received(), /^connection: close\r$/im);
  });

  it("does not wait for connections that say nothing", async () => {
    const receiver = await startReceiver();
    const idle = await openRaw(receiver.port, signed);
    await waitFor("the answer", () => idle.received().includes("200 OK"));
    const silent = await openRaw(receiver.port, "");
    const startedAt = performance.now();
    await receiver.close();
    await Promise.all([idle.closed, silent.closed]);
    assert.ok(performance.now() - startedAt < 2_000);
  });

  it("answers a POST that comes on a kept connection just after it was told to close", async () => {
    const receiver = await startReceiver();
    const raw = await openRaw(receiver.port, signed);
    await waitFor("the answer", () => raw.received().includes("200 OK"));
    const closed = receiver.close();
    await assert.rejects(send(receiver.port, {}), /ECONNREFUSED/);
    raw.socket.write(signed);
    await closed;
    await raw.closed;
    const [, second = ""] = raw.received().split("HTTP/1.1 200 OK").slice(1);
    assert.match(second, /^connection: close\r$/im);
  });

  it("frees its port", async () => {
    const first = await startReceiver();
    await first.close();
    const second = await startReceiver({ port: first.port });
    assert.equal((await post(second.port, text)).code, 200);
    await second.close();
  });

  it("rejects when the port is taken", async () => {
    const first = await startReceiver();
    await assert.rejects(startReceiver({ port: first.port }), /EADDRINUSE/);
    await first.close();
  });
});

describe("a receiver with keep-alive", () => {
  it("answers one request after the other on one connection", async () => {
    const receiver = await startReceiver();
    const raw = await openRaw(receiver.port, signed);
    for (let answers = 1; answers <= 5; answers += 1) {
      await waitFor("an answer", () => raw.received().split("200 OK").length > answers);
      raw.socket.write(signed);
    }
    await receiver.close();
  });
});

describe("HTTPS", () => {
  const ca = createAuthority("ca");
  const issued = {
    server: ca.issue("localhost"),
    meta: ca.issue(metaClientName),
    stranger: ca.issue("client.example"),
    forged: createAuthority("other-ca").issue(metaClientName),
  };

  function postTls(port: number, options: RequestOptions = {}): Promise<number> {
    const headers = { "x-hub-signature-256": sign(text), "content-length": text.length };
    return new Promise((resolve, reject) => {
      const target = { host: "localhost", port, path, method: "POST", headers, agent: false };
      const outgoing = request({ ...target, ca: ca.cert, ...options }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      });
      outgoing.on("error", reject).end(text);
    });
  }

  it("is spoken when a certificate and a key are given", async () => {
    const receiver = await startReceiver({ host: "localhost", tls: issued.server });
    assert.equal(await postTls(receiver.port), 200);
    await receiver.close();
  });

  it("is TLS 1.2 or newer", async () => {
    const receiver = await startReceiver({ host: "localhost", tls: issued.server });
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" } as const;
    await assert.rejects(postTls(receiver.port, old));
    const protocol = await new Promise((resolve, reject) => {
      const options = { ca: ca.cert, maxVersion: "TLSv1.2" } as const;
      const socket = connect(receiver.port, "localhost", options, () => {
        resolve(socket.getProtocol());
        socket.destroy();
      });
      socket.on("error", reject);
    });
    assert.equal(protocol, "TLSv1.2");
    await receiver.close();
  });

  it("lets in only Meta's client certificate when a client CA is given", async () => {
    const tls = { ...issued.server, clientCa: ca.cert };
    const receiver = await startReceiver({ host: "localhost", tls });
    assert.equal(await postTls(receiver.port, issued.meta), 200);
    await assert.rejects(postTls(receiver.port), "no certificate");
    await assert.rejects(postTls(receiver.port, issued.stranger), "another name");
    await assert.rejects(postTls(receiver.port, issued.forged), "another CA");
    assert.equal(receiver.bus.published.length, 1);
    assert.ok(
      receiver.log.lines.some(
        ({ level, message }) => level === "warn" && /certificate/.test(message),
      ),
    );
    assert.equal(await postTls(receiver.port, issued.meta), 200);
    await receiver.close();
  });

  it("takes another client name when told", async () => {
    const tls = { ...issued.server, clientCa: ca.cert, clientName: "client.example" };
    const receiver = await startReceiver({ host: "localhost", tls });
    assert.equal(await postTls(receiver.port, issued.stranger), 200);
    await assert.rejects(postTls(receiver.port, issued.meta));
    await receiver.close();
  });

  it("closes while a handshake hangs", async () => {
    const receiver = await startReceiver({ host: "localhost", tls: issued.server });
    const raw = await openRaw(receiver.port, "");
    const startedAt = performance.now();
    await receiver.close();
    await raw.closed;
    assert.ok(performance.now() - startedAt < 9_000);
  });
});
