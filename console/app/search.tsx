import { useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { go, href } from "./route.ts";

/** The one box. */
export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  useKeys({ "/": () => input.current?.select() });
  const submit = (event: Event) => {
    event.preventDefault();
    go(href("events", undefined, { text: text.trim() }));
  };
  return (
    <search class="search">
      <form onSubmit={submit}>
        <Icon name="search" />
        <input
          ref={input}
          class="input"
          type="search"
          aria-label="Search"
          placeholder="Phone, name, id or words"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <kbd title="Press / to search">/</kbd>
      </form>
    </search>
  );
}
