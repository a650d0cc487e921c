/** 16 × 16, drawn with a pen of 1.5. */
const paths = {
  overview: "M2.5 8.5h3l2-5 3 9 1.5-4h1.5",
  events: "M2.5 4h11M2.5 8h11M2.5 12h7",
  chat: "M2.5 3.5h11v7.5H7l-3 2.5V11H2.5z",
  deliveries: "M2.5 8h10M9 4.5 12.5 8 9 11.5",
  destinations: "M8 2.5 13.5 5.5 8 8.5 2.5 5.5zM2.5 10.5 8 13.5l5.5-3M2.5 8 8 11l5.5-3",
  unreadable: "M4 2.5h5.5l3 3v8h-8.5zM7 8l3 3M10 8l-3 3",
  setup: "M3 5h6M12 5h1M3 11h1M7 11h6M10.5 3.5v3M5.5 9.5v3",
  settings:
    "M8 5.75a2.25 2.25 0 1 0 0 4.5 2.25 2.25 0 0 0 0-4.5zM8 2v1.7M8 12.3V14M2 8h1.7M12.3 8H14M3.8 3.8 5 5M11 11l1.2 1.2M12.2 3.8 11 5M5 11l-1.2 1.2",
  search: "M7 2.75a4.25 4.25 0 1 0 0 8.5 4.25 4.25 0 0 0 0-8.5zM10.2 10.2 13.5 13.5",
  copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
  down: "M4 6l4 4 4-4",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M7 4 3 8l4 4M3 8h10",
  check: "M3 8.5 6.5 12 13 4.5",
  warning: "M8 2.5 14 13H2zM8 6.5v3M8 11.4v.2",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  screen: "M2 3h12v8H2zM6 13.5h4",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2.2 1.3",
  pause: "M5.5 4v8M10.5 4v8",
  play: "M5 3.5v9L12.5 8z",
  eye: "M1.8 8S4 4 8 4s6.2 4 6.2 4S12 12 8 12 1.8 8 1.8 8zM8 6.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
  out: "M6.5 3H3v10h3.5M7 8h6.5M11 5.5 13.5 8 11 10.5",
  person: "M8 2.8a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2zM3 13.2c.6-2.2 2.6-3.2 5-3.2s4.4 1 5 3.2",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  help: "M6 6a2 2 0 1 1 2.8 1.8c-.5.3-.8.6-.8 1.4M8 11.6v.1",
  retry: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
  in: "M12 4 4.5 11.5M4.5 6v5.5H10",
  sent: "M4 12l7.5-7.5M6 4.5h5.5V10",
  star: "M8 2.6l1.7 3.5 3.8.5-2.8 2.7.7 3.8L8 11.3l-3.4 1.8.7-3.8-2.8-2.7 3.8-.5z",
  edit: "M3 13l.6-2.6 7-7 2 2-7 7zM9.3 4.7l2 2",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  link: "M6.8 9.2l2.4-2.4M7.5 5l1.6-1.6a2.5 2.5 0 0 1 3.5 3.5L11 8.5M5 7.5 3.4 9.1a2.5 2.5 0 0 0 3.5 3.5L8.5 11",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
} as const;

export type IconName = keyof typeof paths;

/** Beside a word it says nothing more; alone it needs a label, which its button has. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      class="icon"
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width={name === "more" ? "2.2" : "1.5"}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
