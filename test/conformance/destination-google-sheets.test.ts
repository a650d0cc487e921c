import { googleSheets } from "../../src/destinations/google-sheets/google-sheets.ts";
import { textsOf } from "../destinations/google-sheets/grid.ts";
import { privateKeyPem, startSheetsStub } from "../destinations/google-sheets/stub.ts";
import type { Fault } from "../destinations/stub.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  batchConformance,
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

async function open(): Promise<HttpDestinationUnderTest> {
  const { stub, grid, options } = await startSheetsStub();
  const destination = googleSheets.create("sheet", options, { log: createArrayLog() });
  return {
    destination,
    stub: {
      ...stub,
      // What is asked for before a row is written takes no part.
      get requests() {
        return stub.requests.filter(({ path }) => path.includes(":append"));
      },
      // A token that is refused is replaced once: only the second refusal speaks of the credentials.
      fail: (...faults) =>
        stub.fail(...faults.flatMap((fault) => (is401(fault) ? [fault, fault] : [fault]))),
    },
    effects: () => {
      const [header = [], ...rows] = textsOf(grid);
      return rows.map((row) => row[header.indexOf("Event id")] ?? "");
    },
    secrets: [privateKeyPem, privateKeyPem.split("\n")[1] ?? "", "ya29.invented-1"],
    close: async () => {
      await destination.close();
      await stub.close();
    },
  };
}

function is401(fault: Fault): boolean {
  return typeof fault === "object" && fault.status === 401;
}

destinationConformance("google-sheets", open);
batchConformance("google-sheets", open);
httpConformance("google-sheets", { bodyDecides: true, conflict: "refused" }, open);
shadowConformance("google-sheets", open);
