import { escapeHtml } from "../../support/html.ts";
import { saidAsHtml, saidAsText } from "../said.ts";
import type { Letter } from "./letter.ts";

/** As plain text. `own`: instead of what the event says. */
export function letterAsText(letter: Letter, own?: string): string {
  const { who, title, said, paragraphs, facts, transcript, table, links, foot } = letter;
  const head = [title, said ? "" : who].filter(Boolean).join(": ");
  const parts = [
    head,
    own ?? (said && saidAsText(said)) ?? "",
    ...(own === undefined ? paragraphs : []),
    own === undefined ? facts.map(factText).join("\n") : "",
    table === undefined ? "" : tableAsText(table),
    transcript.length === 0 ? "" : ["Before that:", ...transcript].join("\n"),
    [said && who, foot, ...links.map(({ label, url }) => `${label}: ${url}`)]
      .filter(Boolean)
      .join("\n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function factText({ label, value }: Letter["facts"][number]): string {
  return label === "" ? value : `${label}: ${value}`;
}

function tableAsText(table: readonly (readonly string[])[]): string {
  const [heads = []] = table;
  const widths = heads.map((_, at) => Math.max(...table.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ");
  return table.map((row) => line(row).trimEnd()).join("\n");
}

const style = {
  body: "font:15px/1.5 system-ui,sans-serif;color:#1c1e21;max-width:44em",
  quiet: "color:#65676b;font-size:13px",
  cell: "padding:2px 12px 2px 0;text-align:left;vertical-align:top",
};

/** As HTML in which whatever others wrote is escaped. `own`: instead of what the event says. */
export function letterAsHtml(letter: Letter, own?: string): string {
  const { who, title, said, paragraphs, facts, transcript, table, links, foot } = letter;
  const head = [title, said ? "" : who].filter(Boolean).join(": ");
  const content =
    own === undefined
      ? [said ? saidAsHtml(said) : "", ...paragraphs.map(paragraph), factsAsHtml(facts)]
      : [paragraph(own)];
  const before = transcript.length === 0 ? "" : `<p>Before that:</p>${listOf(transcript)}`;
  const below = [said ? who : "", foot].filter(Boolean).map(escapeHtml);
  const anchors = links.map(
    ({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`,
  );
  const parts = [
    head === "" ? "" : `<h3>${escapeHtml(head)}</h3>`,
    ...content,
    table === undefined ? "" : tableAsHtml(table),
    before,
    `<p style="${style.quiet}">${[...below, ...anchors].join("<br>")}</p>`,
  ];
  // Each paragraph is laid out in the direction of its own first letter.
  const body = parts.join("\n").replaceAll(/<(p|h3|li|blockquote|td)(?=[ >])/g, '<$1 dir="auto"');
  return `<!doctype html>\n<html><body style="${style.body}">\n${body}\n</body></html>\n`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function listOf(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>`;
}

function factsAsHtml(facts: Letter["facts"]): string {
  const plain = facts.filter(({ label }) => label === "").map(({ value }) => paragraph(value));
  const rows = facts.filter(({ label }) => label !== "");
  if (rows.length === 0) return plain.join("");
  return `${plain.join("")}${tableOf(rows.map(({ label, value }) => [label, value]))}`;
}

function tableAsHtml([heads = [], ...rows]: readonly (readonly string[])[]): string {
  return tableOf(rows, heads);
}

function tableOf(rows: readonly (readonly string[])[], heads: readonly string[] = []): string {
  const cells = (row: readonly string[], tag: "td" | "th") =>
    `<tr>${row.map((cell) => `<${tag} style="${style.cell}">${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  const head = heads.length === 0 ? "" : cells(heads, "th");
  return `<table>${head}${rows.map((row) => cells(row, "td")).join("")}</table>`;
}
