import { useId, useRef, useState } from "preact/hooks";
import { api } from "../api/client.ts";
import { useResource } from "../api/resource.ts";
import { revealedOf } from "../api/reveal.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { Time } from "../ui/time.tsx";
import { type Hit, hitIcons, placeOf } from "./hits.ts";
import { go, href } from "./route.ts";

interface Option {
  readonly to: string;
  readonly icon: IconName;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly at?: string | undefined;
  /** It says that nobody could look. */
  readonly failed?: true;
}

/** The one box: any id, a phone in any writing, a name or words. */
export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const options = useOptions(open ? text.trim() : "");
  const before = useRef<Element | null>(null);
  useKeys({
    "/": () => {
      before.current = document.activeElement;
      input.current?.select();
    },
  });
  const leave = () => {
    // Left in the box it would look like a filter of what is shown.
    setText("");
    input.current?.blur();
    (before.current as HTMLElement | null)?.focus();
  };
  const choose = (option: Option | undefined) => {
    if (option === undefined) return;
    leave();
    go(option.to);
  };
  const onInput = (event: Event) => {
    setText((event.target as HTMLInputElement).value);
    setActive(0);
    setOpen(true);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    choose(options[Math.min(active, options.length - 1)]);
  };
  const shown = open && options.length > 0;
  return (
    <search class="search" onFocusIn={() => setOpen(true)} onFocusOut={() => setOpen(false)}>
      <form onSubmit={submit} onKeyDown={moving(active, options.length, setActive, leave)}>
        <Icon name="search" />
        <input
          ref={input}
          {...boxOf(listId, shown ? active : undefined)}
          value={text}
          onInput={onInput}
        />
        <kbd title="Press / to search">/</kbd>
      </form>
      <div id={listId} class="hits" role="listbox" tabIndex={-1} aria-label="Found" hidden={!shown}>
        {options.map((option, index) => (
          <Row
            key={`${option.to} ${option.title}`}
            id={`${listId}-${index}`}
            option={option}
            active={index === active}
            choose={() => choose(option)}
          />
        ))}
      </div>
    </search>
  );
}

function boxOf(listId: string, active: number | undefined) {
  return {
    class: "input",
    role: "combobox",
    "aria-label": "Search",
    "aria-expanded": active !== undefined,
    "aria-controls": listId,
    "aria-autocomplete": "list",
    "aria-activedescendant": active === undefined ? undefined : `${listId}-${active}`,
    placeholder: "Phone, name, id or words",
    autocomplete: "off",
    spellcheck: false,
    maxLength: 2048,
  } as const;
}

function moving(active: number, count: number, set: (active: number) => void, leave: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key === "Escape") leave();
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined || count === 0) return;
    event.preventDefault();
    set((active + by + count) % count);
  };
}

interface RowProps {
  readonly id: string;
  readonly option: Option;
  readonly active: boolean;
  readonly choose: () => void;
}

function Row({ id, option: { icon, title, detail, at, failed }, active, choose }: RowProps) {
  // The press, not the click: the box must not lose the focus, and with it the list, in between.
  const onMouseDown = (event: Event) => {
    event.preventDefault();
    choose();
  };
  return (
    <div
      id={id}
      class="hit"
      role="option"
      tabIndex={-1}
      aria-selected={active}
      onMouseDown={onMouseDown}
    >
      <Icon name={icon} />
      <bdi class={failed ? "clip failed" : "clip"}>{title}</bdi>
      <bdi class="clip muted detail-of">{detail}</bdi>
      <span class="muted">{at && <Time at={at} />}</span>
    </div>
  );
}

/** Those behind are found by words that say more. */
const mostHits = 8;
/** Long enough that a word is asked for once, short enough that nobody waits. */
const pauseMs = 180;

function useOptions(q: string): readonly Option[] {
  const { data, problem } = useResource(`search ${q}`, async (signal) => {
    if (q.length < 2) return [];
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (signal.aborted) return [];
    return await search(q, signal);
  });
  if (q === "") return [];
  const words: Option = {
    to: href("events", undefined, { text: q }),
    icon: "search",
    title: `Events that say “${q.slice(0, 60)}”`,
  };
  const failed: readonly Option[] =
    problem === undefined
      ? []
      : [{ to: words.to, icon: "warning", title: problem.title, failed: true }];
  // Enter before the answer is there looks for the words.
  return [...failed, ...(data ?? []).slice(0, mostHits).map(optionOf), words];
}

/** What is found in conversations that were revealed is shown as it is. */
async function search(q: string, signal: AbortSignal): Promise<readonly Hit[]> {
  const { items } = await api.post("/api/search", { body: { q }, signal });
  const revealed = revealedOf(items.map(({ conversation }) => conversation));
  if (revealed.length === 0) return items;
  const reveal = [...new Set(revealed.map(({ reason }) => reason))].join("; ");
  const { items: whole } = await api.post("/api/search", { body: { q }, reveal, signal });
  const isRevealed = ({ conversation }: Hit) =>
    revealed.some((each) => each.conversation === conversation);
  return items.map((hit, index) => (isRevealed(hit) ? (whole[index] ?? hit) : hit));
}

function optionOf(hit: Hit): Option {
  const { kind, title, detail, at } = hit;
  return { to: placeOf(hit), icon: hitIcons[kind], title, detail, at };
}
