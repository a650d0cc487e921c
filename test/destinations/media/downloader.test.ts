import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { createDownloader } from "../../../src/destinations/media/downloader.ts";
import { AbsentFileError } from "../../../src/destinations/media/graph.ts";

/** A thread that does this with each message. */
const thread = (body: string) => {
  const lines = [
    'import { parentPort } from "node:worker_threads";',
    `parentPort.on("message", (asked) => { ${body} });`,
  ];
  return new URL(`data:text/javascript,${encodeURIComponent(lines.join("\n"))}`);
};
const job = {
  mediaId: "1",
  expected: undefined,
  options: {
    ...{ graphUrl: "http://127.0.0.1:9/v24.0", accessToken: "invented" },
    ...{ maxBytes: 1, path: "/nowhere", scratch: "/" },
  },
};

async function failed(fetching: Promise<unknown>): Promise<Error> {
  const error = await fetching.then(
    () => assert.fail("it was fetched"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error);
  return error;
}

describe("the thread that fetches files", () => {
  it("that ends is an outage for all that wait, says why, and the next file starts another", async () => {
    const downloader = createDownloader(thread('throw new Error("invented")'));
    const { signal } = new AbortController();
    for (let round = 0; round < 2; round += 1) {
      const both = [downloader.download(job, signal), downloader.download(job, signal)];
      for (const error of await Promise.all(both.map(failed))) {
        assert.ok(error instanceof DeliveryError);
        assert.deepEqual([error.verdict, error.maybeDone], ["outage", false]);
        assert.match(error.message, /thread that fetches files ended/);
        assert.match(String(error.cause), /invented/);
      }
    }
    await downloader.close();
  });

  it("that cannot be started is an outage, too", async () => {
    const downloader = createDownloader(new URL("file:///nowhere/worker.mjs"));
    const error = await failed(downloader.download(job, new AbortController().signal));
    assert.ok(error instanceof DeliveryError && error.verdict === "outage");
    await downloader.close();
  });

  it("tells failures as they are, each to whom it belongs", async () => {
    const decision =
      "{ verdict: 'config', maybeDone: false, laneOnly: true, limited: true, afterMs: 7 }";
    const answers = `asked.mediaId === "1" ? { message: "gone", absent: true } : { message: "m", absent: false, decision: ${decision} }`;
    const downloader = createDownloader(
      thread(`parentPort.postMessage({ id: asked.id, failed: ${answers} })`),
    );
    const { signal } = new AbortController();
    const [absent, other] = await Promise.all([
      failed(downloader.download(job, signal)),
      failed(downloader.download({ ...job, mediaId: "2" }, signal)),
    ]);
    assert.ok(absent instanceof AbsentFileError);
    assert.equal(absent.message, "gone");
    assert.ok(other instanceof DeliveryError);
    const { verdict, message, laneOnly, limited, afterMs } = other;
    assert.deepEqual(
      [verdict, message, laneOnly, limited, afterMs],
      ["config", "m", true, true, 7],
    );
    await downloader.close();
  });

  it("hears that an attempt is over", async () => {
    const answer = '{ id: asked.abort, failed: { message: "heard", absent: true } }';
    const downloader = createDownloader(
      thread(`if (asked.abort) parentPort.postMessage(${answer})`),
    );
    const attempt = new AbortController();
    const fetching = failed(downloader.download(job, attempt.signal));
    attempt.abort();
    assert.equal((await fetching).message, "heard");
    assert.match(
      (await failed(downloader.download(job, attempt.signal))).message,
      /stopped before/,
    );
    await downloader.close();
  });

  it("is ended by close, and nobody waits on", async () => {
    const downloader = createDownloader(thread(""));
    const fetching = failed(downloader.download(job, new AbortController().signal));
    await downloader.close();
    assert.match((await fetching).message, /ended/);
  });
});
