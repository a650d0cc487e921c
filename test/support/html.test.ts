import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { escapeHtml } from "../../src/support/html.ts";
import { createTemplates } from "../../src/support/template.ts";

describe("text in HTML", () => {
  it("never becomes markup", () => {
    assert.equal(escapeHtml(`<a href='x'>&"\n`), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;<br>");
  });

  it("is escaped by templates of HTML wherever they put it in, once", () => {
    const { compile } = createTemplates({ html: true });
    const scope = { name: "<b>Mia & Tom</b>\nx", list: ["<i>"] };
    const escaped = "&lt;b&gt;Mia &amp; Tom&lt;/b&gt;<br>x";
    for (const [source, expected] of [
      ["{{ name }}", escaped],
      ["{{ name | escape }}", escaped],
      ["{{ name | escape_once }}", escaped],
      ["{{ name | newline_to_br }}", escaped],
      ["{{ name | upcase }}", "&lt;B&gt;MIA &amp; TOM&lt;/B&gt;<br>X"],
      ["{{ list }}", "[&quot;&lt;i&gt;&quot;]"],
      ["<p>{% for each in list %}{{ each }}{% endfor %}</p>", "<p>&lt;i&gt;</p>"],
      ["{{ 7 | times: 6 }}", "42"],
    ] as const) {
      assert.equal(compile(source).render(scope), expected, source);
    }
    assert.throws(() => compile("{{ name | raw }}"), /raw/);
  });
});
