import { createGrid, textsOf } from "../../../test/destinations/google-sheets/grid.ts";
import { startSheetsStub } from "../../../test/destinations/google-sheets/stub.ts";
import type { StandIn } from "../stand-in.ts";

export async function googleSheets(): Promise<StandIn> {
  const { options, grids, close } = await startSheetsStub();
  const { credentials, spreadsheet, baseUrl } = options;
  return {
    options: (_, { sheet }) => {
      if (!grids.some(({ title }) => title === sheet)) grids.push(createGrid(String(sheet)));
      return { credentials, spreadsheet, baseUrl };
    },
    book: () =>
      grids.flatMap((grid) =>
        textsOf(grid).map((cells) => `Google Sheets, ${grid.title}: ${cells.join(" | ")}`),
      ),
    close,
  };
}
