import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { DeliveryError } from "../../src/contracts.ts";
import type { StubAnswer } from "./stub.ts";

/** An answer of a vendor, and what follows from it. */
export interface DocumentedAnswer {
  /** Codes and statuses as the kind's page names them: "403 `MISSING_SCOPES`"; what is not in backticks or a status is for the reader. */
  readonly on: string;
  /** What the vendor answers, as often as it is asked; a function arranges it. */
  readonly answer: StubAnswer | (() => void);
  readonly verdict: DeliveryError["verdict"];
  readonly words: RegExp;
  readonly afterMs?: number;
  readonly laneOnly?: true;
  readonly limited?: true;
  readonly maybeDone?: true;
}

/** Each answer has its verdict and its words; the table of the kind's page names each code and status that is here, and no other. */
export function documentedAnswers(
  kind: string,
  answers: readonly DocumentedAnswer[],
  failure: (answer: DocumentedAnswer["answer"]) => Promise<DeliveryError>,
): void {
  describe(`what ${kind} answers`, () => {
    for (const { on, answer, verdict, words, ...more } of answers) {
      it(`${on}: ${verdict}`, async () => {
        const error = await failure(answer);
        assert.equal(error.verdict, verdict, error.message);
        assert.match(error.message, words);
        const { afterMs, laneOnly, limited, maybeDone } = error;
        const expected = {
          ...{ afterMs: undefined, laneOnly: false, limited: false, maybeDone: false },
          ...more,
        };
        assert.deepEqual({ afterMs, laneOnly, limited, maybeDone }, expected, error.message);
      });
    }

    it("stands on the page, each of them and no other", () => {
      const told = answers.flatMap(({ on }) => codesIn(on));
      const documented = tableOf(kind).flatMap(codesIn);
      const unsaid = told.filter((code) => !documented.includes(code));
      const untested = documented.filter((code) => !told.includes(code));
      assert.deepEqual({ unsaid, untested }, { unsaid: [], untested: [] });
    });
  });
}

/** Codes in backticks, and statuses. */
function codesIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
  const statuses = text.replace(/`[^`]+`/g, "").match(/\b[2-5](?:\d\d|xx)\b/g) ?? [];
  return [...quoted, ...statuses];
}

/** The first column of the table of what the vendor says. */
function tableOf(kind: string): string[] {
  const page = new URL(`../../docs/destinations/${kind}.md`, import.meta.url);
  const [, table = ""] =
    /^\| \w+ says \| what Waypost does \|\n.*\n((?:\|.*\n)+)/m.exec(readFileSync(page, "utf8")) ??
    [];
  return table.split("\n").map((row) => row.split("|")[1] ?? "");
}
