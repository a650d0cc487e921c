import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sniff } from "../../../src/destinations/media/sniff.ts";

const latin = (text: string) => Buffer.from(text, "latin1");

describe("what a file's first bytes say it is", () => {
  for (const [bytes, type] of [
    ["\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"],
    ["\x89PNG\r\n\x1a\n", "image/png"],
    ["GIF89a", "image/gif"],
    ["RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"],
    ["RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"],
    ["\x00\x00\x00\x18ftypmp42", "video/mp4"],
    ["\x00\x00\x00\x18ftypisom", "video/mp4"],
    ["\x00\x00\x00\x18ftyp3gp5", "video/3gpp"],
    ["\x00\x00\x00\x18ftypM4A ", "audio/mp4"],
    ["\x00\x00\x00\x18ftypqt  ", "video/quicktime"],
    ["\x00\x00\x00\x18ftypheic", "image/heic"],
    ["OggS\x00\x02", "audio/ogg"],
    ["ID3\x04", "audio/mpeg"],
    ["\xff\xfb\x90\x64", "audio/mpeg"],
    ["\xff\xf1\x50\x80", "audio/aac"],
    ["\xff\xf9\x50\x80", "audio/aac"],
    ["#!AMR\n", "audio/amr"],
    ["%PDF-1.7", "application/pdf"],
    ["PK\x03\x04\x14\x00", "application/zip"],
    ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"],
    ["Name;Phone\r\n", "text/plain"],
    ["MZ\x90\x00\x03\x00\x00\x00", "application/octet-stream"],
    ["\x7fELF\x02\x01\x01\x00", "application/octet-stream"],
    ["", "application/octet-stream"],
  ] as const) {
    it(`is ${type} for ${JSON.stringify(bytes.slice(0, 12))}`, () => {
      assert.equal(sniff(latin(bytes), undefined), type);
      assert.equal(sniff(latin(bytes), "text/html"), type, "whatever was told");
    });
  }

  it("is what was told where the bytes are those of its container", () => {
    const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    assert.equal(sniff(latin("PK\x03\x04"), docx), docx);
    assert.equal(
      sniff(latin("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "application/msword"),
      "application/msword",
    );
    assert.equal(sniff(latin("\x00\x00\x00\x18ftypmp42"), "audio/mp4"), "audio/mp4");
    assert.equal(sniff(latin("PK\x03\x04"), "application/java-archive"), "application/zip");
    assert.equal(sniff(latin("\x89PNG\r\n\x1a\n"), docx), "image/png");
  });

  it("never is one that a browser runs", () => {
    for (const text of [
      "<html><script>",
      "<svg xmlns='http://www.w3.org/2000/svg'>",
      "<?xml version='1.0'?>",
    ]) {
      for (const told of ["text/html", "image/svg+xml", "application/xhtml+xml", undefined]) {
        assert.equal(sniff(Buffer.from(text), told), "text/plain");
      }
    }
  });

  it("is text also where its last character is cut off, and not where there are control characters", () => {
    assert.equal(sniff(Buffer.from("Grüße, 你好").subarray(0, -1), undefined), "text/plain");
    assert.equal(sniff(latin("a\x00b"), undefined), "application/octet-stream");
    assert.equal(sniff(latin("Gr\xfc\xdfe"), undefined), "application/octet-stream");
  });
});
