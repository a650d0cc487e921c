const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\n": "<br>",
};

/** A text as HTML shows it, in an attribute too; its line breaks are `<br>`. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'\n]/g, (each) => entities[each] ?? each);
}
