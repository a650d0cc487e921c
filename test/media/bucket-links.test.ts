import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { presign, signedQuery } from "../../src/media/bucket.ts";

/** Of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, with the answer that it prints. */
const published = {
  region: "us-east-1",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const at = new Date("2013-05-24T00:00:00Z");

describe("an address that a bucket signs", () => {
  it("is the one of Amazon's published example", async () => {
    const url = new URL("https://examplebucket.s3.amazonaws.com/test.txt");
    const { searchParams } = new URL(await signedQuery(published, url, { seconds: 86_400, at }));
    assert.deepEqual(Object.fromEntries(searchParams), {
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
      "X-Amz-Date": "20130524T000000Z",
      "X-Amz-Expires": "86400",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    });
  });

  it("lies at Amazon unless another service is told, and says how the file is saved", async () => {
    const file = { sha256: "ab".repeat(32), name: "a b+c.pdf", type: "application/pdf" };
    const options = { ...published, bucket: "files" };
    const amazon = await presign(options, file, { seconds: 600, at });
    assert.ok(amazon.startsWith(`https://files.s3.us-east-1.amazonaws.com/media/${file.sha256}?`));
    assert.ok(!amazon.includes("+"), "a plus would be read as one");
    const { searchParams } = new URL(amazon);
    assert.equal(
      searchParams.get("response-content-disposition"),
      `attachment; filename="a b+c.pdf"; filename*=UTF-8''a%20b%2Bc.pdf`,
    );
    assert.equal(searchParams.get("response-content-type"), "application/pdf");
    const endpoint = "https://minio.example/";
    const other = await presign({ ...options, endpoint }, file, { seconds: 600, at });
    assert.ok(other.startsWith(`https://minio.example/files/media/${file.sha256}?`));
  });
});
