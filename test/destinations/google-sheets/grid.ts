/** What a cell holds. `formula`: a text that was given as if a person had typed it, and that would be calculated. */
export interface StoredCell {
  readonly value: string | number | boolean;
  readonly formula?: true;
}

/** One sheet of a spreadsheet, as far as the stub needs it. */
export interface Grid {
  title: string;
  rows: (StoredCell | undefined)[][];
  rowCount: number;
  columnCount: number;
}

export interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export function createGrid(title: string): Grid {
  return { title, rows: [], rowCount: 1_000, columnCount: 26 };
}

/** The cells' texts, as people see them; rows without any are left out at the end. */
export function textsOf({ rows }: Grid): string[][] {
  return rows.map((row) => Array.from(row, (cell) => String(cell?.value ?? "")));
}

export function put(grid: Grid, row: number, column: number, cell: StoredCell | undefined): void {
  while (grid.rows.length <= row) grid.rows.push([]);
  const cells = grid.rows[row] ?? [];
  cells[column] = cell;
}

const filled = ({ rows }: Grid, row: number, column: number) => rows[row]?.[column] !== undefined;

/**
 * The table that a cell belongs to: all that hangs together with it, without an empty row or column between, as the guide to
 * `values.append` shows it. undefined: the cell and what is around it is empty.
 */
export function tableAt(grid: Grid, row: number, column: number): Box | undefined {
  let box: Box = { top: row, left: column, bottom: row, right: column };
  for (let grown = true; grown; ) {
    const next = grow(grid, box);
    grown = next !== undefined;
    box = next ?? box;
  }
  const isEmpty = box.top === box.bottom && box.left === box.right && !filled(grid, row, column);
  return isEmpty ? undefined : box;
}

function grow(grid: Grid, box: Box): Box | undefined {
  const { top, left, bottom, right } = box;
  for (let row = Math.max(0, top - 1); row <= bottom + 1; row += 1) {
    for (let column = Math.max(0, left - 1); column <= right + 1; column += 1) {
      const isInside = row >= top && row <= bottom && column >= left && column <= right;
      if (isInside || !filled(grid, row, column)) continue;
      return {
        top: Math.min(top, row),
        left: Math.min(left, column),
        bottom: Math.max(bottom, row),
        right: Math.max(right, column),
      };
    }
  }
  return undefined;
}

/** As a person does it in the browser: the column and all that is in it goes to another place. */
export function moveColumn({ rows }: Grid, from: number, to: number): void {
  for (const row of rows) {
    const width = Math.max(row.length, from + 1, to);
    const cells = Array.from({ length: width }, (_, at) => row[at]);
    const [cell] = cells.splice(from, 1);
    cells.splice(to, 0, cell);
    row.splice(0, row.length, ...cells);
  }
}

export function letters(column: number): string {
  const rest = Math.floor(column / 26) - 1;
  return (rest >= 0 ? letters(rest) : "") + String.fromCharCode(65 + (column % 26));
}

export function columnOf(text: string): number {
  return [...text].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
