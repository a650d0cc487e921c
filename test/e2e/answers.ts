/** What the API answered, changed into what a page must bear as well. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What strangers write. */
const hostile = [
  `<img src=x onerror="alert(1)"><script>alert(1)</script>`,
  "\u202Eexe.fdp مرحبا بالعالم שלום \u2066\u202E",
  "w".repeat(400),
  "\u200B\u200C\u200D\uFEFF",
  `"><a href="javascript:alert(1)">${"Z̸̢̛̙̝͉̩a̴l̷g̶o̵".repeat(40)}</a>`,
  "👩‍👩‍👧‍👦🏳️‍🌈 line\none\r\n\ttwo",
];
/** Keys whose texts come from people, vendors or a file of theirs. */
const told =
  /^(body|caption|name|username|formattedName|filename|fileName|text|title|detail|reason|answer|what|remedy|says|words|lastError|description|tags|notes?|label|address|emoji|template|campaign|city|message|summary)$/;

const longest = "w".repeat(10_000);

/** Every such text is a hostile one, each another; one of an answer is very long. */
export function madeHostile(answer: Json): Json {
  let next = 0;
  const change = (value: Json, key: string): Json => {
    if (typeof value === "string") {
      if (!told.test(key)) return value;
      next += 1;
      return next === 3 ? longest : (hostile[next % hostile.length] ?? "");
    }
    return mapped(value, change, key);
  };
  return change(answer, "");
}

/** Nothing is there: no list has anything, nothing counts anything. */
export function madeEmpty(answer: Json): Json {
  const change = (value: Json, key: string): Json => {
    if (Array.isArray(value)) return key === "scopes" || key === "roles" ? value : [];
    if (key === "next" || key === "previous") return null;
    return typeof value === "number" && key !== "status" ? 0 : mapped(value, change, key);
  };
  return change(answer, "");
}

function mapped(value: Json, change: (value: Json, key: string) => Json, key: string): Json {
  if (Array.isArray(value)) return value.map((item) => change(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, change(each, name)]),
  );
}

export const failure = {
  status: 503,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "urn:waypost:problem:store-unavailable",
    title: "The store does not answer now.",
    status: 503,
    detail: "See whether the database runs.",
  }),
};
